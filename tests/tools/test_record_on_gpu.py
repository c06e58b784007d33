"""The command that measures on an accelerator: it is honest where there is none, and loses no figures."""

import json
import os
import subprocess
import sys

import pytest

from tools import ROOT, record_on_gpu
from tools.notebooks.run import run_cells

SETTINGS = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}


def notebook(path, *sources):
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]}))
    return path


def run(*arguments, cwd=ROOT):
    command = [sys.executable, "-m", "tools.record_on_gpu", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=os.environ | SETTINGS, capture_output=True, text=True)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(record_on_gpu, "SCRATCH", tmp_path / "scratch")
    monkeypatch.setattr(record_on_gpu, "RESULTS", tmp_path / "results")
    (tmp_path / "scratch").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRU_LIB_RESULTS", raising=False)
    return tmp_path


RECORD = "from gru_lib.book import expect, record\n"


def test_without_an_accelerator_it_says_so_and_runs_nothing():
    done = run()
    assert done.returncode == 2
    assert "Keras computes on: cpu" in done.stdout
    assert "No accelerator was found" in done.stdout


def test_a_notebook_that_does_not_exist():
    done = run("--allow-cpu", "chapters/reproductions/nowhere.ipynb")
    assert done.returncode == 2
    assert "no such notebook" in done.stderr


def test_figures_are_stored_with_provenance_and_others_are_kept(folders, capsys):
    (folders / "results").mkdir()
    (folders / "results/cpu.json").write_text('{"other": {"figures": {}}}')
    path = notebook(folders / "toy.ipynb", RECORD, 'record("toy/one", 1.0, seed=0)', "display(record)")
    assert record_on_gpu.run_chapter(path) == 0
    stored = json.loads((folders / "results/cpu.json").read_text())
    assert set(stored) == {"other", "toy"}
    assert stored["toy"]["figures"]["one"] == {"value": 1.0, "unit": "", "seed": 0}
    assert stored["toy"]["unmet"] == []
    assert stored["toy"]["provenance"]["device"] == "cpu"
    assert "every expectation held" in capsys.readouterr().out


def test_an_expectation_that_fails_is_reported_stored_and_does_not_stop_the_run(folders, capsys):
    path = notebook(folders / "toy.ipynb", RECORD, 'expect("low", 2.0, below=1.0)', 'record("toy/one", 1.0)')
    assert record_on_gpu.run_chapter(path) == 0
    stored = json.loads((folders / "results/cpu.json").read_text())["toy"]
    assert stored["unmet"] == ["low: 2.0 is not below 1.0"]
    assert stored["figures"]["one"]["value"] == 1.0
    assert "1 expectations did not hold here" in capsys.readouterr().out


def test_a_chapter_that_breaks_off_leaves_the_stored_figures_alone(folders, capsys):
    (folders / "results").mkdir()
    (folders / "results/cpu.json").write_text('{"toy": {"figures": {"one": 3}}}')
    path = notebook(folders / "toy.ipynb", RECORD + 'record("toy/one", 1.0)', "1 / 0")
    assert record_on_gpu.run_chapter(path) == 1
    assert json.loads((folders / "results/cpu.json").read_text()) == {"toy": {"figures": {"one": 3}}}
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
def test_every_reproduction_is_plain_python(path):
    """No magics: the cells run where there is no Jupyter."""
    for source in record_on_gpu.cells(path):
        compile(source, path.stem, "exec")


def test_the_benchmark_asks_for_what_the_commands_offer():
    from gru_lib.benchmark import __main__ as comparisons
    from gru_lib.benchmark.dispatch import __main__ as dispatch

    for name, (module, *options) in record_on_gpu.BENCHMARK.items():
        parser = (dispatch if "dispatch" in module else comparisons).parser()
        parsed = parser.parse_args(["--device", "gpu", *options, "-o", f"{name}.json"])
        assert parsed.device == "gpu"


def test_the_benchmark_stores_beside_the_other_devices_and_goes_on_after_a_failure(folders, monkeypatch):
    asked = []

    def refuse(command, env):
        assert env["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false", "CPU and GPU peers share the machine"
        asked.append(command)
        return subprocess.CompletedProcess(command, 1 if "train.json" in command[-1] else 0)

    monkeypatch.setattr(record_on_gpu.subprocess, "run", refuse)
    assert record_on_gpu.run_benchmark("nvidia-h200") == 1
    assert [command[-1] for command in asked] == [
        str(folders / "results" / "bench" / "nvidia-h200" / f"{name}.json") for name in record_on_gpu.BENCHMARK
    ]


def test_the_benchmark_needs_an_accelerator_too():
    done = run("--benchmark")
    assert done.returncode == 2
    assert "No accelerator was found" in done.stdout
