"""Expectations that can fail, and figures that keep their provenance."""

import json
import math
import subprocess
import sys

import pytest

from gru_lib import evidence
from gru_lib.evidence import EvidenceError, expect, record, recorded


def test_expect_prints_the_band_but_not_the_value(capsys):
    expect("accuracy", 0.95123, between=(0.9, 1.0))
    assert capsys.readouterr().out == "✓ accuracy: between 0.9 and 1.0\n"


@pytest.mark.parametrize("value", [0.89, 1.01, math.nan, math.inf, -math.inf])
def test_expect_rejects_what_is_outside_the_band(value):
    with pytest.raises(EvidenceError, match="accuracy"):
        expect("accuracy", value, between=(0.9, 1.0))


@pytest.mark.parametrize("value", [0.5, 0.4, math.nan])
def test_expect_order_is_strict(value):
    with pytest.raises(EvidenceError, match=r"is not above 0\.5"):
        expect("order", value, above=0.5)
    with pytest.raises(EvidenceError, match="is not below"):
        expect("order", -value, below=-0.5)


def test_expect_accepts_an_order(capsys):
    expect("a over b", 0.6, above=0.5)
    expect("b under a", 0.5, below=0.6)
    assert capsys.readouterr().out == "✓ a over b\n✓ b under a\n"


@pytest.mark.parametrize("bounds", [{}, {"above": 1, "below": 2}])
def test_expect_wants_exactly_one_bound(bounds):
    with pytest.raises(ValueError, match="exactly one"):
        expect("x", 1.5, **bounds)


def test_record_changes_nothing_unless_asked(tmp_path, monkeypatch):
    monkeypatch.delenv(evidence.RESULTS_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert record("chapter/figure", 0.5) == 0.5
    assert list(tmp_path.iterdir()) == []


def test_record_keeps_provenance_and_other_chapters(tmp_path, monkeypatch):
    monkeypatch.setenv(evidence.RESULTS_VARIABLE, str(tmp_path))
    monkeypatch.setattr(evidence, "device", lambda: "cpu")
    record("first/accuracy", 0.5, seed=0)
    record("second/time", 2, unit="s")
    record("first/accuracy", 0.6, seed=1)
    results = json.loads((tmp_path / "cpu.json").read_text())
    assert results["first"]["figures"] == {"accuracy": {"value": 0.6, "unit": "", "seed": 1}}
    assert results["second"]["figures"]["time"] == {"value": 2.0, "unit": "s", "seed": None}
    assert {"device", "processor", "cores", "python", "versions", "commit", "date"} <= set(
        results["first"]["provenance"]
    )
    assert recorded("first/accuracy", tmp_path) == 0.6
    assert [path.name for path in tmp_path.iterdir()] == ["cpu.json"], "no temporary file is left"


def test_record_does_not_lose_old_figures_when_the_file_is_damaged(tmp_path, monkeypatch):
    monkeypatch.setenv(evidence.RESULTS_VARIABLE, str(tmp_path))
    monkeypatch.setattr(evidence, "device", lambda: "cpu")
    (tmp_path / "cpu.json").write_text('{"first": ')
    with pytest.raises(ValueError, match="Expecting value"):
        record("second/time", 2)
    assert (tmp_path / "cpu.json").read_text() == '{"first": '


@pytest.mark.parametrize(("name", "value"), [("figure", 1.0), ("/figure", 1.0), ("a/", 1.0), ("a/b", math.nan)])
def test_record_rejects_what_nobody_could_use(name, value):
    with pytest.raises(ValueError, match="expected"):
        record(name, value)


def test_recorded_names_what_is_missing(tmp_path):
    with pytest.raises(KeyError, match=r"a/b is not recorded in cpu\.json; run `make record`"):
        recorded("a/b", tmp_path)


def test_commit_is_unknown_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert evidence._commit() == "unknown"


def test_device_is_cpu_where_no_framework_is_loaded():
    code = "from gru_lib.evidence import device, provenance; assert provenance()['backend'] is None; print(device())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "cpu"


def test_record_says_which_place_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "occupied").write_text("a file, not a folder")
    monkeypatch.setenv(evidence.RESULTS_VARIABLE, str(tmp_path / "occupied"))
    with pytest.raises(OSError, match="occupied"):
        record("first/accuracy", 0.5)
    assert (tmp_path / "occupied").read_text() == "a file, not a folder"
