"""Figures keep their provenance, and nothing is lost."""

import json
import math
import subprocess
import sys

import pytest

from gru_lib.records import read_results, record, store
from gru_lib.records.provenance import _commit


def test_record_changes_nothing_unless_asked(tmp_path, monkeypatch):
    monkeypatch.delenv(store.RESULTS_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert record("chapter/figure", 0.5) == 0.5
    assert list(tmp_path.iterdir()) == []


def test_record_keeps_provenance_and_other_chapters(tmp_path, monkeypatch):
    monkeypatch.setenv(store.RESULTS_VARIABLE, str(tmp_path))
    monkeypatch.setattr(store, "device", lambda: "cpu")
    record("first/accuracy", 0.5, seed=0)
    record("second/time", 2, unit="s")
    record("first/accuracy", 0.6, seed=1)
    results = json.loads((tmp_path / "cpu.json").read_text())
    assert results["first"]["figures"] == {"accuracy": {"value": 0.6, "unit": "", "seed": 1}}
    assert results["second"]["figures"]["time"] == {"value": 2.0, "unit": "s", "seed": None}
    assert {"device", "processor", "cores", "python", "versions", "commit", "date"} <= set(
        results["first"]["provenance"]
    )
    assert read_results(tmp_path / "cpu.json")["first"]["figures"]["accuracy"]["value"] == 0.6
    assert [path.name for path in tmp_path.iterdir()] == ["cpu.json"], "no temporary file is left"


def test_record_does_not_lose_old_figures_when_the_file_is_damaged(tmp_path, monkeypatch):
    monkeypatch.setenv(store.RESULTS_VARIABLE, str(tmp_path))
    monkeypatch.setattr(store, "device", lambda: "cpu")
    (tmp_path / "cpu.json").write_text('{"first": ')
    with pytest.raises(ValueError, match="Expecting value"):
        record("second/time", 2)
    assert (tmp_path / "cpu.json").read_text() == '{"first": '


@pytest.mark.parametrize(("name", "value"), [("figure", 1.0), ("/figure", 1.0), ("a/", 1.0), ("a/b", math.nan)])
def test_record_rejects_what_nobody_could_use(name, value):
    with pytest.raises(ValueError, match="expected"):
        record(name, value)


def test_commit_is_unknown_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _commit() == "unknown"


def test_device_is_cpu_where_no_framework_is_loaded():
    code = "from gru_lib.records import device, provenance; assert provenance()['backend'] is None; print(device())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "cpu"


def test_record_says_which_place_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "occupied").write_text("a file, not a folder")
    monkeypatch.setenv(store.RESULTS_VARIABLE, str(tmp_path / "occupied"))
    with pytest.raises(OSError, match="occupied"):
        record("first/accuracy", 0.5)
    assert (tmp_path / "occupied").read_text() == "a file, not a folder"
