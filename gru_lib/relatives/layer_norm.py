"""The GRU with layer normalisation: each product is centred and scaled over the units before it enters a gate.

    z_t, r_t = sigmoid(LN(x_t W_zr; gain_x, bias_x) + LN(h_{t-1} U_zr; gain_h, bias_h))     both gates in one LN
    g_t = tanh(LN(x_t W_h) + r_t * LN(h_{t-1} U_h))                                         reset after
    h_t = z_t * h_{t-1} + (1 - z_t) * g_t
    LN(a; gain, bias) = gain * (a - mean(a)) / sqrt(var(a) + 1e-5) + bias

Jimmy Ba, Jamie Kiros and Geoffrey Hinton, Layer Normalization, 2016, supplementary material. What is normalised
together, the epsilon, and a z that keeps the past are those of the authors' program (github.com/ryankiros/layer-norm,
`lngru_layer`), where a bias, zero at first and left out here, is added to x W before it is normalised. Other variants
normalise the gates one by one, or all three together, or x W + h U in one.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Cell, Mistake, Relative, in_order, same, vectors
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class LayerNormGRUWeights(Weights):
    """Columns z, r, h."""

    kernel: Annotated[NDArray, "m 3n"]
    recurrent_kernel: Annotated[NDArray, "n 3n"]
    gain_x: Annotated[NDArray, "3n"]
    bias_x: Annotated[NDArray, "3n"]
    gain_h: Annotated[NDArray, "3n"]
    bias_h: Annotated[NDArray, "3n"]


class LayerNormGRU(Cell):
    """The step, part by part."""

    scaled = staticmethod(lambda normed, gain, bias: normed * gain + bias)
    taken = staticmethod(lambda x_h, r, h_h: np.tanh(x_h + r * h_h))  # reset after
    deviation = staticmethod(lambda a: np.sqrt(a.var(axis=-1, keepdims=True) + 1e-5))
    groups = staticmethod(lambda n: [slice(0, 2 * n), slice(2 * n, 3 * n)])  # columns that are normalised together

    def normed(self, a: NDArray, gain: NDArray, bias: NDArray) -> NDArray:
        """Return LN(a) group by group."""
        parts = []
        for columns in self.groups(a.shape[-1] // 3):
            part = a[:, columns]
            normed = (part - part.mean(axis=-1, keepdims=True)) / self.deviation(part)
            parts.append(self.scaled(normed, gain[columns], bias[columns]))
        return np.concatenate(parts, axis=-1)

    def step(self, x: NDArray, h: NDArray, weights: LayerNormGRUWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        x_z, x_r, x_h = self.split(self.normed(x @ weights.kernel, weights.gain_x, weights.bias_x))
        h_z, h_r, h_h = self.split(self.normed(h @ weights.recurrent_kernel, weights.gain_h, weights.bias_h))
        return self.mix(self.gate(self.signed(x_z + h_z)), h, self.taken(x_h, self.gate(x_r + h_r), h_h))


MISTAKES = (
    *COMMON,
    Mistake(
        "variance divided by n - 1 instead of n",
        {"deviation": lambda a: np.sqrt(a.var(-1, ddof=1, keepdims=True) + 1e-5)},
    ),
    Mistake("epsilon forgotten", {"deviation": lambda a: a.std(-1, keepdims=True)}),
    Mistake("epsilon added to the standard deviation", {"deviation": lambda a: a.std(-1, keepdims=True) + 1e-5}),
    Mistake("gain and bias left out", {"scaled": same}),
    Mistake("gain left out", {"scaled": lambda normed, _gain, bias: normed + bias}),
    Mistake("bias left out", {"scaled": lambda normed, gain, _bias: normed * gain}),
    Mistake("bias added before the gain", {"scaled": lambda normed, gain, bias: (normed + bias) * gain}),
    Mistake("gates normalised one by one", {"groups": lambda n: [slice(i * n, (i + 1) * n) for i in range(3)]}),
    Mistake("all three parts normalised together", {"groups": lambda n: [slice(0, 3 * n)]}, "lmnt-com/haste"),
    Mistake("columns read in the order r, z, h", {"split": in_order(1, 0, 2)}),
    Mistake("reset gate on the candidate's whole sum", {"taken": lambda x_h, r, h_h: np.tanh(r * (x_h + h_h))}),
    Mistake("reset gate never applied", {"taken": lambda x_h, _r, h_h: np.tanh(x_h + h_h)}),
)
SPECIALS = {"more features than units": {"m": 5, "n": 3}}
LAYER_NORM_GRU = Relative("layer-norm-gru", LayerNormGRU, vectors(LayerNormGRUWeights, m=2, n=4), SPECIALS, MISTAKES)
