"""Exercises of the refresher *Shapes and broadcasting*."""

import numpy as np

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise

EXERCISES = {
    "lined-up": ChoiceExercise(
        "b",
        {
            "a": "sizes of 1 are repeated, and a missing axis is added on the left.",
            "c": "shapes are lined up from the right: 4 meets 4, and 1 meets 5.",
            "d": "a size of 1 is repeated until it fits, so no 1 is left here.",
        },
    ),
    "mean-error": FunctionExercise(
        lambda predicted, target: np.abs(predicted[:, 0] - target).mean(),
        lambda rng: [(rng.normal(size=(B, 1)), rng.normal(size=B)) for B in (3, 7)],
        stub=lambda predicted, target: np.abs(predicted - target).mean(),
        steps=("print the shape of `predicted - target`.", "it should be (B,): take the only column of `predicted`."),
    ),
    "keep-real": FunctionExercise(
        lambda new, old, mask: np.where(mask[:, None], new, old),
        lambda rng: [(*rng.uniform(-1, 1, size=(2, 4, n)), rng.random(4) < 0.5) for n in (3, 4)],
        steps=("`np.where(mask, new, old)` would need a mask (B, 1).",),
    ),
}
