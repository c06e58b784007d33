"""What is computed: the size of a problem, and its numbers, the same ones for every peer."""

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch import GRUWeights


@dataclass(frozen=True)
class Shape:
    """A batch of B sequences of T steps of m features, and n units."""

    batch: int
    steps: int
    features: int
    units: int

    def __post_init__(self) -> None:
        if any(size < 1 for size in astuple(self)):
            raise ValueError(f"shape is {self}; expected four integers of at least 1")

    def __str__(self) -> str:
        return "x".join(map(str, astuple(self)))

    @classmethod
    def parse(cls, text: str) -> "Shape":
        """Read "64x28x28x64", or raise ValueError."""
        parts = text.replace("×", "x").split("x")
        if len(parts) != 4 or not all(part.isdecimal() for part in parts):
            raise ValueError(f"shape is {text!r}; expected batch x steps x features x units, such as 64x28x28x64")
        return cls(*map(int, parts))

    @property
    def products(self) -> int:
        """Multiplications in the matrix products of one training step: forward, and twice that backward."""
        return 3 * self.batch * self.steps * 3 * self.units * (self.features + self.units)


@dataclass(frozen=True, eq=False)
class Problem:
    """Inputs, weights and the gradient of the loss with respect to the states, in float32."""

    x: NDArray
    weights: GRUWeights
    grad: NDArray


def draw(shape: Shape) -> Problem:
    """Return the problem of a shape; weights as Keras draws them, but with biases that are not zero."""
    rng = np.random.default_rng(0)

    def normal(*size: int) -> Any:
        return rng.normal(size=size).astype(np.float32)

    fresh = GRUWeights.init(shape.features, shape.units, rng=rng, dtype=np.float32)
    weights = GRUWeights(fresh.kernel, fresh.recurrent_kernel, 0.1 * normal(2, 3 * shape.units))
    x = normal(shape.batch, shape.steps, shape.features)
    return Problem(x, weights, normal(shape.batch, shape.steps, shape.units))


# The recipes of three sources, and one in which the matrix products outweigh everything else.
SHAPES = {
    "source 1": Shape(64, 28, 28, 64),
    "source 5": Shape(32, 100, 1, 50),
    "source 2": Shape(100, 300, 1, 50),
    "large": Shape(256, 100, 128, 512),
}
