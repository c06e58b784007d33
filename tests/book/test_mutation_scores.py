"""The table of mutation scores for the chapter."""

import re

from gru_lib.book import mutation_scores
from gru_lib.conformance import MUTANTS
from gru_lib.conformance.mutants import FORWARD_MUTANTS
from gru_lib.records import write_results
from tests.support import ROOT
from tools import notebooks


def test_the_table_counts_what_is_stored(tmp_path, monkeypatch):
    verdicts = {"zr-exchanged": ("killed", "survived", "killed"), "mask-late": ("killed", "killed", "not applicable")}
    rows = [{"id": name} | dict(zip(("kit", "keras", "onnx"), found, strict=True)) for name, found in verdicts.items()]
    monkeypatch.setattr(mutation_scores, "SCORES", tmp_path / "scores.json")
    write_results(mutation_scores.SCORES, {"versions": {"keras": "3", "onnx": "1"}, "rows": rows})
    table = mutation_scores.mutation_score_table()
    assert [(str(name), *found) for name, *found in table.rows] == [
        (MUTANTS[name].name, *found) for name, found in verdicts.items()
    ]
    assert table.notes == (
        "This kit notices 2 of 2 mistakes.",
        "The tests of Keras 3 notice 1 of 2 mistakes.",
        "The tests of ONNX 1 notice 1 of 1 mistakes; 1 more cannot occur there.",
    )
    assert MUTANTS["zr-exchanged"].source in table._repr_html_()


def test_readme_and_chapter_count_the_mistakes_that_there_are():
    planted, known = len(FORWARD_MUTANTS), len(MUTANTS)
    readme = (ROOT / "README.md").read_text()
    assert f"{known} known mistakes it makes: {planted} change the states, and {known - planted} the grad" in readme
    assert f"{known} GRUs that are broken in one place each, {planted} of them in the forward pass" in readme
    chapter = notebooks.prose(notebooks.load(notebooks.CHAPTERS / "engineering/testing.ipynb"))
    assert {int(number) for number in re.findall(r"\b(\d+) (?:known )?mistakes", chapter)} >= {planted, known}
