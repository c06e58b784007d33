"""The tool for notebooks: its rules can fail, its sentences break where they should, a handout gives nothing away."""

import json
import subprocess
import sys

import pytest

from tools import ROOT, notebooks
from tools.notebooks import __main__ as command
from tools.notebooks import form, lint, minutes
from tools.notebooks.handout import handout

PATHS = notebooks.notebooks()


def code(path):
    return [cell for cell in notebooks.load(path)["cells"] if cell["cell_type"] == "code"]


PNG = {"output_type": "display_data", "data": {"image/png": "AA=="}}


def svg(inside):
    return {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": f"<svg>{inside}</svg>"}}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda cell: cell.update(execution_count=None), "execution counts"),
        (lambda cell: cell.update(source=["x = 1\n"] * 26), "26 lines"),
        (lambda cell: cell.update(source=["x" * 89]), "89 columns"),
        (lambda cell: cell["metadata"].update(tags=["nbval-ignore-output"]), "without a reason"),
        (lambda cell: cell.update(outputs=[{"output_type": "error", "ename": "KeyError"}]), "stored KeyError"),
        (lambda cell: cell.update(outputs=[PNG]), "alt text"),
        (lambda cell: cell.update(outputs=[svg("")]), "caption"),
        (lambda cell: cell.update(outputs=[svg("<g style='fill: #123456'/>")]), "#123456"),
        (lambda cell: cell.update(outputs=[svg("<g/>" * 26_000)]), "a figure of 104,"),
        (lambda cell: cell.update(source=["open('/ho" + "me/me/x')"]), "machine path"),
        (lambda cell: cell.update(source=["# 2026-01-01 12:00"]), "timestamp"),
        (lambda cell: cell.update(cell_type="markdown", source=["An idea.\n\n", "**Code.**"]), "labels nothing"),
    ],
)
def test_the_rules_can_fail(change, complaint):
    good = {
        "cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "outputs": [], "source": ["x = 1"],
    }  # fmt: skip
    assert lint.problems({"cells": [good]}) == []
    bad = json.loads(json.dumps(good))
    change(bad)
    assert any(complaint in problem for problem in lint.problems({"cells": [bad]}))


@pytest.mark.parametrize(
    ("source", "tags", "folded"),
    [
        ("import numpy as np", [], ["hide-input"]),  # the first cell
        ("x = 1", [], []),
        ("plt.plot(x)\nplt.show()", ["nbval-ignore-output"], ["hide-input", "nbval-ignore-output"]),
        ("for x in y:\n    expect('x', x, between=(0, 1))", [], ["hide-input"]),
        ("settle('x', True)", ["show-input"], ["show-input"]),
        ("expect('x', True)", ["hide-cell"], ["hide-cell"]),
        ("x = expected(1)", [], []),
    ],
)
def test_what_serves_the_page_folds(source, tags, folded):
    cells = [
        {"cell_type": "code", "id": str(number), "metadata": {"tags": tags}, "outputs": [], "source": [source]}
        for number in range(1 if "import" in source else 2)
    ]
    found = form.canonical({"cells": cells}, "")["cells"][-1]["metadata"].get("tags", [])
    assert found == folded


def test_minutes_count_what_a_reader_sees():
    def markdown(text):
        return {"cell_type": "markdown", "source": text, "metadata": {}}

    def code(text, *tags, plots=0):
        outputs = [{"data": {"image/png": "AA=="}}] * plots
        return {"cell_type": "code", "source": text, "metadata": {"tags": list(tags)}, "outputs": outputs}

    words = " ".join(["word"] * 159)
    cells = [
        markdown(f"# Title\n{words}\n\n$$\nx = 1\n$$\n\n![ten words of alt text](picture.svg)\n\n$a + b$"),
        markdown(":::{dropdown} Deeper\nall of this is folded\n:::"),
        code("x = 1\n\ny = 2", plots=1),
        code("folded = 3", "hide-input", plots=1),
        code("solution = 3", "hide-cell", plots=1),
        markdown("## Exercises\n\n### Exercise 1 (predict): one\nwords that do not count"),
        code("answer = ..."),
        markdown("### Exercise 2 (build): two\n\n## Further reading\nThis counts."),
    ]
    found = minutes.length({"cells": cells})
    assert found == minutes.Length(words=1 + 159 + 1 + 2 + 2, lines=2, figures=4, exercises=2)
    assert (found.minutes, found.exercise_minutes) == (5, 10)  # 165 / 160 + 2 / 10 + 4 · 0.75 = 4.23


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("One. Two? Three!", "One.\nTwo?\nThree!"),
        ("See e.g. Cho et al. (2014). Then go on.", "See e.g. Cho et al. (2014).\nThen go on."),
        ("- One. Two.", "- One.\n  Two."),
        ("```text\nOne. Two.\n```", "```text\nOne. Two.\n```"),
        ("$$\nA. B\n$$\nOne. Two.", "$$\nA. B\n$$\nOne.\nTwo."),
        ("| One. Two. |", "| One. Two. |"),
    ],
)
def test_one_sentence_per_line(before, after):
    assert form.one_sentence_per_line(before) == after


def test_rerun_with_another_output_is_caught(tmp_path):
    """Strict nbval compares: a notebook whose stored text is wrong must fail, one whose figure moved by a hair not."""
    notebook = notebooks.load(PATHS[0])
    draws = "from IPython.display import SVG, display\ndisplay(SVG('<svg>1.0</svg>'))"
    shown = svg("1.1")
    shown["data"]["text/plain"] = "<IPython.core.display.SVG object>"
    stored = {draws: shown, "print(1)": {"output_type": "stream", "name": "stdout", "text": ["2\n"]}}
    cell = {"cell_type": "code", "metadata": {}}
    cells = [
        cell | {"id": f"a{k}", "execution_count": k, "source": code, "outputs": [output]}
        for k, (code, output) in enumerate(stored.items(), start=1)
    ]
    path = tmp_path / "wrong.ipynb"
    path.write_text(notebooks.text_of({**notebook, "cells": cells}))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "conftest", "--nbval", str(path)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout
    assert "1 failed, 1 passed" in run.stdout


def test_handout_has_stubs_but_no_solutions_and_no_outputs(tmp_path):
    copies = handout(tmp_path / "class")
    assert len(copies) == len(PATHS)
    for copy, path in zip(copies, PATHS, strict=True):
        text = copy.read_text()
        assert "# Solution" not in text
        has_exercises = "# Solution" in path.read_text()
        assert has_exercises == (path.name != "questions.ipynb")
        assert ("check(" in text) == has_exercises
        assert all(cell.get("outputs", []) == [] for cell in json.loads(text)["cells"])
        assert (len(code(copy)) < len(code(path))) == has_exercises


def test_handout_does_not_write_over_anything(tmp_path, capsys):
    with pytest.raises(SystemExit):
        command.main(["handout", str(tmp_path)])
    assert f"{tmp_path.name} exists; name a new folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
