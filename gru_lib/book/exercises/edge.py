"""Exercises of the chapter *To the edge*."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise


def _bits_needed(tolerance: float = 0.01, steps: int = 10_000, z: float = 0.999, g: float = 0.5) -> int:
    """Return the fewest bits in which a state can be kept so that a slow unit arrives."""
    for bits in range(4, 32):
        unit, h = 1 / (2 ** (bits - 1) - 1), 0.0
        for _ in range(steps):
            h = round((z * h + (1 - z) * g) / unit) * unit
        if abs(h - g) < tolerance:
            return bits
    raise AssertionError("32 bits are enough")


def _product(x: NDArray, numbers: NDArray, scale: NDArray, kind: str = "int32") -> NDArray:
    return (x.astype(kind) @ numbers.astype(kind)) * scale


def _product_cases(rng: np.random.Generator) -> list[tuple]:
    return [
        (
            rng.integers(-127, 128, (4, rows)).astype("int8"),
            rng.integers(-127, 128, (rows, 6)).astype("int8"),
            rng.uniform(1e-3, 1e-2, 6),
        )
        for rows in (1, 8, 64)
    ]


def _table(a: NDArray, table: NDArray, reach: float) -> NDArray:
    place = (np.clip(a, -reach, reach) + reach) / (2 * reach) * (len(table) - 1)
    left = np.minimum(place.astype(int), len(table) - 2)
    share = place - left
    return (1 - share) * table[left] + share * table[left + 1]


def _nearest(a: NDArray, table: NDArray, reach: float) -> NDArray:
    place = (np.clip(a, -reach, reach) + reach) / (2 * reach) * (len(table) - 1)
    return table[np.round(place).astype(int)]


def _beyond(a: NDArray, table: NDArray, reach: float) -> NDArray:
    """Go on along the last piece."""
    inside = np.clip(a, -reach, reach)
    slope = (table[-1] - table[-2]) * (len(table) - 1) / (2 * reach)
    return _table(a, table, reach) + (a - inside) * slope


def _table_cases(rng: np.random.Generator) -> list[tuple]:
    def table(points: int, reach: float) -> NDArray:
        return 1 / (1 + np.exp(-np.linspace(-reach, reach, points)))

    return [(rng.normal(0, 6, 50), table(points, reach), reach) for points, reach in ((65, 8.0), (9, 4.0), (2, 1.0))]


EXERCISES = {
    "slow": ChoiceExercise(
        "c",
        why={
            "a": "there it would arrive with more bits; how far does the first step go, and what is it rounded to?",
            "b": "no step is half made: each is rounded to the nearest whole unit.",
            "d": "what is rounded to the nearest can fall below as well as above; here it falls every time.",
        },
        steps=("The first step makes 0.005 * 0.5 of zero. How many units of 1/127 is that?",),
    ),
    "bits": ValueExercise(
        _bits_needed(),
        hints={16: "with 16 bits it stops 0.015 before its aim."},
        steps=(
            "For b bits the unit is 1 / (2 ** (b - 1) - 1); round to a whole number of units after each step.",
            "It stops where (1 - z) * (g - h) is less than half a unit. How far is that from g?",
        ),
    ),
    "sums": FunctionExercise(
        _product,
        _product_cases,
        stub=partial(_product, kind="int8"),
        mistakes=[(partial(_product, kind="int16"), "three products of 127 * 127 no longer fit into 16 bits.")],
        steps=(
            "What is np.int8(100) * np.int8(2)?",
            "Widen the numbers before they are multiplied: x.astype(...) @ numbers.astype(...).",
        ),
    ),
    "table": FunctionExercise(
        _table,
        _table_cases,
        mistakes=[
            (_nearest, "that is the nearest entry; go along the line between two of them."),
            (_beyond, "beyond the reach the ends of the table hold."),
        ],
        tolerance=1e-6,
        steps=(
            "Cut a to the reach first. Then (a + reach) / (2 * reach) * (len(table) - 1) is its place in the table.",
            "The whole part of the place is the entry on the left, and the rest is the share of the one on the right.",
        ),
    ),
}
