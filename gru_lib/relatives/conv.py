"""ConvGRU: the products of the GRU become convolutions, so that every place of a picture has a state of its own.

    z_t = sigmoid(x_t * W_z + h_{t-1} * U_z + b_z)        r_t likewise; * is a convolution that keeps height and width
    g_t = tanh(x_t * W_h + (r_t . h_{t-1}) * U_h + b_h)   reset before
    h_t = (1 - z_t) . h_{t-1} + z_t . g_t                 z = 1 takes the new state

Nicolas Ballas et al., Delving Deeper into Convolutional Networks for Learning Video Representations, 2016, section 3.
As in every framework the "convolution" is a correlation: the kernel is not turned.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Arrays, Cell, Mistake, Relative, normal
from gru_lib.scratch import sigmoid


class ConvGRU(Cell):
    """Weights: kernel (k, k, m, 3n), recurrent_kernel (k, k, n, 3n), bias (3n,); x (B, T, H, W, m), columns z, r, h."""

    @staticmethod
    def padded(x: NDArray, margin: int) -> NDArray:
        """Return x with zeros around the picture."""
        return np.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0)))

    @staticmethod
    def oriented(kernel: NDArray) -> NDArray:
        """Return the kernel as it is used."""
        return kernel

    @staticmethod
    def split(sums: NDArray) -> list[NDArray]:
        """Return the sums of z, r and h."""
        return np.split(sums, 3, axis=-1)

    @staticmethod
    def mix(z: NDArray, h: NDArray, g: NDArray) -> NDArray:
        """Return the next state."""
        return (1 - z) * h + z * g

    def candidate(self, x_h: NDArray, r: NDArray, h: NDArray, kernel: NDArray) -> NDArray:
        """Return g: reset before the convolution."""
        return np.tanh(x_h + self.convolved(r * h, kernel))

    def convolved(self, x: NDArray, kernel: NDArray) -> NDArray:
        """Return x (B, H, W, m) under a kernel (k, k, m, n): (B, H, W, n)."""
        k = len(kernel)
        windows = np.lib.stride_tricks.sliding_window_view(self.padded(x, k // 2), (k, k), axis=(1, 2))
        return np.asarray(np.einsum("bhwmij,ijmn->bhwn", windows, self.oriented(kernel), optimize=True))

    def start(self, x: NDArray, weights: Mapping[str, NDArray]) -> NDArray:
        """Return zeros (B, H, W, n)."""
        return np.zeros((len(x), *x.shape[2:4], weights["recurrent_kernel"].shape[2]))

    def step(self, x: NDArray, h: NDArray, weights: Mapping[str, NDArray], **_inputs: NDArray) -> NDArray:
        """Return the state (B, H, W, n) after x (B, H, W, m)."""
        n = h.shape[-1]
        recurrent = np.concatenate(self.split(weights["recurrent_kernel"]), axis=-1)
        x_z, x_r, x_h = self.split(self.convolved(x, weights["kernel"]) + weights["bias"])
        h_z, h_r = np.split(self.convolved(h, recurrent[..., : 2 * n]), 2, axis=-1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        return self.mix(z, h, self.candidate(x_h, r, h, recurrent[..., 2 * n :]))


def _draw(
    rng: np.random.Generator, *, batch: int, steps: int, height: int = 4, width: int = 5, k: int = 3
) -> tuple[NDArray, Arrays, NDArray, Arrays]:
    m, n = 2, 3
    weights = normal(rng, 0.4, kernel=(k, k, m, 3 * n), recurrent_kernel=(k, k, n, 3 * n), bias=(3 * n,))
    return rng.normal(size=(batch, steps, height, width, m)), weights, rng.normal(size=(batch, height, width, n)), {}


def _reset_after(x_h: NDArray, r: NDArray, h: NDArray, kernel: NDArray) -> NDArray:
    return np.tanh(x_h + r * ConvGRU().convolved(h, kernel))


def _repeated(x: NDArray, margin: int) -> NDArray:
    return np.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0)), mode="edge")


MISTAKES = (
    *COMMON,
    Mistake("z inverted: z = 1 keeps the past", {"mix": lambda z, h, g: z * h + (1 - z) * g}),
    Mistake("kernel turned, as a convolution of mathematics", {"oriented": lambda kernel: kernel[::-1, ::-1]}),
    Mistake("height and width of the kernel exchanged", {"oriented": lambda kernel: kernel.swapaxes(0, 1)}),
    Mistake("border repeated instead of zeros", {"padded": _repeated}),
    Mistake("reset after the convolution", {"candidate": _reset_after}),
    Mistake(
        "reset gate never applied",
        {"candidate": lambda x_h, _r, h, kernel: np.tanh(x_h + ConvGRU().convolved(h, kernel))},
    ),
    Mistake("columns read in the order r, z, h", {"split": lambda a: [np.split(a, 3, axis=-1)[i] for i in (1, 0, 2)]}),
)
CONV_GRU = Relative("conv-gru", ConvGRU, _draw, {"kernel of one": {"k": 1}, "kernel of five": {"k": 5}}, MISTAKES)
