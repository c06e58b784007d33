"""minGRU: the gates no longer look at the state, so all steps can be computed at once.

    z_t = sigmoid(x_t W_z + b_z)
    g_t = x_t W_h + b_h                        in the log form g(a) = a + 0.5 for a >= 0, else sigmoid(a)
    h_t = (1 - z_t) * h_{t-1} + z_t * g_t      z = 1 takes the new state: the book's z is 1 - z

Leo Feng et al., Were RNNs All We Needed?, 2024, section 3.1 and appendix B (the log form).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Arrays, Cell, Mistake, Relative, normal
from gru_lib.scratch import sigmoid


class MinGRU(Cell):
    """The plain form; weights: W_z, W_h (m, n), b_z, b_h (n,)."""

    @staticmethod
    def candidate(a: NDArray) -> NDArray:
        """Return g (B, n) from x W_h + b_h."""
        return a

    @staticmethod
    def update(a: NDArray) -> NDArray:
        """Return z (B, n)."""
        return sigmoid(a)

    @staticmethod
    def mix(z: NDArray, h: NDArray, g: NDArray) -> NDArray:
        """Return the next state (B, n)."""
        return (1 - z) * h + z * g

    def start(self, x: NDArray, weights: Mapping[str, NDArray]) -> NDArray:
        """Return zeros (B, n)."""
        return np.zeros((len(x), weights["b_z"].shape[0]))

    def step(self, x: NDArray, h: NDArray, weights: Mapping[str, NDArray], **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        z = self.update(x @ weights["W_z"] + weights["b_z"])
        return self.mix(z, h, self.candidate(x @ weights["W_h"] + weights["b_h"]))


class MinGRULog(MinGRU):
    """The form that is computed with logarithms: candidate and initial state are positive."""

    @staticmethod
    def candidate(a: NDArray) -> NDArray:
        """Return g(a), which is positive."""
        return np.where(a >= 0, a + 0.5, sigmoid(a))


def _draw(
    rng: np.random.Generator, *, batch: int, steps: int, scale: float = 1.0, positive: bool = False
) -> tuple[NDArray, Arrays, NDArray, Arrays]:
    m, n = 2, 4
    weights = normal(rng, scale, W_z=(m, n), b_z=(n,), W_h=(m, n), b_h=(n,))
    h0 = rng.normal(size=(batch, n))
    return rng.normal(size=(batch, steps, m)), weights, np.abs(h0) if positive else h0, {}


def _positive(rng: np.random.Generator, **given: Any) -> tuple[NDArray, Arrays, NDArray, Arrays]:
    return _draw(rng, positive=True, **given)


LARGE = {"large values": {"scale": 400.0}}  # exp and log of the gates leave the range of numbers
MISTAKES = (
    *COMMON,
    Mistake("z inverted: z = 1 keeps the past", {"mix": lambda z, h, g: z * h + (1 - z) * g}),
    Mistake("candidate not scaled by z", {"mix": lambda z, h, g: (1 - z) * h + g}),
    Mistake("past not scaled by 1 - z", {"mix": lambda z, h, g: h + z * g}),
    Mistake("hard sigmoid a / 6 + 0.5 in the gate", {"update": lambda a: np.clip(a / 6 + 0.5, 0, 1)}),
    Mistake("sigmoid as exp(a) / (1 + exp(a)), NaN for large a", {"update": lambda a: np.exp(a) / (1 + np.exp(a))}),
)
TANH = Mistake("tanh left in the candidate", {"candidate": np.tanh})
PLAIN = Mistake("candidate not made positive: g left out", {"candidate": lambda a: a})
MIN_GRU = Relative("min-gru", MinGRU, _draw, LARGE, (*MISTAKES, TANH))
MIN_GRU_LOG = Relative("min-gru-log", MinGRULog, _positive, LARGE, (*MISTAKES, PLAIN))
