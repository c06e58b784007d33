"""Training with Keras: its progress in the NumPy trainer's lines, and the settings that change only its speed."""

import functools
import time
from typing import Any

import keras

from gru_lib.book import device
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


def only_speed(steps: int = 32) -> dict[str, Any]:
    """Return arguments for ``compile`` that make training faster, and change nothing else but rounding.

    Parameters
    ----------
    steps : int, default 32
        Training steps between two returns to Python, which cost a small GRU a fifth of its time.
        Choose 1 where a step takes long.

    Returns
    -------
    dict
        ``jit_compile``: True for TensorFlow on a CPU, where a compiled loop takes about two thirds of the time of
        single operations. "auto" elsewhere: on a GPU compiled code bypasses cuDNN, JAX compiles anyway, PyTorch
        wants a C compiler.
        ``steps_per_execution``: `steps`, but 1 on PyTorch, where Keras accepts nothing else.

    Notes
    -----
    On TensorFlow it also switches off, for this process, the tuner of the pipelines that feed arrays to ``fit``.
    A slice of an array leaves nothing to tune. But the tuner's thread sleeps, each time about as long as the epoch has
    lasted, and on busy cores it misses the call that ends it: then the epoch waits until it wakes. Two trainings side
    by side on two cores took 1.1 to 1.8 times as long with it.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        _skip_tuning()
    return {
        "jit_compile": True if backend == "tensorflow" and device() == "cpu" else "auto",
        "steps_per_execution": 1 if backend == "torch" else steps,
    }


def _skip_tuning() -> None:
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter  # no public setting reaches it

    original = ArrayDataAdapter.get_tf_dataset
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def untuned(adapter: ArrayDataAdapter) -> tf.data.Dataset:
        options = tf.data.Options()
        options.autotune.enabled = False
        return original(adapter).with_options(options)

    ArrayDataAdapter.get_tf_dataset = untuned
