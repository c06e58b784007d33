"""The tool for notebooks: its rules can fail, its sentences break where they should, a handout gives nothing away."""

import json
import subprocess
import sys

import pytest

from tools import notebooks
from tools.notebooks import __main__ as command
from tools.notebooks import form, lint
from tools.notebooks.handout import handout

PATHS = notebooks.notebooks()


def code(path):
    return [cell for cell in notebooks.load(path)["cells"] if cell["cell_type"] == "code"]


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
    notebook = notebooks.load(PATHS[0])
    cell = {
        "cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": ["print(1)"],
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["2\n"]}],
    }  # fmt: skip
    path = tmp_path / "wrong.ipynb"
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
        assert len(code(copy)) < len(code(path))


def test_handout_does_not_write_over_anything(tmp_path):
    with pytest.raises(SystemExit):
        command.main(["handout", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []
