"""Exercises of the refresher *The chain rule with matrices*."""

import numpy as np

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise

EXERCISES = {
    "two-slopes": ValueExercise(
        1.0,
        hints={4.0: "the sigmoid has a slope too, 1/4 at zero.", 0.25: "the inner function has the slope 4."},
    ),
    "forgotten-slope": FunctionExercise(
        lambda x, W, delta: x.T @ (delta * (1 - np.tanh(x @ W) ** 2)),
        lambda rng: [tuple(rng.normal(size=shape) for shape in ((4, 3), (3, 2), (4, 2))) for _ in range(2)],
        stub=lambda x, W, delta: x.T @ delta,
        steps=("for which function would this gradient be right?", "what tanh does to `delta` comes before `x.T`."),
    ),
}
