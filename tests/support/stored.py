"""The stored outputs of a notebook, compared by the rules of nbval."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support import ROOT

nbval = pytest.importorskip("nbval.plugin", reason="nbval is not installed; `make test` brings it")
LONG = {"bptt", "gradient_reach", "gru_or_lstm", "speed", "today", "train_it_yourself", "why_gates"}  # they train
RULES = nbval.get_sanitize_patterns((ROOT / "tests" / "nbval.cfg").read_text(encoding="utf-8"))


def weekly_if_long(page):
    """Return a page or notebook as a parameter; one that computes for minutes is left to the weekly run."""
    return pytest.param(page, marks=pytest.mark.weekly if Path(page).stem in LONG else ())


def code_cells(path):
    """Return the code cells of a notebook, by its path from the root."""
    cells = json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def sanitized(text):
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    return text


def content(outputs):
    """Return what nbval compares: text by stream, values by their form; of pictures that there is one."""
    found = defaultdict(list)
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            found[output["name"]] = [sanitized("".join([*found[output["name"]], *output["text"]]))]
        elif kind == "error":
            found["error"].append(f"{output['ename']}: {output['evalue']}")
        for form, value in output.get("data", {}).items():
            picture = form.startswith("image/")
            found["picture" if picture else form].append("" if picture else sanitized("".join(value)))
    return dict(found)


def compared(cell, outputs):
    """Return what a cell gives and what is stored, if they differ and are meant to agree."""
    if "nbval-ignore-output" in cell["metadata"].get("tags", []) or content(outputs) == content(cell["outputs"]):
        return None
    return content(outputs), content(cell["outputs"])
