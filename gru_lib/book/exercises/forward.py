"""Exercises of the chapter *Compute a GRU forward, from scratch*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise
from gru_lib.scratch import sigmoid


def _blend(z: NDArray, h: NDArray, g: NDArray) -> NDArray:
    return z * h + (1 - z) * g


def _blend_cases(rng: np.random.Generator) -> list[tuple]:
    return [(sigmoid(rng.normal(size=(3, 4))), *rng.uniform(-1, 1, size=(2, 3, 4))) for _ in range(3)]


def _carry(h: NDArray, h_new: NDArray, keep: NDArray) -> NDArray:
    return np.where(keep[:, None], h_new, h)


def _carry_cases(rng: np.random.Generator) -> list[tuple]:
    return [(*rng.normal(size=(2, 4, 3)), rng.random(4) < 0.5) for _ in range(3)]


EXERCISES = {
    "blend": FunctionExercise(
        _blend,
        _blend_cases,
        mistakes=[
            (lambda z, h, g: (1 - z) * h + z * g, "z and 1 - z are exchanged; in this book z = 1 keeps the past."),
            (lambda z, h, g: z * h + z * g, "the candidate's share is 1 - z, so that the two shares add up to 1."),
        ],
    ),
    "mask": FunctionExercise(
        _carry,
        _carry_cases,
        mistakes=[
            (
                lambda h, h_new, keep: np.where(keep[:, None], h, h_new),
                "True marks a real step, where the state moves.",
            ),
            (lambda h, h_new, keep: np.where(keep[:, None], h_new, 0), "a masked step keeps the old state, not zero."),
        ],
    ),
    "products": ValueExercise(
        56,
        hints={
            168: "that is three products a step; put the three kernels side by side and one product does.",
            29: "the recurrent product cannot be hoisted: it needs the state of the step before.",
            28: "count the input product too, once a step here.",
        },
    ),
}
