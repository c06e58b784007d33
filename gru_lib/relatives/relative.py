"""What a relative of the GRU consists of: a reference in exchangeable parts, random cases, known mistakes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MethodType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gru_lib.conformance.mutants.forward import Variant
from gru_lib.relatives.weights import Weights
from gru_lib.scratch import sigmoid
from gru_lib.scratch.checks import float_array, same_shape

Arrays = dict[str, NDArray]
Drawn = tuple[NDArray, Any, NDArray, Arrays]  # x, weights, h0, further inputs


def same(a: NDArray, *_others: NDArray) -> NDArray:
    """Return what comes: a part in which nothing is to be done, and something can go wrong."""
    return a


class Cell(Variant):
    """One step of a relative; mistakes exchange its parts."""

    axes: ClassVar[str] = "B, T, m"
    initial = staticmethod(same)  # a given initial state as it is used, from it and x
    start = staticmethod(same)  # the initial state where none is given, from zeros
    order = staticmethod(same)  # the states in the order in which they leave
    gate = staticmethod(sigmoid)
    signed = staticmethod(same)  # the sum of z; negated where z = 1 takes the new state
    split = staticmethod(lambda columns: np.split(columns, 3, axis=-1))  # into those of z, r and h
    mix = staticmethod(lambda z, h, g: z * h + (1 - z) * g)  # z = 1 keeps the past
    candidate = staticmethod(lambda x_h, r, h, product: np.tanh(x_h + product(r * h)))  # reset before
    state_shape = staticmethod(lambda x, weights: (len(x), weights.sizes["n"]))

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        if "run" in parts:  # what takes the place of a method is one
            self.run = MethodType(parts["run"], self)  # type: ignore[method-assign]

    def step(self, x: NDArray, h: NDArray, weights: Any, **inputs: NDArray) -> NDArray:
        """Return the state after a step; `inputs` are those of this step."""
        raise NotImplementedError

    def run(self, x: NDArray, weights: Any, *, h0: NDArray | None = None, **inputs: NDArray) -> NDArray:
        """Return the states (B, T, ...); `inputs` are (B, T, ...) too."""
        h = self.start(np.zeros(self.state_shape(x, weights), x.dtype)) if h0 is None else self.initial(h0, x)
        states = []
        for t in range(x.shape[1]):
            h = self.step(x[:, t], h, weights, **{name: value[:, t] for name, value in inputs.items()})
            states.append(h)
        return self.order(np.stack(states, axis=1))


@dataclass(frozen=True)
class Mistake:
    """A mistake: what is wrong, in plain words; the exchanged parts; where on GitHub it was made, if that is known.

    `convention` tells that it may be meant: then the other `update` is right.
    """

    name: str
    parts: Mapping[str, Any]
    place: str = ""
    convention: bool = False

    @property
    def source(self) -> str:
        """Address of the public page where it was made, if that is known."""
        return self.place and f"https://github.com/{self.place}"

    def __and__(self, other: "Mistake") -> "Mistake":
        """Return both at once."""
        name, parts = f"{self.name}; and {other.name}", {**self.parts, **other.parts}
        return Mistake(name, parts, self.place or other.place, self.convention or other.convention)


COMMON = (
    Mistake("z inverted: z = 1 takes the new state", {"mix": lambda z, h, g: (1 - z) * h + z * g}, convention=True),
    Mistake("hard sigmoid a / 6 + 0.5 in the gates", {"gate": lambda a: np.clip(a / 6 + 0.5, 0, 1)}),
    Mistake("initial state ignored", {"initial": lambda h0, _x: 0 * h0}),
    Mistake("states returned in reverse time", {"order": lambda states: states[:, ::-1]}, "zhiyongc/GRU-D/issues/5"),
)
NEVER = {"candidate": lambda x_h, _r, h, product: np.tanh(x_h + product(h))}
AFTER = {"candidate": lambda x_h, r, h, product: np.tanh(x_h + r * product(h))}
RESET_BEFORE = (
    Mistake("reset gate never applied", NEVER, "zhiyongc/GRU-D/issues/2"),
    Mistake("reset after the product", AFTER, "WenjieDu/PyPOTS/blob/main/pypots/nn/modules/grud/backbone.py"),
)


def in_order(*order: int) -> Callable[[NDArray], list[NDArray]]:
    """Return a way to read three blocks of columns in another order."""
    return lambda a: [np.split(a, 3, axis=-1)[i] for i in order]


@dataclass(frozen=True, eq=False)
class RelativeCase:
    """Arguments of a relative, and in words what is special about them."""

    words: tuple[str, ...]
    x: NDArray
    weights: Weights
    options: Arrays

    @property
    def features(self) -> set[str]:
        """What failing cases may have in common."""
        sizes = zip(("row", "step"), self.x.shape[:2], strict=True)
        return {*self.words, *(f"one {what}" if size == 1 else f"more than one {what}" for what, size in sizes)}

    def arrays(self) -> Arrays:
        """Return what there is, by name."""
        return {"x": self.x, **self.options, **{f"weights.{name}": a for name, a in vars(self.weights).items()}}

    def without(self, names: Iterable[str]) -> "RelativeCase":
        """Return a case in which these weights have no effect."""
        return replace(self, weights=self.weights.without(names))

    def cast(self, dtype: DTypeLike) -> "RelativeCase":
        """Return a copy in another precision."""
        weights = replace(self.weights, **{name: array.astype(dtype) for name, array in vars(self.weights).items()})
        options = {name: array.astype(dtype) for name, array in self.options.items()}
        return RelativeCase(self.words, self.x.astype(dtype), weights, options)


@dataclass(frozen=True)
class Relative:
    """A relative of the GRU: its reference, random arguments in float64 for it, and what may be wrong.

    `draw` takes rng, batch, steps and one of `specials`: what only this relative has to be tried with, by words.
    """

    name: str
    cell: type[Cell]
    draw: Callable[..., Drawn]
    specials: Mapping[str, Mapping[str, Any]]
    mistakes: tuple[Mistake, ...]

    def overwriting(self) -> "Relative":
        """Return the relative in which z = 1 takes the new state."""
        return replace(self, cell=type(self.cell.__name__, (self.cell,), {"signed": staticmethod(np.negative)}))

    def forward(self, x: NDArray, weights: Any, *, h0: NDArray | None = None, **inputs: NDArray) -> NDArray:
        """Return the states (B, T, ...) of the reference for x (B, T, ...); ValueError if a shape does not fit."""
        float_array("x", x, self.cell.axes.count(",") + 1)
        same_shape("x", x, (*x.shape[:-1], weights.sizes["m"]), self.cell.axes)
        if h0 is not None:
            same_shape("h0", h0, self.cell.state_shape(x, weights), "the shape of a state")
        for name, value in inputs.items():
            same_shape(name, value, x.shape, "as x")
        return self.cell().run(x, weights, h0=h0, **inputs)

    def cases(self) -> list[RelativeCase]:
        """Return the cases, the same ones every time."""
        plans: dict[str, Mapping[str, Any]] = {"plain": {}, "one row": {"batch": 1}, "one step": {"steps": 1}}
        plans |= {"long": {"steps": 60}, **self.specials}
        cases = []
        for seed, ((words, given), start) in enumerate(product(plans.items(), ("h0", "no h0"))):
            x, weights, h0, inputs = self.draw(np.random.default_rng(seed), **{"batch": 3, "steps": 5} | dict(given))
            cases.append(RelativeCase((words, start), x, weights, inputs | ({"h0": h0} if start == "h0" else {})))
        return cases


def vectors(kind: type[Weights], shaped: Callable[..., NDArray] = same, **usual: Any) -> Callable[..., Drawn]:
    """Return what draws x (B, T, m), h0 (B, n), and weights times `scale`."""

    def draw(rng: np.random.Generator, *, batch: int, steps: int, **given: Any) -> Drawn:
        sizes = usual | given
        weights = kind.draw(rng, sizes.pop("scale", 1.0), **sizes)
        h0 = shaped(rng.normal(size=(batch, sizes["n"] * sizes.get("k", 1))))
        return rng.normal(size=(batch, steps, sizes["m"])), weights, h0, {}

    return draw
