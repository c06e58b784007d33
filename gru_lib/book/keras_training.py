"""Training with Keras: its progress in the NumPy trainer's lines, and what changes nothing but its speed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from numpy.typing import NDArray

from gru_lib.records import device
from gru_lib.scratch.training.trainer import Epoch, print_epoch


class EpochLines(keras.callbacks.Callback):
    """Print one line an epoch, and keep the figures in ``history`` (use with ``fit(verbose=0)``)."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[Epoch] = []
        self._start = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Start the clock."""
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Print the line."""
        figures = {name: float((logs or {})[name]) for name in sorted(logs or {}, key=_order)}
        self.history.append({"epoch": epoch + 1, **figures, "seconds": time.perf_counter() - self._start})
        print_epoch(self.history[-1])


def _order(name: str) -> tuple[bool, bool]:
    """Put loss before accuracy, training before validation."""
    return name.startswith("val_"), not name.endswith("loss")


def jit_compile() -> bool | str:
    """Return the argument ``jit_compile`` of ``compile`` with which a recurrent layer trains fastest here.

    True for TensorFlow on a CPU, where a compiled loop takes about two thirds of the time of single operations.
    "auto" elsewhere: on a GPU compiled code bypasses cuDNN, JAX compiles anyway, PyTorch wants a C compiler.
    """
    return True if keras.backend.backend() == "tensorflow" and device() == "cpu" else "auto"


def steps_per_execution(steps: int = 32) -> int:
    """Return the argument ``steps_per_execution`` of ``compile``: 1 on PyTorch, where Keras accepts nothing else.

    A return to Python after every step costs a small GRU a fifth of its time.
    """
    return 1 if keras.backend.backend() == "torch" else steps


def restart(model: keras.Model, weights: list[NDArray]) -> None:
    """Give a compiled model these weights, and an optimiser as new; what is compiled stays.

    Compiling a loop costs seconds, so several seeds share one model.
    """
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(keras.ops.zeros(variable.shape, variable.dtype))


@contextmanager
def untuned_pipelines() -> Iterator[None]:
    """Train without TensorFlow's tuner of the pipelines that feed arrays to ``fit``; also a decorator.

    A slice of an array leaves nothing to tune. But the tuner's thread sleeps, each time about as long as the epoch has
    lasted, and on busy cores it misses the call that ends it: then the epoch waits until it wakes. Two trainings side
    by side on two cores took 1.1 to 1.8 times as long with it. No public setting reaches it, so a private method of
    Keras is replaced, and put back at the end. With JAX and PyTorch nothing happens.
    """
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    original = ArrayDataAdapter.get_tf_dataset

    def untuned(adapter: ArrayDataAdapter) -> tf.data.Dataset:
        options = tf.data.Options()
        options.autotune.enabled = False
        return original(adapter).with_options(options)

    ArrayDataAdapter.get_tf_dataset = untuned
    try:
        yield
    finally:
        ArrayDataAdapter.get_tf_dataset = original
