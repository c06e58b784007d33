"""ParaGRU: a GRU whose units no longer hear each other; each multiplies its own state by a number.

    z_t = sigmoid(x_t W_z + u_z * h_{t-1} + b_z)
    r_t = sigmoid(x_t W_r + u_r * h_{t-1} + b_r)
    g_t = tanh(x_t W_h + u_h * (r_t * h_{t-1}) + b_h)
    h_t = z_t * h_{t-1} + (1 - z_t) * g_t

Federico Danieli et al., ParaRNN, 2025, section 3.1. Their z is 1 - z here. Reset before and after are the same.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, NEVER, Cell, Mistake, Relative, in_order, vectors
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class ParaGRUWeights(Weights):
    """Columns z, r, h; `recurrent` is what was the diagonal of each matrix U."""

    kernel: Annotated[NDArray, "m 3n"]
    recurrent: Annotated[NDArray, "3n"]
    bias: Annotated[NDArray, "3n"]


class ParaGRU(Cell):
    """Reset before and after the product are the same here."""

    def step(self, x: NDArray, h: NDArray, weights: ParaGRUWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        x_z, x_r, x_h = self.split(x @ weights.kernel + weights.bias)
        u_z, u_r, u_h = np.split(weights.recurrent, 3)
        z, r = self.gate(self.signed(x_z + u_z * h)), self.gate(x_r + u_r * h)
        return self.mix(z, h, self.candidate(x_h, r, h, lambda a: u_h * a))


MISTAKES = (
    *COMMON,
    Mistake("reset gate never applied", NEVER),
    Mistake("columns in the order r, z, h", {"split": in_order(1, 0, 2)}),
    Mistake("no tanh in the candidate", {"candidate": lambda x_h, r, h, product: x_h + product(r * h)}),
)
PARA_GRU = Relative("para-gru", ParaGRU, vectors(ParaGRUWeights, m=2, n=4), {}, MISTAKES)
