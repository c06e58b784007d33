"""Dreamer's GRUs: one kernel for [h, x], a reset on the candidate's whole sum, and a z that leans to the past.

    [z_t, r_t, g_t] of block i = [h_{t-1} of block i, x_t] K_i + b_i
    h_t = z_t * h_{t-1} + (1 - z_t) * tanh(sigmoid(r_t) * g_t)      with z_t = sigmoid(its sum + 1)

Danijar Hafner et al., Mastering Diverse Domains through World Models, 2023, which gives no equations for it; these are
those of the authors' program (github.com/danijar/dreamerv3, `_core` in rssm.py, read in November 2026). Its columns
stand in the order r, g, z, and its z is 1 - z here: sigmoid(its sum - 1). The normed layers in front of it belong to
the world model. Until April 2024, and in DreamerV2, there was one block and one layer normalisation:

    [z_t, r_t, g_t] = LN([h_{t-1}, x_t] K),    LN over all 3n sums, with an epsilon of 1e-3
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Cell, Mistake, Relative, in_order, same, vectors
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class DreamerGRUWeights(Weights):
    """Columns z, r, g."""

    gain: Annotated[NDArray, "3n"]
    bias: Annotated[NDArray, "3n"]
    kernel: Annotated[NDArray, "n+m 3n"]


@dataclass(frozen=True, eq=False)
class BlockGRUWeights(Weights):
    """One array for each of k blocks of n units; columns z, r, g."""

    bias: Annotated[NDArray, "k 3n"]
    kernel: Annotated[NDArray, "k n+m 3n"]


class DreamerGRU(Cell):
    """One block, with layer normalisation."""

    shifted = staticmethod(lambda a: a + 1)  # the sum of z
    taken = staticmethod(lambda r, g: np.tanh(r * g))
    joined = staticmethod(lambda h, x: np.concatenate([h, x], axis=-1))  # what the kernel reads

    @staticmethod
    def normed(a: NDArray, epsilon: float = 1e-3) -> NDArray:
        """Return sums centred and scaled."""
        return (a - a.mean(axis=-1, keepdims=True)) / np.sqrt(a.var(axis=-1, keepdims=True) + epsilon)

    def gated(self, sums: NDArray, h: NDArray) -> NDArray:
        """Return the next state of these units."""
        z, r, g = self.split(sums)
        return self.mix(self.gate(self.shifted(self.signed(z))), h, self.taken(self.gate(r), g))

    def step(self, x: NDArray, h: NDArray, weights: DreamerGRUWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        return self.gated(self.normed(self.joined(h, x) @ weights.kernel) * weights.gain + weights.bias, h)


class BlockGRU(DreamerGRU):
    """Several blocks, without layer normalisation."""

    read = staticmethod(lambda h, k: np.split(h, k, axis=-1))  # what of the state each block reads
    state_shape = staticmethod(lambda x, weights: (len(x), weights.bias.size // 3))

    def step(self, x: NDArray, h: NDArray, weights: BlockGRUWeights, **_inputs: NDArray) -> NDArray:  # type: ignore[override]
        """Return the state (B, k n) after x (B, m)."""
        k = len(weights.bias)
        blocks = zip(self.read(h, k), weights.kernel, weights.bias, np.split(h, k, axis=-1), strict=True)
        after = [self.gated(self.joined(read, x) @ kernel + bias, before) for read, kernel, bias, before in blocks]
        return np.concatenate(after, axis=-1)


MISTAKES = (
    *COMMON,
    Mistake("z not moved: the update bias is forgotten", {"shifted": same}),
    Mistake("z moved the wrong way", {"shifted": lambda a: a - 1}),
    Mistake("reset gate outside the tanh", {"taken": lambda r, g: r * np.tanh(g)}),
    Mistake("reset gate never applied", {"taken": lambda _r, g: np.tanh(g)}),
    Mistake("x before h in what the kernel reads", {"joined": lambda h, x: np.concatenate([x, h], axis=-1)}),
    Mistake("columns read in the order r, g, z", {"split": in_order(2, 0, 1)}),
    Mistake("columns read in the order z, g, r", {"split": in_order(0, 2, 1)}),
)
NORM = (
    Mistake("normalisation left out", {"normed": same}),
    Mistake("normalised without centring", {"normed": lambda a: a / np.sqrt(np.mean(a * a, -1, keepdims=True) + 1e-3)}),
    Mistake("epsilon of 1e-5, not 1e-3", {"normed": lambda a: DreamerGRU.normed(a, 1e-5)}, "jsikyoon/dreamer-torch"),
)
BLOCK = (Mistake("state dealt out to the blocks in turn", {"read": lambda h, k: [h[:, i::k] for i in range(k)]}),)
MORE, BLOCKS = {"more features than units": {"m": 5}}, {"one block": {"k": 1}, "four blocks": {"k": 4}}
DREAMER_GRU = Relative("dreamer-gru", DreamerGRU, vectors(DreamerGRUWeights, m=3, n=4), MORE, MISTAKES + NORM)
BLOCK_GRU = Relative("block-gru", BlockGRU, vectors(BlockGRUWeights, k=2, m=4, n=3), BLOCKS, MISTAKES + BLOCK)
