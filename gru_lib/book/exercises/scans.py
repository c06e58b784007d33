"""Exercises of the chapter *All steps at once*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise


def _both(h: NDArray, A_1: NDArray, b_1: NDArray, A_2: NDArray, b_2: NDArray) -> NDArray:
    return (h @ A_1 + b_1) @ A_2 + b_2


def _cases(rng: np.random.Generator) -> list[tuple]:
    shapes = (3,), (3, 3), (3,), (3, 3), (3,)
    return [tuple(rng.normal(size=shape) for shape in shapes) for _ in range(3)]


EXERCISES = {
    "rounds": ValueExercise(
        20,
        hints={
            19: "2**19 is 524,288, so the last steps do not reach the first.",
            6: "the reach doubles; it does not grow by ten.",
        },
        steps=("after r rounds a box reaches back 2**r steps.", "the smallest r with 2**r of at least a million."),
    ),
    "bfloat16": ValueExercise(
        np.exp(8),
        tolerance=1e-3,
        hints={
            np.exp(16): "half the distance between two neighbours is the best case.",
            8.0: "that is the error of the logarithm.",
        },
        steps=("rounding is off by 8 at most.", "log(c h) = log(c) + log(h): what c makes a difference of 8?"),
    ),
    "join-matrices": FunctionExercise(
        _both,
        _cases,
        mistakes=[
            (lambda h, A_1, b_1, A_2, b_2: h @ (A_1 @ A_2) + b_1 + b_2, "the earlier b goes through the later step."),
        ],
        stub=lambda h, A_1, b_1, A_2, b_2: h @ (A_2 @ A_1) + b_1 @ A_2 + b_2,
        steps=("write out (h @ A_1 + b_1) @ A_2 + b_2.", "which matrix does h meet first?"),
    ),
    "running-maximum": FunctionExercise(
        np.maximum.accumulate,
        lambda rng: [(rng.normal(size=size),) for size in (1, 2, 7, 40)],
        mistakes=[(lambda x: np.full_like(x, x.max()), "each place may look back only, not ahead.")],
        steps=("what `join` does to two boxes, the larger of two numbers does here.", "distance 1, 2, 4, …"),
    ),
}
