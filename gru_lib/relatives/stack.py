"""Stacked minGRUs that can be trained without a framework.

A block adds to its input what a minGRU makes of it, and then what two dense layers make of that;
each reads its input divided by its root mean square (Zhang & Sennrich, Root Mean Square Layer Normalization, 2019).
"""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gru_lib.relatives.scan import scan
from gru_lib.scratch import sigmoid
from gru_lib.scratch.training import Dense


class MinGRULayer:
    """A minGRU from (B, T, n) to (B, T, n): its plain form, or with a gate from -1 to 1.

    Parameters
    ----------
    units : int
    rng, dtype
        What draws the weights, and their precision.
    signed : bool
        Whether the gate is 2 sigmoid - 1, so that a step can turn the state's sign (Grazzi et al. 2025).
    """

    def __init__(
        self, units: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32, signed: bool = False
    ) -> None:
        self._dense, self._signed = Dense(units, 2 * units, rng=rng, dtype=dtype), signed
        self.parameters, self.gradients = self._dense.parameters, list[NDArray]()

    def forward(self, x: NDArray) -> NDArray:
        """Return the states (B, T, n)."""
        columns = self._dense.forward(x.reshape(-1, x.shape[-1]), training=True).reshape(*x.shape[:2], -1)
        s, g = np.split(columns, 2, axis=-1)
        s = sigmoid(s)
        z = 2 * s - 1 if self._signed else s
        states = scan(z, (1 - z) * g)
        self._kept = s, z, g, np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
        return states

    def backward(self, grad: NDArray) -> NDArray:
        """Return the gradient of x: what a state gets from later ones is a linear recurrence too, from the end."""
        s, z, g, before = self._kept
        next_z = np.concatenate([z[:, 1:], np.zeros_like(z[:, :1])], axis=1)
        d_states = scan(next_z[:, ::-1], grad[:, ::-1])[:, ::-1]
        d_s = d_states * (before - g) * s * (1 - s) * (2 if self._signed else 1)
        columns = np.concatenate([d_s, d_states * (1 - z)], axis=-1)
        d_x = self._dense.backward(columns.reshape(-1, columns.shape[-1])).reshape(grad.shape)
        self.gradients = self._dense.gradients
        return d_x


class FeedForward:
    """Two dense layers with a ReLU between them, from (B, T, n) to (B, T, n), each step for itself."""

    def __init__(self, units: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> None:
        self._layers = Dense(units, 2 * units, rng=rng, dtype=dtype), Dense(2 * units, units, rng=rng, dtype=dtype)
        self.parameters, self.gradients = [array for one in self._layers for array in one.parameters], list[NDArray]()

    def forward(self, x: NDArray) -> NDArray:
        """Return (B, T, n)."""
        first, second = self._layers
        inner = first.forward(x.reshape(-1, x.shape[-1]), training=True)
        self._open = inner > 0
        return second.forward(inner * self._open, training=True).reshape(x.shape)

    def backward(self, grad: NDArray) -> NDArray:
        """Return the gradient of x."""
        first, second = self._layers
        d_inner = second.backward(grad.reshape(-1, grad.shape[-1])) * self._open
        d_x = first.backward(d_inner).reshape(grad.shape)
        self.gradients = first.gradients + second.gradients
        return d_x


class MinGRUStack:
    """Dense, blocks of a minGRU and two dense layers each, dense: from (B, T, m) to (B, T, k).

    It has what `GRUModel` has for training: `parameters`, `gradients`, `forward` and `backward`.

    Notes
    -----
    Trained in the chapter *From the GRU to today*.
    """

    def __init__(
        self,
        input_size: int,
        units: int,
        outputs: int,
        *,
        blocks: int,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
        signed: bool = False,
    ) -> None:
        self._ends = Dense(input_size, units, rng=rng, dtype=dtype), Dense(units, outputs, rng=rng, dtype=dtype)
        self._inner: list[MinGRULayer | FeedForward] = []
        for _ in range(blocks):
            self._inner.append(MinGRULayer(units, rng=rng, dtype=dtype, signed=signed))
            self._inner.append(FeedForward(units, rng=rng, dtype=dtype))
        self._read: list[tuple[NDArray, NDArray]] = []

    @property
    def parameters(self) -> list[NDArray]:
        """Every array that training changes."""
        return [array for layer in (*self._ends, *self._inner) for array in layer.parameters]

    @property
    def gradients(self) -> list[NDArray]:
        """The gradients of the last `backward`, in the order of `parameters`."""
        return [array for layer in (*self._ends, *self._inner) for array in layer.gradients]

    def forward(self, x: NDArray, *, training: bool = False) -> NDArray:  # noqa: ARG002 (what GRUModel takes)
        """Return the output (B, T, k) from x (B, T, m)."""
        first, last = self._ends
        h = first.forward(x.reshape(-1, x.shape[-1]), training=True).reshape(*x.shape[:2], -1)
        self._read = []
        for layer in self._inner:
            scale = 1 / np.sqrt((h * h).mean(axis=-1, keepdims=True) + 1e-6)
            self._read.append((h * scale, scale))
            h = h + layer.forward(h * scale)
        return last.forward(h.reshape(-1, h.shape[-1]), training=True).reshape(*x.shape[:2], -1)

    def backward(self, grad: NDArray) -> None:
        """Fill `gradients` from the gradient (B, T, k) of the last output."""
        first, last = self._ends
        d_h = last.backward(grad.reshape(-1, grad.shape[-1])).reshape(*grad.shape[:2], -1)
        for layer, (read, scale) in zip(self._inner[::-1], self._read[::-1], strict=True):
            d_read = layer.backward(d_h)
            d_h = d_h + scale * (d_read - read * (d_read * read).mean(axis=-1, keepdims=True))
        first.backward(d_h.reshape(-1, d_h.shape[-1]))
