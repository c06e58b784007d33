"""Gradient descent, plain and adaptive; both change the parameters in place."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class SGD:
    """Stochastic gradient descent with Keras's default learning rate; momentum optional (Polyak 1964).

    Used in the chapter *MNIST, row by row*.
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0) -> None:
        self.learning_rate, self.momentum = learning_rate, momentum
        self._velocities: list[NDArray] = []

    def update(self, parameters: Sequence[NDArray], gradients: Sequence[NDArray]) -> None:
        """Take one step; the two sequences correspond, and are the same at every call."""
        if not self.momentum:
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= self.learning_rate * gradient
            return
        self._velocities = self._velocities or [np.zeros_like(p) for p in parameters]
        for parameter, gradient, velocity in zip(parameters, gradients, self._velocities, strict=True):
            velocity *= self.momentum
            velocity -= self.learning_rate * gradient
            parameter += velocity


def clip_by_global_norm(gradients: Sequence[NDArray], limit: float) -> list[NDArray]:
    """Return the gradients, all shortened alike where their common length is over the limit (Pascanu et al. 2013).

    Used in the chapter *Train it yourself*; as ``global_clipnorm`` of Keras's optimizers.
    """
    length = float(np.linalg.norm([np.linalg.norm(gradient.astype(np.float64)) for gradient in gradients]))
    return [gradient * min(1.0, limit / length) for gradient in gradients] if length else list(gradients)


class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1 in the form at the end of section 2), with Keras's defaults.

    Used in the chapters *Why gates* and, with clipping, *Train it yourself*.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        global_clipnorm: float | None = None,
    ) -> None:
        self.global_clipnorm = global_clipnorm
        self.learning_rate, self.beta_1, self.beta_2, self.epsilon = learning_rate, beta_1, beta_2, epsilon
        self._moments: list[tuple[NDArray, NDArray]] = []
        self._steps = 0

    def update(self, parameters: Sequence[NDArray], gradients: Sequence[NDArray]) -> None:
        """Take one step; the two sequences correspond, and are the same at every call."""
        if self.global_clipnorm is not None:
            gradients = clip_by_global_norm(gradients, self.global_clipnorm)
        self._moments = self._moments or [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
        self._steps += 1
        correction = np.sqrt(1 - self.beta_2**self._steps) / (1 - self.beta_1**self._steps)
        rate = float(self.learning_rate * correction)
        for parameter, gradient, (mean, square) in zip(parameters, gradients, self._moments, strict=True):
            mean += (1 - self.beta_1) * (gradient - mean)
            square += (1 - self.beta_2) * (gradient * gradient - square)
            parameter -= rate * mean / (np.sqrt(square) + self.epsilon)
