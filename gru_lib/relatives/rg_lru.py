"""RG-LRU: the gate chooses a power of a decay that is learnt, and the input is scaled so that the state's size stays.

    r_t = sigmoid(x_t W_r + b_r)
    i_t = sigmoid(x_t W_i + b_i)
    z_t = exp(-8 * r_t * softplus(decay))
    h_t = z_t * h_{t-1} + sqrt(1 - z_t^2) * i_t * x_t

Soham De et al., Griffin, 2024, section 2.4; their a is z here. As many units as features. Google's program takes
1 in place of the root at the first step of a document, where there is no state.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Cell, Mistake, Relative, vectors
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class RGLRUWeights(Weights):
    """Columns r, i."""

    kernel: Annotated[NDArray, "m 2n"]
    bias: Annotated[NDArray, "2n"]
    decay: Annotated[NDArray, "n"]


class RGLRU(Cell):
    """The layer alone, without the block around it."""

    speed = 8.0
    mix = staticmethod(lambda z, h, g: z * h + np.sqrt(1 - z * z) * g)
    pair = staticmethod(lambda columns: np.split(columns, 2, axis=-1))

    def step(self, x: NDArray, h: NDArray, weights: RGLRUWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, n)."""
        r, i = (self.gate(a) for a in self.pair(x @ weights.kernel + weights.bias))
        z = np.exp(-self.speed * r * np.logaddexp(0, weights.decay).astype(x.dtype))
        return self.mix(z, h, i * x)


MISTAKES = (
    *COMMON[1:],  # z is no sigmoid, so that the other convention does not arise
    Mistake("input scaled by 1 - z, as in the GRU", {"mix": lambda z, h, g: z * h + (1 - z) * g}),
    Mistake("input not scaled", {"mix": lambda z, h, g: z * h + g}),
    Mistake("columns in the order i, r", {"pair": lambda columns: np.split(columns, 2, axis=-1)[::-1]}),
    Mistake("decay not raised to the eighth power", {"speed": 1.0}),
)
RG_LRU = Relative("rg-lru", RGLRU, vectors(RGLRUWeights, m=4, n=4), {}, MISTAKES)
