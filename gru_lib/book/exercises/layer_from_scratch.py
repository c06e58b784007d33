"""Exercises of the chapter *The layer from scratch*."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise
from gru_lib.scratch import sigmoid

TOLERANCE = 1e-5  # an answer may compute in 32 bits


def _minimal(
    x_t: NDArray, h: NDArray, kernel: NDArray, recurrent_kernel: NDArray, bias: NDArray, mistake: str = ""
) -> NDArray:
    """Return the next state; "after", "none" and "exchanged" are mistakes."""
    x_f, x_h = np.split(x_t @ kernel + bias, 2, axis=-1)
    U_f, U_h = np.split(recurrent_kernel, 2, axis=-1)
    f = sigmoid(x_f + h @ U_f)
    past = {"after": f * (h @ U_h), "none": h @ U_h}.get(mistake, (f * h) @ U_h)
    g = np.tanh(x_h + past)
    return (1 - f) * h + f * g if mistake == "exchanged" else f * h + (1 - f) * g


def _minimal_cases(rng: np.random.Generator) -> list[tuple]:
    cases = []
    for batch, m, n in ((2, 3, 4), (5, 1, 2)):
        weights = (m, 2 * n), (n, 2 * n), (2 * n,)
        drawn = rng.normal(size=(batch, m)), rng.uniform(-1, 1, (batch, n)), *map(rng.standard_normal, weights)
        cases.append(tuple(array.astype("float32") for array in drawn))
    return cases


def _mean(x_t: NDArray, mean: NDArray, count: NDArray) -> tuple[NDArray, NDArray]:
    return mean + (x_t - mean) / (count + 1), count + 1


def _mean_cases(rng: np.random.Generator) -> list[tuple]:
    """Draw inputs and means; the counts differ from row to row, as a mask makes them."""
    inputs, means = rng.normal(size=(2, 4, 1)).astype("float32")
    counts = np.array([[0], [1], [4], [9]], "float32")
    return [(inputs, means * (counts > 0), counts)]


def _same(units: int, leak: float, dropout: float) -> tuple[float, ...]:
    return units, leak, dropout


def _leak_lost(units: int, leak: float, dropout: float) -> tuple[float, ...]:  # noqa: ARG001
    return units, 0.0, dropout


EXERCISES = {
    "padding-first": ChoiceExercise(
        solution="c",
        why={
            "a": "that is what it should return; follow the attribute `count` through the masked step.",
            "b": "RNN throws the state of the masked step away, so the 2 is forgotten; what is not?",
        },
        steps=("RNN calls the cell at a masked step too, and then keeps the old state.",),
    ),
    "minimal": FunctionExercise(
        _minimal,
        _minimal_cases,
        mistakes=[
            (
                partial(_minimal, mistake="after"),
                "f acts on the state before the product with U_h; that needs two products.",
            ),
            (partial(_minimal, mistake="exchanged"), "f = 1 keeps the old state here, as z = 1 does in this book."),
            (partial(_minimal, mistake="none"), "the candidate sees f * h, not h."),
        ],
        tolerance=TOLERANCE,
    ),
    "mean": FunctionExercise(
        _mean,
        _mean_cases,
        mistakes=[
            (
                lambda x_t, mean, count: (mean + (x_t - mean) / (count + 1), count),
                "the count must grow, or every input is taken for the first.",
            ),
            (
                lambda x_t, mean, count: (_mean(x_t, mean, count)[0], 0 * count + count.max() + 1),
                "each sequence has a count of its own; a mask may have stopped one and not the other.",
            ),
            (
                lambda x_t, mean, count: ((mean + x_t) / 2, count + 1),
                "half and half forgets: after k inputs the old mean has the weight k / (k + 1).",
            ),
        ],
        tolerance=TOLERANCE,
    ),
    "config": FunctionExercise(
        _same,
        lambda rng: [(int(rng.integers(2, 9)), 0.25, 0.5), (3, 0.75, 0.125)],
        mistakes=[
            (
                lambda units, leak, dropout: (units, leak, 0.0),
                "the cell's other arguments are lost; begin with super().get_config().",
            ),
        ],
        stub=_leak_lost,
        steps=(
            "compare what went in with what came back.",
            "a copy is made from what get_config returns; print it, and look for `leak`.",
        ),
    ),
}
