"""The recorded figures as a chapter shows them, and what it runs on."""

import json
import re
import sys

import pytest

from gru_lib.book import results_table, show_backend


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
    table = results_table("toy", tmp_path)
    assert table.head == ("figure", "cpu", "a-gpu")
    assert table.rows == (("accuracy", "0.957", "–"), ("epoch", "10 s", "0.512 s"))
    assert table.notes[0] == "cpu: a processor, 2 cores; Keras 3.15.1 on jax 0.10; 2026-01-02."
    assert table.notes[2] == "On a-gpu this did not hold: accuracy: 0.4 is not above 0.5."
    assert "No GPU run is recorded." not in table.notes
    assert "<td>0.512 s</td>" in table._repr_html_()


def test_without_a_gpu_run_one_line_says_so(tmp_path):
    stored(tmp_path, "cpu", {"epoch": figure(10, "s")})
    assert results_table("toy", tmp_path).notes[1:] == ("No GPU run is recorded.",)


def test_a_figure_is_named_as_one_says_it(tmp_path):
    stored(tmp_path, "cpu", {"gru-published-recipe": figure(0.95), "bag-of-words-3000": figure(0.88)})
    assert [row[0] for row in results_table("toy", tmp_path).rows] == ["bag of words 3000", "GRU published recipe"]


def test_what_is_not_there_is_not_an_empty_table(tmp_path):
    with pytest.raises(FileNotFoundError, match=f"there is no folder {tmp_path / 'away'};"):
        results_table("toy", tmp_path / "away")
    stored(tmp_path, "cpu", {"epoch": figure(10, "s")})
    with pytest.raises(ValueError, match="chapter 'tyo' has no figures in "):
        results_table("tyo", tmp_path)
    stored(tmp_path, "cpu", {}, runs={"epochs": {}})
    with pytest.raises(ValueError, match="chapter 'toy' has no figures in "):
        results_table("toy", tmp_path)


def test_show_backend_names_what_runs(capsys, monkeypatch):
    import keras

    show_backend()
    backend = keras.backend.backend()
    assert re.fullmatch(rf"Runs on: Keras [\d.]+ · {backend} [\w.+]+ · \S+\n", capsys.readouterr().out)
    monkeypatch.delitem(sys.modules, "keras")
    with pytest.raises(RuntimeError, match="import keras"):
        show_backend()
