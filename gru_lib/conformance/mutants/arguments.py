"""What the parts of a GRU are handed: operators, weights, a sequence, a step."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from gru_lib.scratch import GRUWeights, sigmoid


class NumpyOps:
    """NumPy under the names of `keras.ops`."""

    sigmoid = staticmethod(sigmoid)

    @staticmethod
    def cast(a: Any, dtype: str) -> np.ndarray:
        """Return `a` in another dtype."""
        return np.asarray(a).astype(dtype)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


NUMPY = NumpyOps()


def thirds(a: Any) -> tuple[Any, Any, Any]:
    """Return the three parts of the last axis: those of z, r and the candidate."""
    n = a.shape[-1] // 3
    return a[..., :n], a[..., n : 2 * n], a[..., 2 * n :]


class WeightArrays(NamedTuple):
    """Kernel (m, 3n), recurrent kernel (n, 3n) and both rows of biases, each (3n,); zeros where a GRU has none."""

    kernel: Any
    recurrent: Any
    b: Any
    c: Any


def weight_arrays(weights: GRUWeights, reset_after: bool) -> WeightArrays:
    """Give weights in Keras's layout two rows of biases; a single row is b, with either reset."""
    b = c = np.zeros(weights.kernel.shape[1], weights.kernel.dtype)
    if weights.bias is not None:
        b, c = weights.bias if reset_after and weights.bias.ndim == 2 else (weights.bias, c)
    return WeightArrays(weights.kernel, weights.recurrent_kernel, b, c)


@dataclass
class SequenceInput:
    """What a GRU is handed: x (B, T, m), h0 (B, n) or None, mask (B, T) or None, and the direction."""

    x: Any
    h0: Any
    mask: Any
    go_backwards: bool
    memory: dict = field(default_factory=dict)  # survives the call; only a mistake uses it


class StepState(NamedTuple):
    """One step: x (B, m), state before it (B, n), weights; gates, x W_h + b_h and h̃, each (B, n); mask (B, 1)."""

    x: Any
    h: Any
    weights: WeightArrays
    reset_after: bool
    z: Any = None
    r: Any = None
    x_h: Any = None
    g: Any = None
    valid: Any = None

    def recurrent_product(self, h: Any) -> Any:
        """Return h U_h + c_h."""
        return h @ thirds(self.weights.recurrent)[2] + thirds(self.weights.c)[2]


def where_valid(ops: Any, valid: Any, new: Any, old: Any) -> Any:
    """Choose by a mask; True stands for no mask."""
    return new if valid is True else ops.where(valid, new, old)
