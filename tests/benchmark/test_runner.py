"""Implementations are compared on the same terms, or not at all. No time is asserted."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.benchmark import Comparison, Shape, Task, compare, compare_tasks, memory
from gru_lib.benchmark.comparison import Timings
from gru_lib.benchmark.process import worker_environment
from gru_lib.benchmark.runner import check_comparable
from tests.support.benchmark_workers import alter_step, alter_workers, shorten_turns

TINY = Shape(2, 3, 2, 4)
MEASURED = ["scratch", "scratch-compiled", "pytorch"]


@pytest.fixture(scope="module")
def measured(require):
    require("torch")
    require("numba")
    lines = []
    with pytest.MonkeyPatch.context() as monkeypatch:
        shorten_turns(monkeypatch)
        return compare(TINY, MEASURED, rounds=3, progress=lines.append), lines


def test_implementations_take_turns(measured):
    result, lines = measured
    assert list(result.timings) == MEASURED
    assert {timings.device for timings in result.timings.values()} == {"cpu"}
    for timings in result.timings.values():
        assert len(timings.seconds) == len(timings.round_medians) == 3
        assert min(map(min, timings.seconds)) > 0
    assert any("round 3 of 3" in line for line in lines)
    assert any("preparing pytorch" in line for line in lines)


def test_tasks_take_turns_too(tmp_path, monkeypatch):
    log = tmp_path / "log"
    lines = f"""    def step():
        with open({str(log)!r}, "a") as log:
            log.write(f"{{problem.task.shape.batch}}\\n")
        return []"""
    alter_step(lines, tmp_path, monkeypatch)
    one, other = (Task(Shape(batch, 3, 2, 4)) for batch in (5, 6))
    results = compare_tasks({one: ["scratch"], other: ["scratch"]}, rounds=4)
    assert [result.task for result in results] == [one, other]
    assert [len(result.timings["scratch"].seconds) for result in results] == [4, 4]
    turns = [int(batch) for batch, _ in groupby(log.read_text().split())]
    assert turns[-5:] == [5, 6, 5, 6, 5], "rounds 5 6, 6 5, 5 6, 6 5"


def test_a_comparison_needs_a_task():
    with pytest.raises(ValueError, match="entries is empty"):
        compare_tasks({})


def test_memory_allocator_and_threads_are_the_same_for_everyone(measured):
    environment = measured[0].environment
    assert environment["MALLOC_ARENA_MAX"] == environment["NUMBA_NUM_THREADS"] == "1"
    assert int(environment["MALLOC_MMAP_THRESHOLD_"]) == int(environment["MALLOC_TRIM_THRESHOLD_"]) == 2**32
    assert environment["TF_ENABLE_ONEDNN_OPTS"] is None, "TensorFlow's own default, whatever the book sets"
    assert measured[0].to_dict()["environment"] == environment


def test_each_device_has_its_environment(monkeypatch):
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    on_cpu, on_gpu = (worker_environment(name, 2) for name in ("keras-jax", "keras-jax@gpu"))
    assert (on_cpu["CUDA_VISIBLE_DEVICES"], on_cpu["JAX_PLATFORMS"]) == ("-1", "cpu")
    assert (on_gpu["CUDA_VISIBLE_DEVICES"], on_gpu["XLA_PYTHON_CLIENT_PREALLOCATE"]) == ("1", "false")
    assert "JAX_PLATFORMS" not in on_gpu
    assert on_cpu["KERAS_BACKEND"] == on_gpu["KERAS_BACKEND"] == "jax"
    assert on_cpu["OMP_NUM_THREADS"] == on_gpu["OMP_NUM_THREADS"] == "2"


# What is told of the measured seconds.


def test_the_table_shows_milliseconds_and_ratios_of_the_same_round():
    timings = {
        "a": Timings("1", "cpu", [[0.002], [0.004, 0.1, 0.004], [0.008]], 2_500_000),
        "b": Timings("2", "cpu", [[0.006], [0.004], [0.004]]),
    }
    result = Comparison(Task(TINY, threads=2), timings, {})
    assert result.ratios("b") == [3.0, 1.0, 0.5]
    row = result.to_dict()["timings"]["b"]
    assert (row["seconds"], row["ratio"], row["quartiles"]) == (0.004, 1.0, [0.5, 3.0])
    title, head, *lines = str(result).splitlines()
    assert title == "2x3x2x4 GRU train, 2 thread(s)"
    assert head.split() == ["implementation", "ms", "ratio", "quartiles", "MB"]
    assert [line.split() for line in lines] == [
        ["a", "4.00", "1.00", "1.00", "to", "1.00", "2.5"],
        ["b", "4.00", "1.00", "0.50", "to", "3.00", "–"],
    ]


def test_a_step_of_inference_has_percentiles_of_single_steps():
    seconds = [[1e-6 * step for step in range(round_, 301, 3)] for round_ in (1, 2, 3)]
    result = Comparison(Task(Shape(1, 1, 2, 4), mode="step"), {"a": Timings("1", "cpu", seconds, 2_000_000)}, {})
    row = result.row("a")
    assert row["p50"] == pytest.approx(150.5e-6)
    assert row["p99"] == pytest.approx(297.01e-6)
    assert str(result).splitlines()[2].split() == ["a", "150.50", "297.01", "1.00", "1.00", "to", "1.00", "2.0"]


# What is not comparable is refused.

INFO = {"threads": {"cores": 1}, "norms": [1.0, 2.0, 3.0, 4.0]}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"threads": {"cores": 1, "torch": 3}}, r"^b has {'torch': 3} threads; expected 1 for everyone"),
        ({"norms": [1.0, 2.0, 3.0]}, "^b computes other numbers than a"),
        ({"norms": [1.0, 2.0, 3.0, 4.1]}, "^b computes other numbers than a"),
        ({"norms": [1.0, 2.0, 3.0, float("nan")]}, "^b computes other numbers than a"),
    ],
)
def test_what_is_not_comparable_is_refused(other, message):
    check_comparable({"a": INFO, "b": INFO | {"norms": [1.0001, 2.0, 3.0, 4.0]}}, 1)
    with pytest.raises(ValueError, match=message):
        check_comparable({"a": INFO, "b": INFO | other}, 1)


def test_exchanged_gates_are_other_work(tmp_path, monkeypatch, require):
    require("numba")
    lines = """
right = IMPLEMENTATIONS["scratch"].make
def exchanged(problem):
    z, r, h = np.split(problem.weights[0], 3, axis=1)
    return right(replace(problem, weights=[np.hstack([r, z, h]), *problem.weights[1:]]))
IMPLEMENTATIONS["scratch-compiled"] = replace(IMPLEMENTATIONS["scratch-compiled"], make=exchanged)
"""
    alter_workers(lines, tmp_path, monkeypatch)
    with pytest.raises(ValueError, match="scratch-compiled computes other numbers than scratch"):
        compare(TINY, ["scratch", "scratch-compiled"], rounds=3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"implementations": ["cudnn"]}, "implementations has \\['cudnn'\\]"),
        ({"implementations": []}, "expected at least one"),
        ({"implementations": ["scratch", "scratch"]}, "each once"),
        ({"implementations": ["scratch@gpu"]}, "scratch has no GRU train on 'gpu'"),
        ({"implementations": ["pytorch@tpu"]}, "pytorch has no GRU train on 'tpu'"),
        ({"implementations": ["keras-torch-loop"], "cell": "SimpleRNN"}, "keras-torch-loop has no SimpleRNN"),
        ({"cell": "LSTM"}, r"scratch has no LSTM train on 'cpu'; expected some of \['pytorch', 'keras-jax'"),
        ({"cell": "CNN"}, "cell is 'CNN'; expected one of GRU, LSTM, SimpleRNN"),
        ({"mode": "backward"}, "mode is 'backward'"),
        ({"mode": "step"}, "shape is 2x3x2x4, with 3 steps; mode 'step' expected 1"),
        ({"rounds": 2}, "rounds is 2"),
        ({"threads": 0}, "threads is 0"),
        ({"threads": 10_000}, "threads is 10000"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        compare(TINY, **({"implementations": ["scratch"]} | arguments))


@given(st.tuples(*[st.integers(1, 999)] * 4))
def test_shapes_are_read_as_they_are_written(sizes):
    assert Shape.parse(str(Shape(*sizes))) == Shape(*sizes)


@pytest.mark.parametrize("text", ["", "64", "1x2x3", "1x2x3x4x5", "ax1x1x1", "-1x1x1x1", "0x1x1x1", "1.5x1x1x1"])
def test_other_shapes_are_refused(text):
    with pytest.raises(ValueError, match="shape is"):
        Shape.parse(text)


# A worker that fails is told of.


def test_a_framework_that_breaks_is_named(tmp_path, monkeypatch, require):
    require("torch")
    (tmp_path / "torch.py").write_text("raise ImportError('this copy is broken')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"pytorch stopped: .*broken"):
        compare(TINY, ["scratch", "pytorch"], rounds=3)


@pytest.mark.parametrize(
    ("end", "message"),
    [("raise OSError('no room')", "OSError: no room"), ("os._exit(3)", "exit status 3, and no word")],
)
def test_the_last_line_of_a_worker_is_told(tmp_path, monkeypatch, end, message):
    lines = f"""    left = [20]
    def step():
        left[0] -= 1
        if not left[0]: {end}
        return []"""
    alter_step(lines, tmp_path, monkeypatch)
    with pytest.raises(RuntimeError, match=f"^scratch stopped: {message}$"):
        compare(TINY, ["scratch"], rounds=50)


def test_a_talkative_framework_does_not_block(tmp_path, monkeypatch):
    lines = "    def step():\n        print('x' * 2**20)\n        sys.stderr.write('y' * 2**20)\n        return []"
    alter_step(lines, tmp_path, monkeypatch)
    assert len(compare(TINY, ["scratch"], rounds=3).timings["scratch"].seconds) == 3


# Memory.


@pytest.mark.skipif(memory.process_counter() is None, reason="this system cannot reset the peak of resident memory")
@pytest.mark.parametrize("held", [0, 100_000_000])
def test_memory_is_what_the_steps_need(tmp_path, monkeypatch, held):
    lines = f"""    size = {held} if problem.task.shape.batch > 2 else 0
    np.ones(30_000_000)  # freed before the steps
    def step():
        return [np.ones(size, np.int8)]"""
    alter_step(lines, tmp_path, monkeypatch)
    found = compare(Shape(4, 3, 2, 4), ["scratch"], rounds=3).timings["scratch"].memory
    assert 0.95 * held <= found < held + 20_000_000


def test_memory_is_not_guessed(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "STATUS", tmp_path / "missing")
    assert memory.process_counter() is None
    assert memory.bytes_in_use(None) is None
    assert memory.peak_increase(None, None, lambda: None) is None
