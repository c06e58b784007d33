"""What a relative of the GRU consists of: a reference in exchangeable parts, random cases, known mistakes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.mutants.forward import Variant

Arrays = dict[str, NDArray]


class Cell(Variant):
    """One step of a relative; mistakes exchange its parts. `weights` are arrays by name."""

    @staticmethod
    def initial(h0: NDArray) -> NDArray:
        """Return the initial state as it is used."""
        return h0

    @staticmethod
    def order(states: NDArray) -> NDArray:
        """Return the states in the order in which they leave."""
        return states

    def start(self, x: NDArray, weights: Mapping[str, NDArray]) -> NDArray:
        """Return the state before the first step."""
        raise NotImplementedError

    def step(self, x: NDArray, h: NDArray, weights: Mapping[str, NDArray], **inputs: NDArray) -> NDArray:
        """Return the state after a step; `inputs` are those of this step."""
        raise NotImplementedError

    def prepared(self, x: NDArray, weights: Mapping[str, NDArray], inputs: Arrays) -> tuple[NDArray, Arrays]:  # noqa: ARG002
        """Return what the steps are handed, (B, T, ...) each."""
        return x, inputs

    def run(
        self, x: NDArray, weights: Mapping[str, NDArray], *, h0: NDArray | None = None, **inputs: NDArray
    ) -> NDArray:
        """Return the states (B, T, ...) for x (B, T, ...)."""
        h = self.start(x, weights) if h0 is None else self.initial(h0)
        x, inputs = self.prepared(x, weights, inputs)
        states = []
        for t in range(x.shape[1]):
            h = self.step(x[:, t], h, weights, **{name: value[:, t] for name, value in inputs.items()})
            states.append(h)
        return self.order(np.stack(states, axis=1))


@dataclass(frozen=True)
class Mistake:
    """A mistake: what is wrong, in plain words; the exchanged parts; where it happened, if there is a public page."""

    name: str
    parts: Mapping[str, Callable]
    source: str | None = None


COMMON = (
    Mistake("initial state ignored", {"initial": lambda h0: 0 * h0}),
    Mistake(
        "states returned in reverse time",
        {"order": lambda states: states[:, ::-1]},
        "https://github.com/zhiyongc/GRU-D/issues/5",
    ),
)


@dataclass(frozen=True)
class RelativeCase:
    """Arguments of a relative, and in words what is special about them."""

    name: str
    x: NDArray
    weights: Arrays
    h0: NDArray | None
    inputs: Arrays = field(default_factory=dict)

    def call(self, function: Callable[..., Any]) -> Any:
        """Return the answer of a function to copies of the arguments."""
        inputs = {name: value.copy() for name, value in self.inputs.items()}
        weights = {name: value.copy() for name, value in self.weights.items()}
        return function(self.x.copy(), weights, h0=None if self.h0 is None else self.h0.copy(), **inputs)


@dataclass(frozen=True)
class Relative:
    """A relative of the GRU.

    Attributes
    ----------
    name : str
    cell : type of Cell
        The reference: ``cell().run(x, weights, h0=None, **inputs)`` returns the states.
    draw : (rng, batch, steps, **special) -> (x, weights, h0, inputs)
        Random arguments in float64.
    specials : mapping from words to what `draw` is handed
        What only this relative has to be tried with.
    mistakes : tuple of Mistake
    """

    name: str
    cell: type[Cell]
    draw: Callable[..., tuple[NDArray, Arrays, NDArray, Arrays]]
    specials: Mapping[str, Mapping[str, Any]]
    mistakes: tuple[Mistake, ...]

    def cases(self) -> list[RelativeCase]:
        """Return the cases, the same ones every time."""
        plans: dict[str, Mapping[str, Any]] = {"": {}, "one row, ": {"batch": 1}, "one step, ": {"steps": 1}}
        plans |= {"long, ": {"steps": 60}, **{f"{words}, ": given for words, given in self.specials.items()}}
        cases = []
        for seed, ((words, given), start) in enumerate(product(plans.items(), ("h0", "no h0"))):
            arguments = {"batch": 3, "steps": 5} | dict(given)
            x, weights, h0, inputs = self.draw(np.random.default_rng(seed), **arguments)
            cases.append(RelativeCase(words + start, x, weights, h0 if start == "h0" else None, inputs))
        return cases


def normal(rng: np.random.Generator, scale: float = 1.0, **shapes: tuple[int, ...]) -> Arrays:
    """Draw arrays by name."""
    return {name: scale * rng.normal(size=shape) for name, shape in shapes.items()}
