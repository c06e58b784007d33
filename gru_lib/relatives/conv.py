"""ConvGRU: the products of the GRU become convolutions, so that every place of a picture has a state of its own.

    z_t = sigmoid(x_t * W_z + h_{t-1} * U_z + b_z)        (5); r_t likewise (6); * keeps height and width
    g_t = tanh(x_t * W_h + (r_t . h_{t-1}) * U_h + b_h)   (7); reset before
    h_t = z_t . h_{t-1} + (1 - z_t) . g_t                 (8); the paper's z is 1 - z here, and it has no biases

Nicolas Ballas et al., Delving Deeper into Convolutional Networks for Learning Video Representations, 2016, section 3.
As in every framework the "convolution" is a correlation: the kernel is not turned.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, RESET_BEFORE, Cell, Drawn, Mistake, Relative, in_order, same
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
    state_shape = staticmethod(lambda x, weights: (len(x), *x.shape[2:4], weights.sizes["n"]))
    oriented = staticmethod(same)  # the kernel as it is used
    border: Any = "constant"  # zeros around the picture

    def convolved(self, x: NDArray, kernel: NDArray) -> NDArray:
        """Return x (B, H, W, m) under a kernel (k, k, m, n): (B, H, W, n)."""
        k, margin = len(kernel), (len(kernel) // 2,) * 2
        padded = np.pad(x, ((0, 0), margin, margin, (0, 0)), mode=self.border)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(1, 2))
        return np.tensordot(windows, self.oriented(kernel), axes=((3, 4, 5), (2, 0, 1)))

    def step(self, x: NDArray, h: NDArray, weights: ConvGRUWeights, **_inputs: NDArray) -> NDArray:
        """Return the state (B, H, W, n) after x (B, H, W, m)."""
        x_z, x_r, x_h = self.split(self.convolved(x, weights.kernel) + weights.bias)
        U_z, U_r, U_h = self.split(weights.recurrent_kernel)
        z, r = self.gate(self.signed(x_z + self.convolved(h, U_z))), self.gate(x_r + self.convolved(h, U_r))
        return self.mix(z, h, self.candidate(x_h, r, h, lambda a: self.convolved(a, U_h)))


def _draw(rng: np.random.Generator, *, batch: int, steps: int, width: int = 5, k: int = 3) -> Drawn:
    weights = ConvGRUWeights.draw(rng, 0.4, k=k, m=2, n=3)
    return rng.normal(size=(batch, steps, 4, width, 2)), weights, rng.normal(size=(batch, 4, width, 3)), {}


MISTAKES = (
    *COMMON,
    *RESET_BEFORE,
    Mistake("kernel turned, as a convolution of mathematics", {"oriented": lambda kernel: kernel[::-1, ::-1]}),
    Mistake("height and width of the kernel exchanged", {"oriented": lambda kernel: kernel.swapaxes(0, 1)}),
    Mistake("border repeated instead of zeros", {"border": "edge"}),
    Mistake("border continued on the other side instead of zeros", {"border": "wrap"}),
    Mistake("columns read in the order r, z, h", {"split": in_order(1, 0, 2)}),
)
SPECIALS = {"kernel of one": {"k": 1}, "kernel of five": {"k": 5}, "narrow": {"width": 1}}
CONV_GRU = Relative("conv-gru", ConvGRU, _draw, SPECIALS, MISTAKES)
