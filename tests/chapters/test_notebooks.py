"""Every notebook is in the one canonical form, has the frame of a chapter, and hides nothing from nbval."""

import ast
import importlib
import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools import notebooks
from tools.notebooks import __main__ as command
from tools.notebooks import form, lint
from tools.notebooks.handout import handout

PATHS = notebooks.notebooks()
BUDGETS = json.loads((notebooks.ROOT / "tests" / "budgets.json").read_text())
name_of = lambda path: str(path.relative_to(notebooks.ROOT))  # noqa: E731


@pytest.fixture(params=PATHS, ids=name_of)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return notebooks.load(path)


def cells(notebook, kind):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def prose(notebook):
    return "\n\n".join(cells(notebook, "markdown"))


def section(notebook, title):
    """Return the text of one `##` section of a chapter."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", prose(notebook), flags=re.M | re.S)
    assert found, f"no section '## {title}'"
    return found.group(1)


def test_there_are_notebooks_and_each_has_a_budget():
    assert {name_of(path) for path in PATHS} == set(BUDGETS)
    assert PATHS


def test_form_is_canonical(path, notebook):
    assert path.read_text() == notebooks.text_of(form.canonical(notebook)), "run `make format`"


def test_canonical_form_is_stable(notebook):
    once = form.canonical(notebook)
    assert form.canonical(json.loads(notebooks.text_of(once))) == once


def test_what_it_imports_of_the_library_is_there(notebook):
    for source in cells(notebook, "code"):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("gru_lib"):
                module = importlib.import_module(node.module)
                for name in node.names:
                    assert hasattr(module, name.name) or find_spec(f"{node.module}.{name.name}"), ast.unparse(node)


def test_no_problems(notebook):
    assert lint.problems(notebook) == []


def test_ignored_outputs_are_few_and_followed_by_an_expectation():
    code = [cell for path in PATHS for cell in notebooks.load(path)["cells"] if cell["cell_type"] == "code"]
    ignored = [i for i, cell in enumerate(code) if "nbval-ignore-output" in cell["metadata"].get("tags", [])]
    assert len(ignored) <= lint.IGNORED_SHARE * len(code)
    for i in ignored:
        assert "expect(" in "".join(code[i + 1]["source"]), "".join(code[i]["source"])[:200]


def test_no_cell_escapes_nbval(notebook):
    for cell in notebook["cells"]:
        assert not {"nbval-skip", "skip-execution"} & set(cell["metadata"].get("tags", []))
        assert "NBVAL_" not in "".join(cell["source"])


def test_frame(notebook):
    text = prose(notebook)
    assert re.match(r"# \S", text), "the chapter begins with its title"
    assert len(re.findall(r"^# ", text, flags=re.M)) == 1
    box = re.search(r":class: objectives\n\n(.*?)\n:::", text, flags=re.S)
    assert box, "no box of objectives"
    assert len(re.findall(r"^- ", box.group(1), flags=re.M)) >= 2
    assert "**Before this:**" in box.group(1)
    assert re.search(r"\*\*Time:\*\* \d+ min to read, \d+ min to run\.", box.group(1))
    section(notebook, "Further reading")


def test_first_code_cell_imports_and_seeds(notebook):
    first = next(cell for cell in cells(notebook, "code") if "find_spec" not in cell)
    assert re.search(r"^(import|from) ", first, flags=re.M)
    assert re.search(r"^SEED = \d+$", first, flags=re.M)
    assert sum(re.search(r"^SEED = ", cell, flags=re.M) is not None for cell in cells(notebook, "code")) == 1


def test_summary_has_at_most_five_points(notebook):
    points = [line for line in section(notebook, "Summary").splitlines() if line.startswith("- ")]
    assert 1 <= len(points) <= 5


def test_exercises_have_stub_and_solution(notebook):
    """Each one: a stub that says it is open, then a hidden solution that the same check accepts."""
    titles = re.findall(r"^### Exercise \d+: ", section(notebook, "Exercises"), flags=re.M)
    assert len(titles) >= 2
    outcomes: dict[str, list[str]] = {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or not (call := re.search(r'^check\("([^"]+)"', source, flags=re.M)):
            continue
        solution = "hide-cell" in cell["metadata"].get("tags", [])
        assert source.startswith("# Solution") == solution
        outcomes.setdefault(call.group(1), []).append("".join(cell["outputs"][0]["text"])[0])
    assert len(outcomes) == len(titles)
    assert set(map(tuple, outcomes.values())) == {("○", "✓")}


def test_every_exercise_of_the_library_stands_in_a_chapter():
    chapters = "\n".join(path.read_text() for path in PATHS)
    for module in (notebooks.ROOT / "gru_lib" / "exercises").glob("[!_]*.py"):
        exercises = getattr(importlib.import_module(f"gru_lib.book.exercises.{module.stem}"), "EXERCISES", {})
        assert exercises or module.stem == "engine"
        for name in exercises:
            assert f'check(\\"{module.stem}/{name}\\"' in chapters


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda cell: cell.update(execution_count=None), "execution counts"),
        (lambda cell: cell.update(source=["x = 1\n"] * 26), "26 lines"),
        (lambda cell: cell.update(source=["x" * 89]), "89 columns"),
        (lambda cell: cell["metadata"].update(tags=["nbval-ignore-output"]), "without a reason"),
        (lambda cell: cell.update(outputs=[{"output_type": "error", "ename": "KeyError"}]), "stored KeyError"),
        (lambda cell: cell.update(outputs=[{"output_type": "display_data", "data": {"image/png": "AA=="}}]), "alt"),
        (lambda cell: cell.update(source=["open('/ho" + "me/me/x')"]), "machine path"),
        (lambda cell: cell.update(source=["# 2026-01-01 12:00"]), "timestamp"),
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
    """Strict nbval compares: a notebook whose stored output is wrong must fail."""
    import subprocess
    import sys

    notebook = notebooks.load(min(PATHS, key=lambda p: BUDGETS[name_of(p)]))
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": ["print(1)"],
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["2\n"]}],
    }  # fmt: skip
    path = Path(tmp_path) / "wrong.ipynb"
    path.write_text(notebooks.text_of({**notebook, "cells": [cell]}))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", str(path)],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout
    assert "1 failed" in run.stdout


def test_handout_has_stubs_but_no_solutions_and_no_outputs(tmp_path):
    copies = handout(tmp_path / "class")
    assert len(copies) == len(PATHS)
    for copy, path in zip(copies, PATHS, strict=True):
        text = copy.read_text()
        assert "# Solution" not in text
        assert text.count("check(") > 0
        assert all(cell.get("outputs", []) == [] for cell in json.loads(text)["cells"])
        assert len(cells(notebooks.load(copy), "code")) < len(cells(notebooks.load(path), "code"))


def test_handout_does_not_write_over_anything(tmp_path):
    with pytest.raises(SystemExit):
        command.main(["handout", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []
