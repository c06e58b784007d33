"""What is computed: a cell on a shape, in one of four modes; and its numbers, the same for every implementation."""

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.initializers import glorot_uniform, orthogonal

CELLS = {"GRU": 3, "LSTM": 4, "SimpleRNN": 1}  # and how many blocks of n columns their kernels have
MODES = ("train", "last", "forward", "step")


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


@dataclass(frozen=True)
class Task:
    """What every implementation has to do.

    Attributes
    ----------
    shape : Shape
    cell : str
        "GRU", "LSTM" or "SimpleRNN".
    mode : str
        - "train": forward, and back from a gradient at every state to weights, inputs and the initial state.
        - "last": the same of a layer that returns its last state only, as the sources train.
        - "forward": that alone.
        - "step": one step of inference, which begins in the state that the one before it left; T must be 1.
    threads : int

    Raises
    ------
    ValueError
        If a cell or mode is unknown, or "step" is given more than one step.
    """

    shape: Shape
    cell: str = "GRU"
    mode: str = "train"
    threads: int = 1

    def __post_init__(self) -> None:
        for name, value, known in (("cell", self.cell, CELLS), ("mode", self.mode, MODES)):
            if value not in known:
                raise ValueError(f"{name} is {value!r}; expected one of {', '.join(known)}")
        if self.mode == "step" and self.shape.steps != 1:
            raise ValueError(f"shape is {self.shape}, with {self.shape.steps} steps; mode 'step' expected 1")

    def __str__(self) -> str:
        return f"{self.shape} {self.cell} {self.mode}"


@dataclass(frozen=True, eq=False)
class Problem:
    """The numbers of a task, in float32, and the device ("cpu" or "gpu") that is to hold them."""

    task: Task
    device: str
    x: NDArray  # (B, T, m)
    weights: list[NDArray]  # kernel, recurrent kernel, bias, as Keras has them
    state: list[NDArray]  # (B, n) zeros; an LSTM has two
    grad: NDArray  # of the loss with respect to the layer's output: (B, T, n), with "last" (B, n)


def draw_problem(task: Task, device: str = "cpu") -> Problem:
    """Return the problem of a task; weights as Keras draws them, but with biases that are not zero."""
    rng, shape = np.random.default_rng(0), task.shape
    n, columns = shape.units, CELLS[task.cell] * shape.units

    def normal(*size: int) -> Any:
        return rng.normal(size=size).astype(np.float32)

    kernels = [glorot_uniform(shape.features, columns, rng), orthogonal(n, columns, rng)]
    bias = 0.1 * normal(*((2, columns) if task.cell == "GRU" else (columns,)))
    x, grad = normal(shape.batch, shape.steps, shape.features), normal(shape.batch, shape.steps, n)
    return Problem(
        task,
        device,
        x,
        [*(kernel.astype(np.float32) for kernel in kernels), bias],
        [np.zeros((shape.batch, n), np.float32) for _ in range(2 if task.cell == "LSTM" else 1)],
        grad[:, -1].copy() if task.mode == "last" else grad,
    )
