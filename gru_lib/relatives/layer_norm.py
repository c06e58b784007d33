"""The GRU with layer normalisation: each product is centred and scaled over the units before it enters a gate.

    z_t, r_t = sigmoid(LN(x_t W_zr; gain_x, bias_x) + LN(h_{t-1} U_zr; gain_h, bias_h))     both gates in one LN
    g_t = tanh(LN(x_t W_h) + r_t * LN(h_{t-1} U_h))                                         reset after
    h_t = (1 - z_t) * h_{t-1} + z_t * g_t                                                   z = 1 takes the new state
    LN(a; gain, bias) = gain * (a - mean(a)) / sqrt(var(a) + 1e-5) + bias

Jimmy Ba, Jamie Kiros and Geoffrey Hinton, Layer Normalization, 2016, appendix; as in the authors' program the gates
are normalised together, over 2n numbers. Other variants normalise them one by one, or the state, or once for all three.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Arrays, Cell, Mistake, Relative, normal
from gru_lib.scratch import sigmoid

EPSILON = 1e-5


class LayerNormGRU(Cell):
    """Weights: kernel (m, 3n), recurrent_kernel (n, 3n), columns z, r, h; gain_x, bias_x, gain_h, bias_h (3n,)."""

    @staticmethod
    def variance(centred: NDArray) -> NDArray:
        """Return the variance over the last axis."""
        return np.mean(centred * centred, axis=-1, keepdims=True)

    @staticmethod
    def scaled(normed: NDArray, gain: NDArray, bias: NDArray) -> NDArray:
        """Return gain and bias applied."""
        return normed * gain + bias

    @staticmethod
    def groups(n: int) -> list[slice]:
        """Return which columns are normalised together."""
        return [slice(0, 2 * n), slice(2 * n, 3 * n)]

    @staticmethod
    def candidate(x_h: NDArray, r: NDArray, h_h: NDArray) -> NDArray:
        """Return g from both normed products."""
        return np.tanh(x_h + r * h_h)

    @staticmethod
    def mix(z: NDArray, h: NDArray, g: NDArray) -> NDArray:
        """Return the next state."""
        return (1 - z) * h + z * g

    def normed(self, a: NDArray, gain: NDArray, bias: NDArray) -> NDArray:
        """Return LN(a) group by group."""
        parts = []
        for columns in self.groups(a.shape[-1] // 3):
            centred = a[:, columns] - a[:, columns].mean(axis=-1, keepdims=True)
            normed = centred / np.sqrt(self.variance(centred) + EPSILON)
            parts.append(self.scaled(normed, gain[columns], bias[columns]))
        return np.concatenate(parts, axis=-1)

    def start(self, x: NDArray, weights: Mapping[str, NDArray]) -> NDArray:
        """Return zeros (B, n)."""
        return np.zeros((len(x), len(weights["recurrent_kernel"])))

    def step(self, x: NDArray, h: NDArray, weights: Mapping[str, NDArray], **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        from_x = self.normed(x @ weights["kernel"], weights["gain_x"], weights["bias_x"])
        from_h = self.normed(h @ weights["recurrent_kernel"], weights["gain_h"], weights["bias_h"])
        (x_z, x_r, x_h), (h_z, h_r, h_h) = np.split(from_x, 3, axis=-1), np.split(from_h, 3, axis=-1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        return self.mix(z, h, self.candidate(x_h, r, h_h))


def _draw(
    rng: np.random.Generator, *, batch: int, steps: int, m: int = 2, n: int = 4, scale: float = 1.0
) -> tuple[NDArray, Arrays, NDArray, Arrays]:
    weights = normal(rng, scale, kernel=(m, 3 * n), recurrent_kernel=(n, 3 * n))
    weights |= normal(rng, gain_x=(3 * n,), bias_x=(3 * n,), gain_h=(3 * n,), bias_h=(3 * n,))
    return rng.normal(size=(batch, steps, m)), weights, rng.normal(size=(batch, n)), {}


def _unbiased(centred: NDArray) -> NDArray:
    return np.sum(centred * centred, axis=-1, keepdims=True) / (centred.shape[-1] - 1)


MISTAKES = (
    *COMMON,
    Mistake("z inverted: z = 1 keeps the past", {"mix": lambda z, h, g: z * h + (1 - z) * g}),
    Mistake("variance divided by n - 1 instead of n", {"variance": _unbiased}),
    Mistake("gain left out", {"scaled": lambda normed, _gain, bias: normed + bias}),
    Mistake("bias left out", {"scaled": lambda normed, gain, _bias: normed * gain}),
    Mistake("gates normalised one by one", {"groups": lambda n: [slice(i * n, (i + 1) * n) for i in range(3)]}),
    Mistake("gates and candidate normalised together", {"groups": lambda n: [slice(0, 3 * n)]}),
    Mistake("reset gate on the candidate's whole sum", {"candidate": lambda x_h, r, h_h: np.tanh(r * (x_h + h_h))}),
    Mistake("reset gate never applied", {"candidate": lambda x_h, _r, h_h: np.tanh(x_h + h_h)}),
    Mistake("epsilon forgotten", {"variance": lambda c: np.mean(c * c, axis=-1, keepdims=True) - EPSILON}),
)
LAYER_NORM_GRU = Relative(
    "layer-norm-gru", LayerNormGRU, _draw, {"small weights": {"scale": 1e-2}, "sizes": {"m": 5, "n": 3}}, MISTAKES
)
