"""Exercises of the chapter *From the GRU to today*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise

Pair = tuple[NDArray, NDArray]


def _scaled(z: NDArray, h: NDArray, gated: NDArray) -> NDArray:
    return z * h + np.sqrt(1 - z**2) * gated


def _switch(x: NDArray) -> Pair:
    return 1 - 2 * x, x


EXERCISES = {
    "flips": ChoiceExercise(
        "a",
        why={
            "b": "a candidate adds the same to every state; one that is large enough the other way keeps its sign.",
            "c": "near 0 is still not below 0: the state is forgotten, and not turned.",
        },
        steps=(
            "write each step as h' = a h + b, and look at a.",
            "with one key the delta rule is a blend with z = 1 - β.",
        ),
    ),
    "fades": ValueExercise(
        np.log(0.1) / np.log(0.98),
        tolerance=0.01,
        hints={45.0: "the state is multiplied, not diminished by 0.02 each time: 0.98 · 0.98 · …"},
        steps=("after t steps 0.98**t is left, whatever the bits were.", "t = ln 0.1 / ln 0.98."),
    ),
    "scaled": FunctionExercise(
        _scaled,
        lambda rng: [(rng.uniform(size=5), rng.normal(size=5), rng.normal(size=5)) for _ in range(3)],
        mistakes=[
            (lambda z, h, gated: z * h + (1 - z) * gated, "that is the GRU's blend, whose variance shrinks."),
            (lambda z, h, gated: z * h + (1 - z**2) * gated, "a variance is a square: take the root."),
        ],
        stub=lambda z, h, gated: z * h + np.sqrt(1 - z) * gated,
        steps=("the variance of a sum of independent parts: z² of the one, and how much of the other?",),
    ),
    "switch": FunctionExercise(
        _switch,
        lambda rng: [(rng.integers(0, 2, 12).astype(float),) for _ in range(3)],
        mistakes=[
            (lambda x: (1 - x, x), "a 1 should turn 1 into 0, but here it makes 1 of everything."),
            (lambda x: (np.ones_like(x), x), "that counts the ones; the parity has to come back to 0."),
        ],
        steps=("after a 1 the state should be 1 - h: what multiplies h, and what is added?", "after a 0 it stays."),
    ),
}
