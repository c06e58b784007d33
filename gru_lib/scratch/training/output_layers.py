"""The layers that stand on top of the GRU in the chapter *MNIST, row by row*: dense and batch normalisation.

Each has ``parameters`` (trained in place), ``forward`` and ``backward``;
``backward`` returns the gradient of the input and leaves the others in ``gradients``.
"""

from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gru_lib.scratch.checks import positive_integer, same_shape
from gru_lib.scratch.initializers import glorot_uniform


class Layer(Protocol):
    """What `GRUModel` expects of a layer."""

    parameters: list[NDArray]
    gradients: list[NDArray]

    def forward(self, x: NDArray, *, training: bool) -> NDArray: ...
    def backward(self, grad: NDArray) -> NDArray: ...


class Dense:
    """A linear map x W + b from (B, k) to (B, j), drawn as Keras draws it; used in the chapter *MNIST, row by row*."""

    def __init__(self, input_size: int, units: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> None:
        k, j = positive_integer("input_size", input_size), positive_integer("units", units)
        self.parameters = [glorot_uniform(k, j, rng).astype(dtype), np.zeros(j, dtype)]
        self.gradients: list[NDArray] = []
        self._x = np.empty((0, input_size), dtype)

    def forward(self, x: NDArray, *, training: bool) -> NDArray:
        """Return (B, j) from (B, k)."""
        kernel, bias = self.parameters
        same_shape("x", x, (len(x), len(kernel)), "batch, input_size of the layer")
        if training:
            self._x = x
        return x @ kernel + bias

    def backward(self, grad: NDArray) -> NDArray:
        """Return the gradient of the input of the last training step, (B, k), from that of its output, (B, j)."""
        self.gradients = [self._x.T @ grad, grad.sum(axis=0)]
        return grad @ self.parameters[0].T


class BatchNorm:
    """Batch normalisation over the first axis (Ioffe & Szegedy 2015, algorithm 1), with Keras's defaults.

    In training the batch's own mean and variance are used, and running averages are kept for prediction.
    Used in the chapter *MNIST, row by row*.
    """

    def __init__(
        self, units: int, *, dtype: DTypeLike = np.float32, momentum: float = 0.99, epsilon: float = 1e-3
    ) -> None:
        units = positive_integer("units", units)
        self.parameters = [np.ones(units, dtype), np.zeros(units, dtype)]  # gamma, beta
        self.gradients: list[NDArray] = []
        self.moving_mean, self.moving_variance = np.zeros(units, dtype), np.ones(units, dtype)
        self.momentum, self.epsilon = momentum, epsilon
        self._normalised, self._scale = np.empty((0, units), dtype), np.empty(units, dtype)

    def forward(self, x: NDArray, *, training: bool) -> NDArray:
        """Return (B, k) normalised; with `training`, also update the running averages."""
        gamma, beta = self.parameters
        same_shape("x", x, (len(x), len(gamma)), "batch, units of the layer")
        if not training:
            return (x - self.moving_mean) * (gamma / np.sqrt(self.moving_variance + self.epsilon)) + beta
        mean, variance = x.mean(axis=0), x.var(axis=0)
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving += (1 - self.momentum) * (now - moving)
        self._scale = 1 / np.sqrt(variance + self.epsilon)
        self._normalised = (x - mean) * self._scale
        return gamma * self._normalised + beta

    def backward(self, grad: NDArray) -> NDArray:
        """Return the gradient of the input of the last training step, (B, k), from that of its output, (B, k)."""
        y = self._normalised
        self.gradients = [(grad * y).sum(axis=0), grad.sum(axis=0)]
        d_y = grad * self.parameters[0]
        return self._scale * (d_y - d_y.mean(axis=0) - y * (d_y * y).mean(axis=0))
