"""The benchmark compares like with like, and refuses where it cannot. No time is asserted."""

import json
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.benchmark import SHAPES, Comparison, Shape, compare
from gru_lib.benchmark.__main__ import main
from gru_lib.benchmark.peers import PEERS
from gru_lib.benchmark.turns import _same_threads, _same_work, installed

TINY = Shape(2, 3, 2, 4)


@pytest.fixture(scope="module")
def measured(require):
    for package in ("torch", "jax", "keras", "tensorflow"):
        require(package)
    lines = []
    return compare(TINY, rounds=3, progress=lines.append), lines


def test_every_peer_does_the_same_work_and_is_measured(measured):
    result, lines = measured
    assert set(result.seconds) == set(installed()) >= {"scratch", "pytorch", "keras-jax", "keras-tensorflow"}
    assert all(len(rounds) == 3 and min(rounds) > 0 for rounds in result.seconds.values())
    assert any("round 3 of 3" in line for line in lines)
    assert any("preparing keras-torch" in line for line in lines)


def test_ratios_are_those_of_the_same_round():
    result = Comparison(TINY, "train", 1, {"a": [1.0, 2.0, 4.0], "b": [3.0, 2.0, 2.0]}, {"a": "1", "b": "2"})
    assert result.ratios("b", "a") == [3.0, 1.0, 0.5]
    peer = result.to_dict("a")["peers"]["b"]
    assert peer["ratio"] == 1.0
    assert peer["seconds"] == median([3.0, 2.0, 2.0])
    assert peer["quartiles"][0] <= peer["ratio"] <= peer["quartiles"][1]


def test_forward_alone(require):
    require("torch")
    result = compare(TINY, ["scratch", "pytorch"], mode="forward", rounds=3)
    assert set(result.seconds) == {"scratch", "pytorch"}


def test_other_thread_counts_are_refused(require, monkeypatch):
    require("torch")
    # the parent no longer sets this one, so the workers see what the user has set
    monkeypatch.setattr("gru_lib.benchmark.turns.VARIABLES", ("OMP_NUM_THREADS",))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    with pytest.raises(ValueError, match=r"scratch has .*OPENBLAS_NUM_THREADS': 2.* expected 1 for everyone"):
        compare(TINY, ["scratch", "pytorch"], rounds=3)
    with pytest.raises(ValueError, match="not comparable"):
        _same_threads({"a": {"threads": {"cores": 1}}, "b": {"threads": {"cores": 1, "torch": 3}}}, 1)


def test_other_work_is_refused():
    right = {"answer": [1.0, 2.0, 3.0, 4.0]}
    _same_work({"a": right, "b": {"answer": [1.0001, 2.0, 3.0, 4.0]}})
    for answer in ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.1], [1.0, 2.0, 3.0, float("nan")]):
        with pytest.raises(ValueError, match="b computes other numbers than a"):
            _same_work({"a": right, "b": {"answer": answer}})


def test_a_peer_that_breaks_is_named(tmp_path, monkeypatch, require):
    require("torch")
    (tmp_path / "torch.py").write_text("raise ImportError('this copy is broken')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"pytorch stopped: .*broken"):
        compare(TINY, ["scratch", "pytorch"], rounds=3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"peers": ["cudnn"]}, "peers has \\['cudnn'\\]"),
        ({"peers": []}, "expected at least one"),
        ({"peers": ["scratch", "scratch"]}, "each once"),
        ({"mode": "backward"}, "mode is 'backward'"),
        ({"rounds": 2}, "rounds is 2"),
        ({"threads": 0}, "threads is 0"),
        ({"threads": 10_000}, "threads is 10000"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        compare(TINY, **({"peers": ["scratch"]} | arguments))


@given(st.tuples(*[st.integers(1, 999)] * 4))
def test_shapes_are_read_as_they_are_written(sizes):
    assert Shape.parse(str(Shape(*sizes))) == Shape(*sizes)


@pytest.mark.parametrize("text", ["", "64", "1x2x3", "1x2x3x4x5", "ax1x1x1", "-1x1x1x1", "0x1x1x1", "1.5x1x1x1"])
def test_other_shapes_are_refused(text):
    with pytest.raises(ValueError, match="shape is"):
        Shape.parse(text)


def test_the_command_prints_stores_and_draws(tmp_path, capsys, require):
    require("matplotlib")
    figures, picture = tmp_path / "a" / "figures.json", tmp_path / "ratios.svg"
    status = main(f"--shape {TINY} --peer scratch --threads 1 --rounds 3 -o {figures} --plot {picture}".split())
    assert status == 0
    assert "2x3x2x4 train, 1 thread(s)" in capsys.readouterr().out
    content = json.loads(figures.read_text())
    assert content["comparisons"][0]["peers"]["scratch"]["ratio"] == 1
    assert {"processor", "commit", "date", "versions"} <= set(content["provenance"])
    assert picture.read_text().startswith("<?xml")


def test_the_command_explains_in_one_line():
    command = [sys.executable, "-m", "gru_lib.benchmark", "--shape", "wrong"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith("error: shape is 'wrong'")
    assert run.stderr.count("\n") == 1


def test_the_stored_figures_say_where_they_come_from():
    content = json.loads((Path(__file__).parent.parent / "results" / "bench" / "cpu.json").read_text())
    assert re.fullmatch(r"[0-9a-f]{12}", content["provenance"]["commit"]), "figures come from committed code"
    assert [comparison["shape"] for comparison in content["comparisons"]] == [str(shape) for shape in SHAPES.values()]
    for comparison in content["comparisons"]:
        assert set(comparison["peers"]) == set(PEERS)
        assert comparison["base"] == "scratch"
