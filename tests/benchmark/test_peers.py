"""Every peer does the same work: each cell in each mode, with the same weights, on random numbers."""

import json
import os
import subprocess
import sys
from itertools import product

import numpy as np
import pytest

from gru_lib.benchmark import Shape, compare
from gru_lib.benchmark.environment import of_worker
from gru_lib.benchmark.peers import PEERS, installed
from gru_lib.benchmark.task import CELLS, MODES, Task, draw
from gru_lib.benchmark.turns import _same_work
from gru_lib.benchmark.worker import answer
from gru_lib.scratch import GRUWeights, gru_step
from tests.support.benchmark_workers import ROOT, alter_workers

PROCESSES = (  # one Keras backend each
    ["scratch", "scratch-compiled"],
    ["pytorch"],
    ["keras-jax"],
    ["keras-tensorflow", "keras-tensorflow-xla"],
    ["keras-torch", "keras-torch-loop"],
)
ANSWERS = """\
import json, sys
from tests.benchmark.test_peers import answers
out, sys.stdout = sys.stdout, sys.stderr
print(json.dumps(answers(sys.argv[1:])), file=out)
"""


def task_of(cell, mode):
    return Task(Shape(2, 1 if mode == "step" else 3, 2, 4), cell, mode)


def answers(peers):
    """Return what peers compute, by task; runs in a process of its own."""
    tasks = [task_of(*kind) for kind in product(CELLS, MODES)]
    able = [(task, peer) for task in tasks for peer in peers if PEERS[peer].can(task, "cpu")]
    return [(task.cell, task.mode, peer, answer(PEERS[peer].make(draw(task)))) for task, peer in able]


@pytest.fixture(scope="module")
def found(require):
    for package in ("torch", "jax", "keras", "tensorflow", "numba"):
        require(package)
    results = {}
    for peers in PROCESSES:
        environment = of_worker(peers[0], 1) | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))}
        run = subprocess.run([sys.executable, "-c", ANSWERS, *peers], env=environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr[-2000:]
        for cell, mode, peer, numbers in json.loads(run.stdout):
            results.setdefault((cell, mode), {})[peer] = {"answer": numbers}
    return results


@pytest.mark.parametrize(("cell", "mode"), list(product(CELLS, MODES)))
def test_every_peer_does_the_same_work(found, cell, mode):
    hellos = found[cell, mode]
    assert set(hellos) == set(installed(task_of(cell, mode)))
    assert set(hellos) >= {"pytorch", "keras-jax", "keras-tensorflow", "keras-tensorflow-xla", "keras-torch"}
    assert ("scratch" in hellos) == ("scratch-compiled" in hellos) == (cell == "GRU")
    _same_work(hellos)
    (numbers,) = {len(hello["answer"]) for hello in hellos.values()}
    expected = {"forward": 1, "step": 2 if cell == "LSTM" else 1}
    assert numbers == expected.get(mode, 4)


def test_modes_and_cells_are_different_work(found):
    numbers = [tuple(np.round(hellos["pytorch"]["answer"], 3)) for hellos in found.values()]
    assert len(set(numbers)) == len(numbers)


def test_a_step_begins_where_the_last_one_ended():
    problem = draw(task_of("GRU", "step"))
    step, h, weights = PEERS["scratch"].make(problem), problem.state[0], GRUWeights(*problem.weights)
    for _ in range(4):
        h = gru_step(problem.x[:, 0], h, weights)
        np.testing.assert_array_equal(step()[0], h)


def test_weights_in_another_order_are_refused(require_backend, tmp_path, monkeypatch):
    require_backend("torch")
    lines = """
right = on_torch._arrays
def exchanged(problem):  # the gates i and f of an LSTM
    kernel, *rest = right(problem)
    i, f, *others = np.split(kernel, 4)
    return [np.concatenate([f, i, *others]), *rest]
on_torch._arrays = exchanged
"""
    alter_workers(lines, tmp_path, monkeypatch)
    with pytest.raises(ValueError, match="keras-torch computes other numbers than pytorch"):
        compare("2x3x2x4", ["pytorch", "keras-torch"], cell="LSTM", rounds=3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "LSTM"}, r"scratch has no LSTM train on 'cpu'; expected some of \['pytorch', 'keras-jax'"),
        ({"peers": ["scratch@gpu"]}, "scratch has no GRU train on 'gpu'"),
        ({"peers": ["pytorch@tpu"]}, "pytorch has no GRU train on 'tpu'"),
        ({"peers": ["keras-torch-loop"], "cell": "SimpleRNN"}, "keras-torch-loop has no SimpleRNN"),
        ({"cell": "CNN"}, "cell is 'CNN'; expected one of GRU, LSTM, SimpleRNN"),
        ({"mode": "step"}, "shape is 2x3x2x4, with 3 steps; mode 'step' expected 1"),
    ],
)
def test_what_a_peer_cannot_do_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        compare("2x3x2x4", **({"peers": ["scratch"]} | options))
