"""HGRN: gate and candidate see the input alone, and the gate never falls below a bound that is learnt.

    low = sigmoid(b_low)
    z_t = low + (1 - low) * sigmoid(x_t W_z + b_z)
    g_t = silu(x_t W_h + b_h)                                 silu(a) = a sigmoid(a)
    h_t = z_t * h_{t-1} + (1 - z_t) * g_t

Zhen Qin, Songlin Yang & Yiran Zhong, Hierarchically Gated Recurrent Neural Network, 2023, without the rotation in the
complex plane and the output gate, as in flash-linear-attention. In a stack the bound rises from layer to layer.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Cell, Mistake, Relative, vectors
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class HGRNWeights(Weights):
    """Columns z, h; the bound as it is before the sigmoid."""

    kernel: Annotated[NDArray, "m 2n"]
    bias: Annotated[NDArray, "2n"]
    bound: Annotated[NDArray, "n"]


class HGRN(Cell):
    """One layer, without its output gate."""

    raised = staticmethod(lambda low, s: low + (1 - low) * s)
    shaped = staticmethod(lambda a: a * HGRN.gate(a))

    def step(self, x: NDArray, h: NDArray, weights: HGRNWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        a, g = np.split(x @ weights.kernel + weights.bias, 2, axis=-1)
        z = self.raised(HGRN.gate(weights.bound), self.gate(self.signed(a)))
        return self.mix(z, h, self.shaped(g))


MISTAKES = (
    *COMMON,
    Mistake("gate without its bound", {"raised": lambda _low, s: s}),
    Mistake("gate cut off at the bound", {"raised": np.maximum}),
    Mistake("tanh in place of silu", {"shaped": np.tanh}),
    Mistake("candidate not scaled by 1 - z", {"mix": lambda z, h, g: z * h + g}),
)
HGRN_RELATIVE = Relative("hgrn", HGRN, vectors(HGRNWeights, m=2, n=4), {}, MISTAKES)
