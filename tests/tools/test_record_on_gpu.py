"""The command that measures on an accelerator: honest where there is none, resumable, and it loses no figures."""

import json
import os
import re
import subprocess
import sys

import pytest

from tools import ROOT, record_on_gpu
from tools.notebooks.run import cells, run_cells
from tools.record_on_gpu import Piece, pieces

SETTINGS = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
RECORD = "from gru_lib.book import expect, record\n"


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(record_on_gpu, "SCRATCH", tmp_path / "scratch")
    monkeypatch.setattr(record_on_gpu, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(record_on_gpu, "RECIPES", {"toy": "## The end"})
    monkeypatch.setattr(record_on_gpu, "REPRODUCTIONS", [tmp_path / "toy.ipynb"])
    monkeypatch.setattr(record_on_gpu, "provenance", lambda: {"commit": "c0ffee"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRU_LIB_RESULTS", "")
    return tmp_path


@pytest.fixture
def recipe(folders):
    """Write a notebook of which nothing may run from the end on, and run its recipe."""

    def run(*sources):
        code = [{"cell_type": "code", "source": source} for source in (*sources, "raise SystemExit")]
        code.insert(-1, {"cell_type": "markdown", "source": "Prose.\n\n## The end"})
        (folders / "toy.ipynb").write_text(json.dumps({"cells": code}))
        return record_on_gpu.run_recipe("toy")

    return run


def stored(folders):
    """Return the one file of results: its name says the device and the backend, if Keras is imported."""
    [path] = (folders / "results").glob("cpu-*.json")
    return json.loads(path.read_text())


def test_without_an_accelerator_it_says_so_and_runs_nothing():
    command = [sys.executable, "-m", "tools.record_on_gpu", "--backend", "torch"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | SETTINGS, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Keras on torch computes on: cpu" in done.stdout
    assert "No accelerator was found" in done.stdout


def test_a_backend_that_does_not_start_is_left_out(monkeypatch, capsys):
    monkeypatch.setattr(record_on_gpu, "_environment", lambda: {"PYTHONPATH": "/nowhere"})
    assert record_on_gpu.found_devices(["numpy-on-the-moon"]) == {}
    assert "Keras does not start on numpy-on-the-moon: " in capsys.readouterr().out


def test_figures_are_stored_with_provenance_and_others_are_kept(folders, recipe, capsys):
    assert recipe(RECORD, 'record("toy/one", 1.0, seed=0)', "display(record)") == 0
    assert recipe(RECORD, 'record("toy/two", 2.0)\nexpect("low", 2.0, below=1.0)', "last = 1") == 0
    found = stored(folders)["toy"]
    assert found["figures"] == {"two": {"value": 2.0, "unit": "", "seed": None}}
    assert found["unmet"] == ["low: 2.0 is not below 1.0"]
    assert found["provenance"]["device"] == "cpu"
    output = capsys.readouterr().out
    assert "every expectation held" in output
    assert "1 expectations did not hold here" in output


def test_a_recipe_that_breaks_off_leaves_the_stored_figures_alone(folders, recipe, capsys):
    assert recipe(RECORD, 'record("toy/one", 1.0)') == 0
    assert recipe(RECORD, 'record("toy/one", 2.0)', "1 / 0") == 1
    assert stored(folders)["toy"]["figures"]["one"]["value"] == 1.0
    output = capsys.readouterr()
    assert "nothing of it was stored" in output.out
    assert "ZeroDivisionError" in output.err


def test_what_cells_define_is_left_to_who_asks():
    left = {}
    assert run_cells(["a = 2", "b = a + 1"], left) == ([], True)
    assert left["b"] == 3
    assert run_cells(["a"])[1] is False, "one run knows nothing of another"


def test_each_cell_draws_on_a_sheet_of_its_own():
    logarithmic = "import matplotlib.pyplot as plt\nplt.semilogy([1, 2])\nplt.show()"
    assert run_cells([logarithmic, "plt.axline((0, 0), slope=1)"]) == ([], True)


@pytest.mark.parametrize("path", record_on_gpu.REPRODUCTIONS, ids=lambda path: path.stem)
def test_every_reproduction_is_plain_python_and_its_recipe_ends_recorded(path):
    """No magics: the cells run where there is no Jupyter."""
    whole, recipe = cells(path), cells(path, before=record_on_gpu.RECIPES[path.stem])
    for source in whole:
        compile(source, path.stem, "exec")
    assert len(recipe) < len(whole), "the heading is gone"
    assert re.search(rf'(?:record|runs)\(\s*f?"{path.stem}/', "\n".join(recipe))


def test_the_benchmark_asks_for_what_the_commands_offer():
    from gru_lib.benchmark import __main__ as comparisons
    from gru_lib.benchmark.dispatch import __main__ as dispatch

    benchmarks = [piece for piece in pieces({"jax": "a-card"}) if not piece.entry]
    assert [piece.file.stem for piece in benchmarks] == list(record_on_gpu.BENCHMARK)
    for piece in benchmarks:
        module, *options = piece.command
        parsed = (dispatch if "dispatch" in module else comparisons).parser().parse_args(options)
        assert (parsed.device, parsed.output.stem) == ("gpu", piece.file.stem)


def test_each_recipe_is_asked_of_each_backend(folders):
    asked = {piece.name: piece for piece in pieces({"jax": "a-card", "torch": "a-card"}) if piece.entry}
    assert list(asked) == ["toy on jax", "toy on torch"]
    assert asked["toy on torch"].environment == {"KERAS_BACKEND": "torch"}
    assert asked["toy on torch"].file == folders / "results" / "a-card-torch.json"


@pytest.mark.parametrize(
    ("content", "done"),
    [
        (None, False),
        ({"other": {"provenance": {"commit": "c0ffee"}}}, False),
        ({"toy": {"provenance": {"commit": "decaf"}}}, False),
        ({"toy": {"provenance": {"commit": "c0ffee"}}, "other": {"provenance": {"commit": "decaf"}}}, True),
    ],
)
def test_a_recipe_that_this_commit_has_recorded_is_done(folders, content, done):
    if content:
        (folders / "a.json").write_text(json.dumps(content))
    assert Piece("", [], folders / "a.json", "toy").done() is done


@pytest.mark.parametrize(
    ("content", "done"),
    [
        ({"provenance": {"commit": "c0ffee"}, "comparisons": []}, True),
        ({"provenance": {"commit": "decaf"}, "comparisons": []}, False),
        ({"jax": {"provenance": {"commit": "c0ffee"}}, "torch": {"provenance": {"commit": "c0ffee"}}}, True),
        ({"jax": {"provenance": {"commit": "c0ffee"}}, "torch": {"provenance": {"commit": "decaf"}}}, False),
    ],
)
def test_a_benchmark_that_this_commit_has_recorded_is_done(folders, content, done):
    (folders / "a.json").write_text(json.dumps(content))
    assert Piece("", [], folders / "a.json").done() is done


def test_changed_code_is_never_done(folders, monkeypatch):
    monkeypatch.setattr(record_on_gpu, "provenance", lambda: {"commit": "c0ffee+changes"})
    (folders / "a.json").write_text('{"toy": {"provenance": {"commit": "c0ffee+changes"}}}')
    assert not Piece("", [], folders / "a.json", "toy").done()


@pytest.fixture
def piece(folders):
    """Make a piece of a program that may use `file`, where a benchmark writes."""

    def make(program, name="toy"):
        (folders / f"{name}.py").write_text(f"file = {str(folders / 'a.part')!r}\n{program}\n")
        return Piece(name, [name], folders / "a.json", environment={"PYTHONPATH": str(folders)})

    return make


def test_a_benchmark_is_in_place_once_it_is_complete(folders, piece):
    write = "from pathlib import Path\nPath(file).write_text('{}')\n"
    assert piece(write + "raise SystemExit(3)").run(60) == "it ended with status 3"
    assert not (folders / "a.json").exists()
    assert piece(write).run(60) == ""
    assert (folders / "a.json").exists()


def test_what_outlasts_the_time_is_ended(piece):
    assert "the time was up" in piece("while True: pass").run(0)


def test_what_fails_is_left_and_the_rest_goes_on(piece, capsys):
    assert record_on_gpu.record([piece("1 / 0", "breaks"), piece("", "works")], minutes=9) == 1
    output = capsys.readouterr().out
    assert "✓ works" in output
    assert "Left: breaks." in output


def test_nothing_is_begun_when_the_time_is_used_up(piece, capsys):
    assert record_on_gpu.record([piece("1 / 0", "late"), piece("", "later")], minutes=0.1) == 0
    assert capsys.readouterr().out.strip() == "Left: late, later. Run it again."
