"""Every implementation does the same work; and what a framework tells of its GPU is asked by names that it has.

Each backend starts once, in a process that runs `report`.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from unittest.mock import create_autospec, patch

import numpy as np
import pytest

from gru_lib.benchmark import Shape, Task, accelerator, draw_problem
from gru_lib.benchmark.implementations import IMPLEMENTATIONS, installed
from gru_lib.benchmark.process import worker_environment
from gru_lib.benchmark.runner import check_comparable
from gru_lib.benchmark.tasks import MODES
from gru_lib.benchmark.worker import output_norms, thread_counts
from gru_lib.scratch import GRUWeights, gru_step
from tests.support import ROOT

PROCESSES = {
    "numba": ["scratch", "scratch-compiled"],
    "onnxruntime": ["onnx-runtime"],
    "torch": ["keras-torch", "keras-torch-loop", "pytorch"],
    "jax": ["keras-jax"],
    "tensorflow": ["keras-tensorflow", "keras-tensorflow-xla"],
}
KINDS = [  # every cell in training and in single steps, every mode of the GRU
    *(("GRU", mode) for mode in MODES),
    *(("LSTM", mode) for mode in ("last", "step")),
    *(("SimpleRNN", mode) for mode in ("train", "step")),
]


def task_of(cell, mode):
    return Task(Shape(2, 1 if mode == "step" else 3, 2, 4), cell, mode)


def report(package):
    """Print what the implementations of a process compute, by task, and what its framework says of a GPU."""
    output, sys.stdout = sys.stdout, sys.stderr
    tasks = [task_of(*kind) for kind in KINDS]
    norms = [
        (task.cell, task.mode, name, output_norms(IMPLEMENTATIONS[name].make(draw_problem(task))))
        for task in tasks
        for name in PROCESSES[package]
        if IMPLEMENTATIONS[name].can(task, "cpu")
    ]
    gpu = GPU_REPORTS[package]() if package in GPU_REPORTS else None
    print(json.dumps({"norms": norms, "threads": thread_counts(), "gpu": gpu}), file=output, flush=True)


# A GPU is played by replacing functions that the real framework must have, with the arguments that it takes.


def gpu_report(package, played):
    """Return what `open_gpu` says here, and what its counter reads where the functions `played` tell of a card."""
    try:
        accelerator.open_gpu(package)
    except SystemExit as stop:
        said = str(stop)
    with ExitStack() as stack:
        reset = [stack.enter_context(patch(name, autospec=True, **how)) for name, how in played.items()][-1]
        counter = accelerator.open_gpu(package)
        counter.reset()
        return {"said": said, "read": [counter.current(), counter.peak()], "resets": reset.call_count}


def torch_report():
    import torch

    played = {
        "torch.cuda.is_available": {"return_value": True},
        "torch.cuda.memory_allocated": {"return_value": 1},
        "torch.cuda.max_memory_allocated": {"return_value": 3},
        "torch.cuda.reset_peak_memory_stats": {},
    }
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    found = gpu_report("torch", played)
    return found | {"tf32": torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32}


def jax_report():
    import jax

    card = create_autospec(jax.devices()[0], instance=True)
    card.memory_stats.return_value = {"bytes_in_use": 1, "peak_bytes_in_use": 3}
    found = gpu_report("jax", {"jax.default_backend": {"return_value": "gpu"}, "jax.devices": {"return_value": [card]}})
    return found | {"resets": 0, "tf32": jax.config.jax_default_matmul_precision != "highest"}


def tensorflow_report():
    import tensorflow as tf

    played = {
        "tensorflow.config.list_physical_devices": {"return_value": ["a card"]},
        "tensorflow.config.experimental.get_memory_info": {"return_value": {"current": 1, "peak": 3}},
        "tensorflow.config.experimental.reset_memory_stats": {},
    }
    found = gpu_report("tensorflow", played)
    return found | {"tf32": tf.config.experimental.tensor_float_32_execution_enabled()}


GPU_REPORTS = {"torch": torch_report, "jax": jax_report, "tensorflow": tensorflow_report}


@pytest.fixture(scope="module")
def reports(require_backend):
    for package in ("torch", "jax", "tensorflow", "numba"):
        require_backend(package)
    found = {}
    for package, names in PROCESSES.items():
        environment = worker_environment(names[0], 1) | {"PYTHONPATH": str(ROOT)}
        code = f"from tests.benchmark.test_implementations import report; report({package!r})"
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        found[package] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def norms(reports):
    found = {}
    for report_ in reports.values():
        for cell, mode, name, numbers in report_["norms"]:
            found.setdefault((cell, mode), {})[name] = numbers
    return found


@pytest.mark.parametrize(("cell", "mode"), KINDS)
def test_every_implementation_does_the_same_work(norms, cell, mode):
    found = norms[cell, mode]
    assert set(found) == set(installed(task_of(cell, mode)))
    assert set(found) >= {"pytorch", "keras-jax", "keras-tensorflow", "keras-tensorflow-xla", "keras-torch"}
    assert ("scratch" in found) == ("scratch-compiled" in found) == (cell == "GRU")
    check_comparable({name: {"threads": {}, "norms": found[name]} for name in found}, 1)
    (count,) = {len(numbers) for numbers in found.values()}
    assert count == {"forward": 1, "step": 2 if cell == "LSTM" else 1}.get(mode, 4)


def test_modes_and_cells_are_different_work(norms):
    numbers = [tuple(np.round(found["pytorch"], 3)) for found in norms.values()]
    assert len(set(numbers)) == len(numbers)


def test_a_step_begins_where_the_last_one_ended():
    problem = draw_problem(task_of("GRU", "step"))
    step, h, weights = IMPLEMENTATIONS["scratch"].make(problem), problem.state[0], GRUWeights(*problem.weights)
    for _ in range(4):
        h = gru_step(problem.x[:, 0], h, weights)
        np.testing.assert_array_equal(step()[0], h)


def test_the_threads_of_pytorch_are_counted_too(reports):
    assert reports["torch"]["threads"]["torch"] == 1
    assert "torch" not in reports["numba"]["threads"]


@pytest.mark.parametrize("package", GPU_REPORTS)
def test_without_a_gpu_there_is_one_clear_line(reports, package):
    expected = f"{package} finds no GPU; install its build for CUDA, or measure on the CPU"
    assert reports[package]["gpu"]["said"] == expected


@pytest.mark.parametrize("package", GPU_REPORTS)
def test_on_a_card_float32_is_float32_and_memory_is_its_own(reports, package):
    found = reports[package]["gpu"]
    assert not found["tf32"]
    assert found["read"] == [1, 3]
    assert found["resets"] == (package != "jax"), "JAX cannot reset its peak"
