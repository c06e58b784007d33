"""Expectations that can fail, and figures that keep their provenance."""

import json
import math
import re
import subprocess
import sys

import pytest

from gru_lib.evidence import EvidenceError, expect, record, recorded, show_backend, side_by_side
from gru_lib.evidence import results as store
from gru_lib.evidence.provenance import _commit


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
    assert recorded("first/accuracy", tmp_path) == 0.6
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


def test_recorded_names_what_is_missing(tmp_path):
    with pytest.raises(KeyError, match=r"a/b is not recorded in cpu\.json; run `make record`"):
        recorded("a/b", tmp_path)


def test_commit_is_unknown_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _commit() == "unknown"


def test_device_is_cpu_where_no_framework_is_loaded():
    code = "from gru_lib.evidence import device, provenance; assert provenance()['backend'] is None; print(device())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "cpu"


def test_record_says_which_place_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "occupied").write_text("a file, not a folder")
    monkeypatch.setenv(store.RESULTS_VARIABLE, str(tmp_path / "occupied"))
    with pytest.raises(OSError, match="occupied"):
        record("first/accuracy", 0.5)
    assert (tmp_path / "occupied").read_text() == "a file, not a folder"


def stored(folder, device, figures, **more):
    where = {
        "device": device,
        "processor": "a processor",
        "cores": 2,
        "versions": {"keras": "3.15.1", "jax": "0.10"},
        "backend": "jax",
        "date": "2026-01-02",
    }
    entry = {"figures": figures, "provenance": where} | more
    (folder / f"{device}.json").write_text(json.dumps({"toy": entry, "other": {}}))


def figure(value, unit=""):
    return {"value": value, "unit": unit, "seed": 0}


def test_devices_stand_side_by_side_the_cpu_first(tmp_path):
    stored(tmp_path, "a-gpu", {"epoch": figure(0.51234, "s")}, unmet=["accuracy: 0.4 is not above 0.5"])
    stored(tmp_path, "cpu", {"epoch": figure(10, "s"), "accuracy": figure(0.95678)})
    table = side_by_side("toy", tmp_path)
    assert table.head == ("figure", "cpu", "a-gpu")
    assert table.rows == (("accuracy", "0.957", "–"), ("epoch", "10 s", "0.512 s"))
    assert table.notes[0] == "cpu: a processor, 2 cores; Keras 3.15.1 on jax 0.10; 2026-01-02."
    assert table.notes[2] == "On a-gpu this did not hold: accuracy: 0.4 is not above 0.5."
    assert "make gpu" not in repr(table)
    assert "<td>0.512 s</td>" in table._repr_html_()


@pytest.mark.parametrize("with_cpu", [True, False])
def test_a_missing_accelerator_is_said_plainly(tmp_path, with_cpu):
    if with_cpu:
        stored(tmp_path, "cpu", {"epoch": figure(10, "s")})
    assert "No accelerator is recorded yet" in side_by_side("toy", tmp_path).notes[-1]


def test_show_backend_names_what_runs(capsys, monkeypatch):
    import keras

    show_backend()
    backend = keras.backend.backend()
    assert re.fullmatch(rf"Runs on: Keras [\d.]+ · {backend} [\w.+]+ · \S+\n", capsys.readouterr().out)
    monkeypatch.delitem(sys.modules, "keras")
    with pytest.raises(RuntimeError, match="import keras"):
        show_backend()
