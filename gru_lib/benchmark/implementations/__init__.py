"""The implementations: each makes a function that does one step of work, and returns what it computed.

A process can have one Keras backend only, so each lives in a process of its own (`worker`).
One that is to run on the GPU is called by its name with "@gpu" behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from gru_lib.benchmark.implementations.on_jax import keras_jax
from gru_lib.benchmark.implementations.on_numpy import scratch, scratch_compiled
from gru_lib.benchmark.implementations.on_onnx import onnx_runtime
from gru_lib.benchmark.implementations.on_tensorflow import keras_tensorflow
from gru_lib.benchmark.implementations.on_torch import keras_torch, pytorch
from gru_lib.benchmark.implementations.shared import Step
from gru_lib.benchmark.tasks import CELLS, MODES, Problem, Task


@dataclass(frozen=True)
class Implementation:
    """How a step is made, the package that must be installed, and what it can do."""

    make: Callable[[Problem], Step]
    package: str
    cells: tuple[str, ...] = tuple(CELLS)
    modes: tuple[str, ...] = MODES
    devices: tuple[str, ...] = ("cpu", "gpu")

    def can(self, task: Task, device: str) -> bool:
        """Say whether it has this cell and mode on this device."""
        return task.cell in self.cells and task.mode in self.modes and device in self.devices


IMPLEMENTATIONS = {
    "scratch": Implementation(scratch, "numpy", cells=("GRU",), devices=("cpu",)),
    "scratch-compiled": Implementation(scratch_compiled, "numba", cells=("GRU",), devices=("cpu",)),
    "pytorch": Implementation(pytorch, "torch"),
    "onnx-runtime": Implementation(
        onnx_runtime, "onnxruntime", cells=("GRU",), modes=("forward", "step"), devices=("cpu",)
    ),
    "keras-jax": Implementation(keras_jax, "jax"),
    "keras-tensorflow": Implementation(keras_tensorflow, "tensorflow"),
    # compiled by XLA, which cannot call cuDNN's recurrent kernels
    "keras-tensorflow-xla": Implementation(partial(keras_tensorflow, xla=True), "tensorflow"),
    "keras-torch": Implementation(keras_torch, "torch"),
    # Keras's general loop over time, which it runs where it has no fused form
    "keras-torch-loop": Implementation(
        partial(keras_torch, fused=False), "torch", cells=("GRU", "LSTM"), modes=("train", "last", "forward")
    ),
}


def parse_implementation(name: str) -> tuple[str, str]:
    """Split "pytorch@gpu" into implementation and device; without "@gpu" it is the CPU.

    Examples
    --------
    >>> parse_implementation("pytorch@gpu"), parse_implementation("scratch")
    (('pytorch', 'gpu'), ('scratch', 'cpu'))
    """
    implementation, _, device = name.partition("@")
    return implementation, device or "cpu"


def installed(task: Task, device: str = "cpu") -> list[str]:
    """Return the implementations that can do a task on a device and whose packages are there."""
    return [name for name in IMPLEMENTATIONS if IMPLEMENTATIONS[name].can(task, device) and _is_installed(name)]


def _is_installed(name: str) -> bool:
    packages = [IMPLEMENTATIONS[name].package]
    if name.startswith("keras"):
        packages.append("keras")
    return all(map(find_spec, packages))
