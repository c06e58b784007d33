"""ConvGRU: the products of the GRU become convolutions, so that every place of a picture has a state of its own.

    z_t = sigmoid(x_t * W_z + h_{t-1} * U_z + b_z)        (5); r_t likewise (6); * keeps height and width
    g_t = tanh(x_t * W_h + (r_t . h_{t-1}) * U_h + b_h)   (7); reset before
    h_t = z_t . h_{t-1} + (1 - z_t) . g_t                 (8); the paper's z is 1 - z here, and it has no biases

Nicolas Ballas et al., Delving Deeper into Convolutional Networks for Learning Video Representations, 2016, section 3.
As in every framework the "convolution" is a correlation: the kernel is not turned.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Arrays, Cell, Mistake, Relative, in_order, same
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class ConvGRUWeights(Weights):
    """Columns z, r, h; k is odd."""

    kernel: Annotated[NDArray, "k k m 3n"]
    recurrent_kernel: Annotated[NDArray, "k k n 3n"]
    bias: Annotated[NDArray, "3n"]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.kernel) % 2 == 0:  # it would have no middle
            raise ValueError(f"kernel has shape {self.kernel.shape}; expected an odd number of rows")


class ConvGRU(Cell):
    """The step, part by part."""

    axes = "B, T, H, W, m"
    oriented = staticmethod(same)  # the kernel as it is used

    @staticmethod
    def padded(x: NDArray, margin: int) -> NDArray:
        """Return x with zeros around the picture."""
        return np.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0)))

    def convolved(self, x: NDArray, kernel: NDArray) -> NDArray:
        """Return x (B, H, W, m) under a kernel (k, k, m, n): (B, H, W, n)."""
        k = len(kernel)
        windows = np.lib.stride_tricks.sliding_window_view(self.padded(x, k // 2), (k, k), axis=(1, 2))
        return np.tensordot(windows, self.oriented(kernel), axes=((3, 4, 5), (2, 0, 1)))

    def candidate(self, x_h: NDArray, r: NDArray, h: NDArray, kernel: NDArray) -> NDArray:
        """Return g: reset before the convolution."""
        return np.tanh(x_h + self.convolved(r * h, kernel))

    @staticmethod
    def state_shape(x: NDArray, weights: ConvGRUWeights) -> tuple[int, ...]:
        """Return (B, H, W, n)."""
        return len(x), *x.shape[2:4], weights.sizes["n"]

    def step(self, x: NDArray, h: NDArray, weights: ConvGRUWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, H, W, n) after x (B, H, W, m)."""
        x_z, x_r, x_h = self.split(self.convolved(x, weights.kernel) + weights.bias)
        U_z, U_r, U_h = self.split(weights.recurrent_kernel)
        z, r = self.gate(x_z + self.convolved(h, U_z)), self.gate(x_r + self.convolved(h, U_r))
        return self.mix(z, h, self.candidate(x_h, r, h, U_h))


def _draw(
    rng: np.random.Generator, *, batch: int, steps: int, height: int = 4, width: int = 5, k: int = 3
) -> tuple[NDArray, ConvGRUWeights, NDArray, Arrays]:
    weights = ConvGRUWeights.draw(rng, 0.4, k=k, m=2, n=3)
    return rng.normal(size=(batch, steps, height, width, 2)), weights, rng.normal(size=(batch, height, width, 3)), {}


def _without_reset(x_h: NDArray, _r: NDArray, h: NDArray, kernel: NDArray) -> NDArray:
    return np.tanh(x_h + ConvGRU().convolved(h, kernel))


def _reset_after(x_h: NDArray, r: NDArray, h: NDArray, kernel: NDArray) -> NDArray:
    return np.tanh(x_h + r * ConvGRU().convolved(h, kernel))


def _padded(mode: str) -> dict:
    return {"padded": lambda x, by: np.pad(x, ((0, 0), (by, by), (by, by), (0, 0)), mode=mode)}


MISTAKES = (
    *COMMON,
    Mistake("kernel turned, as a convolution of mathematics", {"oriented": lambda kernel: kernel[::-1, ::-1]}),
    Mistake("height and width of the kernel exchanged", {"oriented": lambda kernel: kernel.swapaxes(0, 1)}),
    Mistake("border repeated instead of zeros", _padded("edge")),
    Mistake("border continued on the other side instead of zeros", _padded("wrap")),
    Mistake("reset after the convolution", {"candidate": _reset_after}),
    Mistake("reset gate never applied", {"candidate": _without_reset}),
    Mistake("columns read in the order r, z, h", {"split": in_order(1, 0, 2)}),
)
SPECIALS = {"kernel of one": {"k": 1}, "kernel of five": {"k": 5}, "narrow": {"width": 1}}
CONV_GRU = Relative("conv-gru", ConvGRU, _draw, SPECIALS, MISTAKES)
