"""Exercises of the chapter *GRU or LSTM?*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise


def _memory(c: NDArray, i: NDArray, f: NDArray, g: NDArray) -> NDArray:
    return f * c + i * g


def _complete(word: NDArray) -> NDArray:
    return np.cumsum(1 - 2 * word) == 0


EXERCISES = {
    "one-seed": ChoiceExercise(
        "b",
        why={
            "a": "the difference of two single runs varies more than either of them: by 0.02 · √2, here.",
            "c": "that they are equal is not shown either: one pair of runs can show neither.",
        },
        steps=("how much does the difference of two numbers vary, if each varies by 0.02?",),
    ),
    "equal-parameters": ValueExercise(
        149.0,
        tolerance=1e-9,
        hints={
            150.0: "a GRU of Keras has two rows of biases, an LSTM one.",
            128.0: "those are equal units.",
            171.0: "4/3 of the units would be 16/9 of the recurrent weights.",
        },
        steps=(
            "an LSTM has 4 n (m + n + 1) weights, a GRU 3 n (m + n + 2); both have k (n + 1) in the dense layer.",
            "try the numbers from 128 on, and keep the one whose sum is nearest.",
        ),
    ),
    "memory": FunctionExercise(
        _memory,
        lambda rng: [(3 * rng.normal(size=4), *rng.uniform(size=(2, 4)), rng.uniform(-1, 1, 4)) for _ in range(3)],
        mistakes=[
            (
                lambda c, i, f, g: i * c + f * g,
                "the forget gate belongs to what is old, the input gate to what is new.",
            ),
            (lambda c, i, f, g: np.tanh(f * c + i * g), "a tanh would bound it; that comes on the way out, into h."),
        ],
        stub=lambda c, i, f, g: f * c + (1 - f) * g,
        steps=("which gate has no part in it?", "with f and i at 1 the memory must be able to grow."),
    ),
    "complete": FunctionExercise(
        _complete,
        lambda rng: [(rng.integers(0, 2, 12),) for _ in range(4)] + [(np.repeat([0, 1], 300),)],
        mistakes=[
            (
                lambda word: np.cumsum(word) == np.sum(1 - word),
                "it knows all the a before it has read them; a step sees the past alone.",
            ),
            (lambda word: np.cumsum(1 - 2 * word) <= 0, "with more b than a a word is not complete."),
        ],
        steps=("one number is enough: up at each a, down at each b.", "what is the number when a word is complete?"),
    ),
}
