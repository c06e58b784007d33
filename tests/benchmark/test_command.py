"""The command: what it asks for, what it stores, and what it keeps of a run that was interrupted."""

import json
import subprocess
import sys
from unittest.mock import Mock

import pytest

from gru_lib.benchmark import Comparison, Shape, Task, crossover
from gru_lib.benchmark.__main__ import main, parser, shapes_of, tasks_of
from gru_lib.benchmark.comparison import Timings
from gru_lib.records import provenance
from tests.support.benchmark_workers import alter_workers, shorten_turns

QUICK = "--implementation scratch --threads 1 --rounds 3"
SHAPES = ["2x3x2x4", "1x1x1x1"]
# the GPU's part is played by NumPy, on the CPU
PLAYED = """
IMPLEMENTATIONS["pytorch"] = replace(IMPLEMENTATIONS["scratch"], devices=("cpu", "gpu"))
accelerator.open_gpu = lambda package: memory.process_counter()
"""


@pytest.fixture
def asked(monkeypatch):
    """Let nothing be measured; return what the command asked for, as a growing list of lists of tasks."""
    found = []

    def compare_tasks(entries, **_):
        found.append([str(task) for task in entries])
        timings = {task: {name: Timings("1", "cpu", [[1.0]] * 3) for name in names} for task, names in entries.items()}
        return [Comparison(task, timings[task], {}) for task in entries]

    monkeypatch.setattr("gru_lib.benchmark.__main__.compare_tasks", compare_tasks)
    return found


def measured(shape="2x3x2x4"):
    return Comparison(Task(Shape.parse(shape)), {"scratch": Timings("1", "cpu", [[1.0], [2.0], [3.0]])}, {})


def run(shapes, *more):
    return main([*QUICK.split(), *(word for shape in shapes for word in ("--shape", shape)), *map(str, more)])


def test_it_prints_and_stores(tmp_path, capsys, monkeypatch):
    shorten_turns(monkeypatch)
    path = tmp_path / "a" / "figures.json"
    assert run(SHAPES[:1], "-o", path) == 0
    assert "2x3x2x4 GRU train, 1 thread(s)" in capsys.readouterr().out
    content = json.loads(path.read_text())
    assert content["comparisons"][0]["timings"]["scratch"]["ratio"] == 1
    assert {"processor", "commit", "date", "versions"} <= set(content["provenance"])


def test_cells_of_one_shape_take_turns(asked, capsys):
    command = "--cell GRU --cell LSTM --shape 2x3x2x4 --shape 1x1x1x1 --implementation pytorch --threads 1"
    assert main(command.split()) == 0
    assert asked == [[f"{shape} GRU train", f"{shape} LSTM train"] for shape in SHAPES]
    assert capsys.readouterr().out.count("pytorch ") == 4


def committed(monkeypatch, commit="0" * 12):
    """Let the code have a commit without changes, as where figures are recorded."""
    monkeypatch.setattr("gru_lib.benchmark.__main__.provenance", lambda: provenance() | {"commit": commit})


def test_an_interrupted_run_goes_on_where_it_ended(tmp_path, capsys, monkeypatch, asked):
    committed(monkeypatch)
    path = tmp_path / "figures.json"
    with monkeypatch.context() as inner, pytest.raises(KeyboardInterrupt):
        inner.setattr("gru_lib.benchmark.__main__.compare_tasks", Mock(side_effect=[[measured()], KeyboardInterrupt]))
        run(SHAPES, "-o", path)
    first = json.loads(path.read_text())["comparisons"]
    assert [one["shape"] for one in first] == SHAPES[:1]
    assert run(SHAPES, "-o", path, "--resume") == 0
    assert asked == [["1x1x1x1 GRU train"]]
    assert "2x3x2x4 GRU train: kept from" in capsys.readouterr().out
    both = json.loads(path.read_text())["comparisons"]
    assert [one["shape"] for one in both] == SHAPES
    assert both[0] == first[0]


def test_only_the_same_work_of_the_same_code_is_kept(tmp_path, monkeypatch, asked):
    path = tmp_path / "figures.json"
    for commit, more in (
        ("0" * 12, ["--resume"]),  # there is nothing yet
        ("1" * 12, ["--resume"]),  # other code
        ("1" * 12, []),  # not asked to keep
        ("1" * 12, ["--resume", "--implementation", "scratch-compiled"]),
        ("1" * 12, ["--resume", "--mode", "forward"]),
        ("2" * 12 + "+changes", ["--resume"]),
        ("2" * 12 + "+changes", ["--resume"]),  # who knows which changes
    ):
        committed(monkeypatch, commit)
        before = len(asked)
        assert run(SHAPES[:1], "-o", path, *more) == 0
        assert len(asked) == before + 1, (commit, more)


def test_cells_of_one_shape_are_kept_together_or_not_at_all(tmp_path, monkeypatch, asked):
    committed(monkeypatch)
    for cells in (["GRU"], ["GRU", "LSTM"], ["GRU", "LSTM"]):
        command = f"--implementation pytorch --shape 2x3x2x4 --threads 1 --resume -o {tmp_path / 'figures.json'}"
        assert main([*command.split(), *(word for cell in cells for word in ("--cell", cell))]) == 0
    assert asked == [["2x3x2x4 GRU train"], ["2x3x2x4 GRU train", "2x3x2x4 LSTM train"]]


def test_it_scales_a_size_on_both_devices(tmp_path, monkeypatch):
    alter_workers(PLAYED, tmp_path, monkeypatch)
    path = tmp_path / "figures.json"
    command = f"--device gpu --shape 8x12x3x2 --scale n --implementation pytorch --threads 1 --rounds 3 -o {path}"
    assert main(command.split()) == 0
    comparisons = json.loads(path.read_text())["comparisons"]
    assert [one["shape"] for one in comparisons] == [f"8x12x3x{n}" for n in (1, 2, 4, 8)]
    assert all(set(one["timings"]) == {"pytorch", "pytorch@gpu"} for one in comparisons)
    assert set(crossover(comparisons)) == {"pytorch"}


def test_it_asks_for_every_cell_of_every_shape():
    command = "--cell GRU --cell LSTM --shape 4x3x2x4 --scale B --threads 1"
    options = parser().parse_args(command.split())
    assert [[str(task) for task in tasks_of(shape, options)] for shape in shapes_of(options)] == [
        [f"{batch}x3x2x4 {cell} train" for cell in ("GRU", "LSTM")] for batch in (1, 2, 4, 8, 16)
    ]
    options = parser().parse_args(["--mode", "step"])
    steps = [str(task) for shape in shapes_of(options) for task in tasks_of(shape, options)]
    assert steps == ["1x1x28x64 GRU step", "1x1x1x50 GRU step", "1x1x128x512 GRU step"]


def test_it_measures_nothing_if_it_cannot_measure_all(capsys):
    assert run(SHAPES[:1], "--cell", "GRU", "--cell", "LSTM") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: scratch has no LSTM train on 'cpu'")


def test_it_explains_in_one_line():
    command = [sys.executable, "-m", "gru_lib.benchmark", "--shape", "wrong"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("error: shape is 'wrong'")
    assert done.stderr.count("\n") == 1
