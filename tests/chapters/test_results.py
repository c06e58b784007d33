"""The stored figures are those that the chapters record, each with its provenance."""

import json
import re

from tests.support import ROOT
from tools import notebooks

RESULTS = {path: json.loads(path.read_text()) for path in sorted((ROOT / "results").glob("*.json"))}


def recording_cells():
    for path in notebooks.notebooks():
        for cell in notebooks.load(path)["cells"]:
            source = "".join(cell["source"])
            for chapter in re.findall(r"(?:record|runs)\(\s*f?\"([\w-]+)/", source):
                yield path.stem, chapter


def test_a_chapter_records_under_its_own_name():
    pairs = set(recording_cells())
    assert pairs
    assert {stem for stem, _ in pairs} == {chapter for _, chapter in pairs}


def test_cpu_results_hold_every_recording_chapter():
    cpu = RESULTS[ROOT / "results" / "cpu.json"]
    assert set(cpu) == {chapter for _, chapter in recording_cells()}


def test_provenance_is_complete():
    for path, chapter in ((path, chapter) for path, chapters in RESULTS.items() for chapter in chapters.values()):
        where = chapter["provenance"]
        assert path.stem in (where["device"], f"{where['device']}-{where['backend']}")
        assert re.fullmatch(r"[0-9a-f]{12}", where["commit"]), "figures come from committed code"
        assert {"numpy", "keras"} <= set(where["versions"])
        figures, runs = chapter.get("figures", {}), chapter.get("runs", {})
        assert figures or runs
        assert all({"value", "unit", "seed"} == set(figure) for figure in figures.values())
        assert all(len(run["settings"]) == len(run["values"]) for run in runs.values())
