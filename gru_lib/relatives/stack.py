"""Stacked minGRUs that can be trained without a framework."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gru_lib.relatives.scan import scan
from gru_lib.scratch import sigmoid
from gru_lib.scratch.training import Dense


class EachStep(Dense):
    """A dense layer from (B, T, k) to (B, T, j), every step for itself."""

    def forward(self, x: NDArray, *, training: bool) -> NDArray:
        """Return (B, T, j)."""
        return super().forward(x.reshape(-1, x.shape[-1]), training=training).reshape(*x.shape[:2], -1)

    def backward(self, grad: NDArray) -> NDArray:
        """Return the gradient of x."""
        return super().backward(grad.reshape(-1, grad.shape[-1])).reshape(*grad.shape[:2], -1)


class MinGRULayer(EachStep):
    """A minGRU in its plain form, from (B, T, n) to (B, T, n).

    `signed` makes its gate 2 sigmoid - 1, so that a step can turn the state's sign (Grazzi et al., 2025).
    """

    def __init__(self, units: int, *, rng: np.random.Generator, dtype: DTypeLike, signed: bool) -> None:
        super().__init__(units, 2 * units, rng=rng, dtype=dtype)
        self._stretch = 2 if signed else 1

    def forward(self, x: NDArray, *, training: bool) -> NDArray:
        """Return the states."""
        a, g = np.split(super().forward(x, training=training), 2, axis=-1)
        s = sigmoid(a)
        z = self._stretch * s + (1 - self._stretch)
        states = scan(z, (1 - z) * g)
        self._kept = s, z, g, np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
        return states

    def backward(self, grad: NDArray) -> NDArray:
        """Return the gradient of x: what later states pass on is a linear recurrence too, from the end."""
        s, z, g, before = self._kept
        passed_on = np.concatenate([z[:, 1:], np.zeros_like(z[:, :1])], axis=1)
        d_states = scan(passed_on[:, ::-1], grad[:, ::-1])[:, ::-1]
        d_a = d_states * (before - g) * self._stretch * s * (1 - s)
        return super().backward(np.concatenate([d_a, d_states * (1 - z)], axis=-1))


class MinGRUStack:
    """Blocks of a minGRU and two dense layers, between a dense layer from m and one to k features.

    What a minGRU, or the two dense layers, make of their input is added to it. Both read it divided by its root mean
    square (Zhang & Sennrich, 2019). For training it has what `GRUModel` has.

    Notes
    -----
    Trained in the chapter *From the GRU to today*.
    """

    def __init__(
        self,
        sizes: tuple[int, int, int],  # m, n, k
        *,
        blocks: int,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
        signed: bool = False,
    ) -> None:
        m, n, k = sizes
        self._ends = EachStep(m, n, rng=rng, dtype=dtype), EachStep(n, k, rng=rng, dtype=dtype)
        self._inner: list[list[EachStep]] = []
        for _ in range(blocks):
            self._inner.append([MinGRULayer(n, rng=rng, dtype=dtype, signed=signed)])
            self._inner.append([EachStep(n, 2 * n, rng=rng, dtype=dtype), EachStep(2 * n, n, rng=rng, dtype=dtype)])
        self._kept: list[tuple[NDArray, ...]] = []

    @property
    def _layers(self) -> list[EachStep]:
        return [*self._ends, *(layer for part in self._inner for layer in part)]

    @property
    def parameters(self) -> list[NDArray]:
        """Every array that training changes."""
        return [array for layer in self._layers for array in layer.parameters]

    @property
    def gradients(self) -> list[NDArray]:
        """The gradients of the last `backward`, in the order of `parameters`."""
        return [array for layer in self._layers for array in layer.gradients]

    def forward(self, x: NDArray, *, training: bool = False) -> NDArray:
        """Return the output (B, T, k) from x (B, T, m)."""
        h, self._kept = self._ends[0].forward(x, training=training), []
        for first, *second in self._inner:
            scale = 1 / np.sqrt((h * h).mean(axis=-1, keepdims=True) + 1e-6)
            inner = first.forward(h * scale, training=training)
            self._kept.append((h * scale, scale, inner > 0))
            h = h + (second[0].forward(np.maximum(inner, 0), training=training) if second else inner)
        return self._ends[1].forward(h, training=training)

    def backward(self, grad: NDArray) -> None:
        """Fill `gradients` from the gradient (B, T, k) of the last output that was computed for training."""
        d_h = self._ends[1].backward(grad)
        for (first, *second), (read, scale, is_open) in zip(self._inner[::-1], self._kept[::-1], strict=True):
            d_read = first.backward(second[0].backward(d_h) * is_open if second else d_h)
            d_h = d_h + scale * (d_read - read * (d_read * read).mean(axis=-1, keepdims=True))
        self._ends[0].backward(d_h)
