"""The size of a problem."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Shape:
    """A batch of B sequences of T steps of m features, and n units.

    Examples
    --------
    >>> Shape.parse("64x28x28x64")
    Shape(batch=64, steps=28, features=28, units=64)
    """

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


# The recipes of three sources, and one in which the matrix products outweigh everything else.
SHAPES = {
    "source 1": Shape(64, 28, 28, 64),
    "source 5": Shape(32, 100, 1, 50),
    "source 2": Shape(100, 300, 1, 50),
    "large": Shape(256, 100, 128, 512),
}
