"""The benchmark compares like with like, and refuses where it cannot. No time is asserted."""

import json
import subprocess
import sys
from itertools import groupby
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.benchmark import Comparison, Shape, compare, memory
from gru_lib.benchmark.__main__ import entries, main, parser, series
from gru_lib.benchmark.comparison import Figures
from gru_lib.benchmark.environment import of_worker
from gru_lib.benchmark.task import Task
from gru_lib.benchmark.turns import _same_environment, _same_threads, _same_work, race
from tests.support.benchmark_workers import alter_workers

TINY = Shape(2, 3, 2, 4)


PEERS_HERE = ["scratch", "scratch-compiled", "pytorch", "keras-jax", "keras-tensorflow"]


@pytest.fixture(scope="module")
def measured(require):
    for package in ("torch", "jax", "keras", "tensorflow", "numba"):
        require(package)
    lines = []
    return compare(TINY, PEERS_HERE, rounds=3, progress=lines.append), lines


def test_peers_take_turns(measured):
    result, lines = measured
    assert list(result.peers) == PEERS_HERE
    assert {figures.device for figures in result.peers.values()} == {"cpu"}
    for figures in result.peers.values():
        assert len(figures.seconds) == len(figures.rounds) == 3
        assert min(map(min, figures.seconds)) > 0
    assert any("round 3 of 3" in line for line in lines)
    assert any("preparing keras-jax" in line for line in lines)


def test_tasks_take_turns_too(tmp_path, monkeypatch):
    log = tmp_path / "log"
    lines = f"""    def step():
        with open({str(log)!r}, "a") as log:
            log.write(f"{{problem.task.shape.batch}}\\n")
        return []"""
    alter_workers(altered(lines), tmp_path, monkeypatch)
    one, other = (Task(Shape(batch, 3, 2, 4)) for batch in (5, 6))
    results = race({one: ["scratch"], other: ["scratch"]}, rounds=4)
    assert [result.task for result in results] == [one, other]
    assert [len(result.peers["scratch"].seconds) for result in results] == [4, 4]
    turns = [int(batch) for batch, _ in groupby(log.read_text().split())]
    assert turns[-5:] == [5, 6, 5, 6, 5], "rounds 5 6, 6 5, 5 6, 6 5"


def test_cells_of_one_shape_are_measured_in_turns(capsys, monkeypatch, require):
    require("torch")
    raced = []
    monkeypatch.setattr("gru_lib.benchmark.__main__.race", lambda *a, **k: raced.append(a[0]) or race(*a, **k))
    words = "--cell GRU --cell LSTM --shape 2x3x2x4 --shape 1x1x1x1 --peer pytorch --rounds 3 --threads 1"
    assert main(words.split()) == 0
    assert [[str(task) for task in tasks] for tasks in raced] == [
        ["2x3x2x4 GRU train", "2x3x2x4 LSTM train"],
        ["1x1x1x1 GRU train", "1x1x1x1 LSTM train"],
    ]
    assert capsys.readouterr().out.count("pytorch ") == 4


def test_a_race_needs_a_task():
    with pytest.raises(ValueError, match="entries is empty"):
        race({})


def test_memory_allocator_and_threads_are_the_same_for_everyone(measured):
    environment = measured[0].environment
    assert environment["MALLOC_ARENA_MAX"] == environment["NUMBA_NUM_THREADS"] == "1"
    assert int(environment["MALLOC_MMAP_THRESHOLD_"]) == int(environment["MALLOC_TRIM_THRESHOLD_"]) == 2**32
    assert environment["TF_ENABLE_ONEDNN_OPTS"] is None, "TensorFlow's own default, whatever the book sets"
    assert measured[0].to_dict()["environment"] == environment


def test_each_device_has_its_environment(monkeypatch):
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    on_cpu, on_gpu = (of_worker(peer, 2) for peer in ("keras-jax", "keras-jax@gpu"))
    assert (on_cpu["CUDA_VISIBLE_DEVICES"], on_cpu["JAX_PLATFORMS"]) == ("-1", "cpu")
    assert on_gpu["CUDA_VISIBLE_DEVICES"] == "1"
    assert "JAX_PLATFORMS" not in on_gpu
    assert on_cpu["KERAS_BACKEND"] == on_gpu["KERAS_BACKEND"] == "jax"


def test_ratios_are_those_of_the_same_round():
    peers = {"a": Figures("1", "cpu", [[1.0], [2.0, 9.0, 2.0], [4.0]]), "b": Figures("2", "cpu", [[3.0], [2.0], [2.0]])}
    result = Comparison(Task(TINY), peers, {})
    assert result.ratios("b") == [3.0, 1.0, 0.5]
    row = result.to_dict()["peers"]["b"]
    assert row["ratio"] == 1.0
    assert row["seconds"] == median([3.0, 2.0, 2.0])
    assert row["quartiles"][0] <= row["ratio"] <= row["quartiles"][1]
    assert result.table()[1] == {"peer": "b", **row}
    assert [line.split()[-1] for line in str(result).splitlines()[2:]] == ["–", "–"], "memory was not measured"


def test_a_step_of_inference_has_percentiles_of_single_steps():
    seconds = [[1e-6 * step for step in range(round_, 301, 3)] for round_ in (1, 2, 3)]
    result = Comparison(Task(Shape(1, 1, 2, 4), mode="step"), {"a": Figures("1", "cpu", seconds, 2_000_000)}, {})
    (row,) = result.table()
    assert row["p50"] == pytest.approx(150.5e-6)
    assert row["p99"] == pytest.approx(297.01e-6)
    assert str(result).splitlines()[2].split() == ["a", "150.50", "297.01", "1.00", "1.00", "to", "1.00", "2.0"]


def test_steps_are_measured():
    result = compare("2x1x2x4", ["scratch"], mode="step", rounds=3)
    (row,) = result.table()
    assert 0 < row["p50"] <= row["p99"]


def test_other_thread_counts_are_refused(require, monkeypatch):
    require("torch")
    # the parent no longer sets this one, so the workers see what the user has set
    monkeypatch.setattr("gru_lib.benchmark.environment.thread_settings", lambda count: {"OMP_NUM_THREADS": str(count)})
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    with pytest.raises(ValueError, match=r"scratch has .*OPENBLAS_NUM_THREADS': 2.* expected 1 for everyone"):
        compare(TINY, ["scratch", "pytorch"], rounds=3)
    with pytest.raises(ValueError, match="not comparable"):
        _same_threads({"a": {"threads": {"cores": 1}}, "b": {"threads": {"cores": 1, "torch": 3}}}, 1)


def test_another_environment_is_refused():
    right = {"environment": {"MALLOC_ARENA_MAX": "1"}}
    _same_environment({"a": right, "b": right})
    with pytest.raises(ValueError, match=r"b has the environment .*None.*; expected .*'1'.*, as a"):
        _same_environment({"a": right, "b": {"environment": {"MALLOC_ARENA_MAX": None}}})


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


def altered(lines):
    """Return the lines that put another step in the place of scratch's."""
    return f"def make(problem):\n{lines}\n    return step\nPEERS['scratch'] = replace(PEERS['scratch'], make=make)"


@pytest.mark.parametrize(
    ("words", "message"),
    [("raise OSError('no room')", "OSError: no room"), ("os._exit(3)", "exit status 3, and no word")],
)
def test_last_words_are_told(tmp_path, monkeypatch, words, message):
    lines = f"""    left = [20]
    def step():
        left[0] -= 1
        if not left[0]: {words}
        return []"""
    alter_workers(altered(lines), tmp_path, monkeypatch)
    with pytest.raises(RuntimeError, match=f"^scratch stopped: {message}$"):
        compare(TINY, ["scratch"], rounds=50)


def test_a_talkative_framework_does_not_block(tmp_path, monkeypatch):
    lines = "    def step():\n        print('x' * 2**20)\n        sys.stderr.write('y' * 2**20)\n        return []"
    alter_workers(altered(lines), tmp_path, monkeypatch)
    compare(TINY, ["scratch"], rounds=3)


@pytest.mark.skipif(memory.resident() is None, reason="this system cannot reset the peak of resident memory")
@pytest.mark.parametrize("held", [0, 100_000_000])
def test_memory_is_what_the_steps_need(tmp_path, monkeypatch, held):
    lines = f"""    size = {held} if problem.task.shape.batch > 2 else 0
    np.ones(30_000_000)  # freed before the steps
    def step():
        return [np.ones(size, np.int8)]"""
    alter_workers(altered(lines), tmp_path, monkeypatch)
    found = compare(Shape(4, 3, 2, 4), ["scratch"], rounds=3).peers["scratch"].memory
    assert 0.95 * held <= found < held + 20_000_000


def test_memory_is_not_guessed(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "STATUS", tmp_path / "missing")
    assert memory.resident() is None
    assert memory.now(None) is None
    assert memory.needed(None, None, lambda: None) is None


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
    assert "2x3x2x4 GRU train, 1 thread(s)" in capsys.readouterr().out
    content = json.loads(figures.read_text())
    assert content["comparisons"][0]["peers"]["scratch"]["ratio"] == 1
    assert {"processor", "commit", "date", "versions"} <= set(content["provenance"])
    assert picture.read_text().startswith("<?xml")


def test_the_command_asks_for_every_cell_of_every_shape():
    words = ["--cell", "GRU", "--cell", "LSTM", "--shape", "4x3x2x4", "--grow", "B", "--threads", "1"]
    options = parser().parse_args(words)
    (sizes,) = series(options)
    assert [[str(task) for task in entries(shape, options)] for shape in sizes] == [
        [f"{batch}x3x2x4 {cell} train" for cell in ("GRU", "LSTM")] for batch in (1, 2, 4, 8, 16)
    ]
    options = parser().parse_args(["--mode", "step"])
    steps = [str(task) for (shape,) in series(options) for task in entries(shape, options)]
    assert steps == ["1x1x28x64 GRU step", "1x1x1x50 GRU step", "1x1x128x512 GRU step"]


def test_the_command_measures_nothing_if_it_cannot_measure_all(capsys):
    words = "--shape 2x3x2x4 --cell GRU --cell LSTM --peer scratch --rounds 3 --threads 1"
    assert main(words.split()) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: scratch has no LSTM train on 'cpu'")


def test_the_command_explains_in_one_line():
    command = [sys.executable, "-m", "gru_lib.benchmark", "--shape", "wrong"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith("error: shape is 'wrong'")
    assert run.stderr.count("\n") == 1
