"""minGRU: the gates no longer look at the state, so all steps can be computed at once.

    z_t = sigmoid(x_t W_z + b_z)
    g_t = x_t W_h + b_h                        in the log form g(a) = a + 0.5 for a >= 0, else sigmoid(a)
    h_t = z_t * h_{t-1} + (1 - z_t) * g_t

Leo Feng et al., Were RNNs All We Needed?, 2024, section 3.1, and the appendix for the log form. Their z is 1 - z here.
Their listing of the log form passes the initial state through g as well, which the step by step form does not.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Cell, Mistake, Relative, same, vectors
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class MinGRUWeights(Weights):
    """Columns z, h."""

    kernel: Annotated[NDArray, "m 2n"]
    bias: Annotated[NDArray, "2n"]


class MinGRU(Cell):
    """The plain form."""

    shaped = staticmethod(same)  # g (B, n) from x W_h + b_h

    def step(self, x: NDArray, h: NDArray, weights: MinGRUWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        z, g = np.split(x @ weights.kernel + weights.bias, 2, axis=-1)
        return self.mix(self.gate(self.signed(z)), h, self.shaped(g))


def positive(a: NDArray, *_others: NDArray) -> NDArray:
    """Return the paper's g: what is added as logarithms has to be positive."""
    return np.where(a >= 0, a + 0.5, MinGRU.gate(a))


class MinGRULog(MinGRU):
    """The form that is computed with logarithms: candidate and initial state are positive."""

    shaped = staticmethod(positive)


def _only_in_sequences(h0: NDArray, x: NDArray) -> NDArray:
    return positive(h0) if x.shape[1] > 1 else h0


def _by_products(cell: MinGRU, x: NDArray, weights: MinGRUWeights, *, h0: NDArray | None = None) -> NDArray:
    """Compute all steps at once by products that vanish."""
    a, g = np.split(x @ weights.kernel + weights.bias, 2, axis=-1)
    kept = np.cumprod(z := cell.gate(cell.signed(a)), axis=1)
    return kept * ((0 if h0 is None else h0[:, None]) + np.cumsum((1 - z) * g / kept, axis=1))


SPECIALS: dict[str, dict] = {"large values": {"scale": 400.0}, "ten features": {"m": 10}}  # exp overflows
MISTAKES = (
    *COMMON,
    Mistake("candidate not scaled by 1 - z", {"mix": lambda z, h, g: z * h + g}),
    Mistake("past not scaled by z", {"mix": lambda z, h, g: h + (1 - z) * g}),
    Mistake("sigmoid as exp(a) / (1 + exp(a)), NaN for large a", {"gate": lambda a: np.exp(a) / (1 + np.exp(a))}),
)
PLAIN = (
    Mistake("tanh left in the candidate", {"shaped": np.tanh}),
    Mistake("candidate of the log form: g", {"shaped": positive}),
    Mistake("all steps at once by a product of gates, which vanishes", {"run": _by_products}),
)
LOG = (
    Mistake("candidate not made positive: g left out", {"shaped": same}),
    Mistake("h0 passed through g", {"initial": positive, "start": positive}),
    Mistake(
        "h0 passed through g, but for T = 1",
        {"initial": _only_in_sequences},
        "lucidrains/minGRU-pytorch/issues/9",
    ),
    Mistake("starts from g(0) = 0.5 where no initial state is given", {"start": positive}, "cheind/mingru"),
)
MIN_GRU = Relative("min-gru", MinGRU, vectors(MinGRUWeights, m=2, n=4), SPECIALS, (*MISTAKES, *PLAIN))
MIN_GRU_LOG = Relative("min-gru-log", MinGRULog, vectors(MinGRUWeights, np.abs, m=2, n=4), SPECIALS, (*MISTAKES, *LOG))
