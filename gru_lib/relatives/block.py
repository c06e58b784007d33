"""Dreamer's block GRU: one kernel for [h, x], block by block, a reset on the candidate's whole sum, z moved by -1.

    [r_t, g_t, z_t] of block k = [h_{t-1} of block k, x_t] K_k + b_k
    h_t = z_t * tanh(sigmoid(r_t) * g_t) + (1 - z_t) * h_{t-1}      with z_t = sigmoid(its sum - 1)

Danijar Hafner et al., Mastering Diverse Domains through World Models, 2023, and the authors' program (dreamerv3,
rssm.py, `_core`, read in November 2026), whose normed layers in front of it belong to the world model.
One block is the GRU cell of DreamerV2 without its normalisation.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Arrays, Cell, Mistake, Relative, normal
from gru_lib.scratch import sigmoid


class BlockGRU(Cell):
    """Weights: kernel (K, n/K + m, 3n/K) for K blocks, bias (K, 3n/K); columns r, g, z."""

    @staticmethod
    def joined(h: NDArray, x: NDArray) -> NDArray:
        """Return what a block reads."""
        return np.concatenate([h, x], axis=-1)

    @staticmethod
    def state_of(h: NDArray, k: int, blocks: int) -> NDArray:
        """Return the part (B, n/K) of the state that block k reads."""
        return np.split(h, blocks, axis=-1)[k]

    @staticmethod
    def split(sums: NDArray) -> list[NDArray]:
        """Return the sums of r, g and z."""
        return np.split(sums, 3, axis=-1)

    @staticmethod
    def update(a: NDArray) -> NDArray:
        """Return z."""
        return sigmoid(a - 1)

    @staticmethod
    def candidate(r: NDArray, g: NDArray) -> NDArray:
        """Return what is taken."""
        return np.tanh(r * g)

    @staticmethod
    def mix(z: NDArray, h: NDArray, g: NDArray) -> NDArray:
        """Return the next state of a block."""
        return z * g + (1 - z) * h

    def start(self, x: NDArray, weights: Mapping[str, NDArray]) -> NDArray:
        """Return zeros (B, n)."""
        return np.zeros((len(x), weights["bias"].size // 3))

    def step(self, x: NDArray, h: NDArray, weights: Mapping[str, NDArray], **_inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        blocks = len(weights["kernel"])
        after = []
        for k, (kernel, bias) in enumerate(zip(weights["kernel"], weights["bias"], strict=True)):
            r, g, z = self.split(self.joined(self.state_of(h, k, blocks), x) @ kernel + bias)
            before = np.split(h, blocks, axis=-1)[k]
            after.append(self.mix(self.update(z), before, self.candidate(sigmoid(r), g)))
        return np.concatenate(after, axis=-1)


def _draw(
    rng: np.random.Generator, *, batch: int, steps: int, blocks: int = 2, width: int = 3, m: int = 3
) -> tuple[NDArray, Arrays, NDArray, Arrays]:
    weights = normal(rng, kernel=(blocks, width + m, 3 * width), bias=(blocks, 3 * width))
    return rng.normal(size=(batch, steps, m)), weights, rng.normal(size=(batch, blocks * width)), {}


MISTAKES = (
    *COMMON,
    Mistake("the -1 in the update gate forgotten", {"update": sigmoid}),
    Mistake("+1 in the update gate instead of -1", {"update": lambda a: sigmoid(a + 1)}),
    Mistake("z inverted: z = 1 keeps the past", {"mix": lambda z, h, g: z * h + (1 - z) * g}),
    Mistake("reset gate outside the tanh", {"candidate": lambda r, g: r * np.tanh(g)}),
    Mistake("reset gate never applied", {"candidate": lambda _r, g: np.tanh(g)}),
    Mistake("x before h in what a block reads", {"joined": lambda h, x: np.concatenate([x, h], axis=-1)}),
    Mistake("columns read in the order z, r, g", {"split": lambda a: [np.split(a, 3, axis=-1)[i] for i in (1, 2, 0)]}),
    Mistake("state dealt out to the blocks in turn", {"state_of": lambda h, k, blocks: h[:, k::blocks]}),
)
BLOCK_GRU = Relative("block-gru", BlockGRU, _draw, {"one block": {"blocks": 1}, "four blocks": {"blocks": 4}}, MISTAKES)
