"""Training with Keras: its progress in the NumPy trainer's lines, and the compilation that pays."""

import time
from typing import Any

import keras

from gru_lib.evidence import device
from gru_lib.scratch.training import Epoch, print_epoch


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


def jit_where_it_pays() -> bool | str:
    """Return what ``compile(jit_compile=…)`` should be given for a recurrent model.

    Returns
    -------
    True or "auto"
        True for TensorFlow on a CPU, where a compiled loop takes about two thirds of the time of single operations.
        "auto" elsewhere: on a GPU compiled code bypasses cuDNN, JAX compiles anyway, PyTorch wants a C compiler.
    """
    return True if keras.backend.backend() == "tensorflow" and device() == "cpu" else "auto"
