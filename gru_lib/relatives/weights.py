"""The weights of a relative: arrays by name, whose annotations say what shape they have."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Self, get_type_hints

import numpy as np

from gru_lib.scratch.checks import float_array, same_shape

TERM = re.compile(r"(\d*)([a-z])")  # such as the 3n of n+3m


@dataclass(frozen=True, eq=False)
class Weights:
    """Arrays annotated with their shapes, such as "m 3n"; ValueError if these do not fit together."""

    @classmethod
    @cache
    def axes(cls) -> dict[str, list[str]]:
        """Return the lengths of the axes of every array as they are annotated."""
        hints = get_type_hints(cls, include_extras=True)
        return {each.name: hints[each.name].__metadata__[0].split() for each in fields(cls)}

    @property
    def sizes(self) -> dict[str, int]:
        """What m, n, … are: the first axis with an unknown letter shows it."""
        sizes: dict[str, int] = {}
        for name, axes in self.axes().items():
            array = float_array(name, getattr(self, name), len(axes))
            for axis, length in zip(axes, array.shape, strict=True):
                for factor, letter in TERM.findall(axis):
                    if letter not in sizes:
                        sizes[letter] = (length - _length(axis, {**sizes, letter: 0})) // int(factor or 1)
        return sizes

    def __post_init__(self) -> None:
        sizes = self.sizes
        why = ", ".join(f"{letter} = {size}" for letter, size in sizes.items())
        for name, axes in self.axes().items():
            same_shape(name, getattr(self, name), tuple(_length(axis, sizes) for axis in axes), why)

    @classmethod
    def draw(cls, rng: np.random.Generator, scale: float = 1.0, **sizes: int) -> Self:
        """Draw normal arrays of these sizes."""
        shapes = {name: [_length(axis, sizes) for axis in axes] for name, axes in cls.axes().items()}
        return cls(**{name: scale * rng.normal(size=shape) for name, shape in shapes.items()})

    def without(self, names: Iterable[str]) -> Self:
        """Return what is left if these have no effect: they are 0, and a gain is 1."""
        return replace(self, **{name: np.full_like(getattr(self, name), name.startswith("gain")) for name in names})


def _length(axis: str, sizes: Mapping[str, int]) -> int:
    """Return what an axis such as "n+3m" comes to."""
    return sum(int(factor or 1) * sizes[letter] for factor, letter in TERM.findall(axis))
