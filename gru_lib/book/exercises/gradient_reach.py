"""Exercises of the chapter *How far a gradient reaches*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward


def _clip(row: NDArray, longest: float) -> NDArray:
    length = np.linalg.norm(row.astype(np.float64))
    return row * min(1, longest / length)


def _overflowing(row: NDArray, longest: float) -> NDArray:
    with np.errstate(all="ignore"):
        length = np.sqrt(np.sum(row**2))
    return row * min(1, longest / length)


def _clip_cases(rng: np.random.Generator) -> list[tuple]:
    sizes = (1e-3, 1.0, 1e20, 3e25)
    return [((size * rng.normal(size=7)).astype(np.float32), 2.0) for size in sizes]


def _felt(weights: GRUWeights, x: NDArray, everywhere: bool = False) -> NDArray:
    states, cache = gru_forward(x, weights)
    grad_states = np.full_like(states, float(everywhere))
    grad_states[:, -1] = 1
    return np.linalg.norm(gru_backward(grad_states, cache).x[0], axis=1)


def _felt_cases(rng: np.random.Generator) -> list[tuple]:
    sizes = ((2, 3, 6), (1, 4, 9), (3, 5, 7))  # m, n, T
    return [(GRUWeights.init(m, n, rng=rng, dtype=np.float64), rng.normal(size=(1, steps, m))) for m, n, steps in sizes]


EXERCISES = {
    "further": ChoiceExercise(
        solution="b",
        why={
            "a": "a straight line on a logarithmic axis multiplies by the same number again and again.",
            "c": "that would be a factor of 1/e for every step; here ten steps cost a factor of 0.3.",
            "d": "the network is the same, but there are four times as many factors.",
        },
        steps=("How often do ten steps go into forty?", "Multiply by 0.3 once for every ten steps."),
    ),
    "lesson": ChoiceExercise(
        solution="c",
        why={
            "a": "measure it: what holds for ten steps can hold for sixty.",
            "b": "measure it: the reach before is tiny, so there is much room above it.",
            "d": "measure it: the network has learnt to hold something, and the gradient follows.",
        },
        steps=(
            "`model, seeded = model_of(fresh_gru, 0, seed=0)`, then `reach_of(model, 60)`.",
            "`train(model, 10, seeded, Adam(0.01), 200)` changes the model in place.",
        ),
    ),
    "clip": FunctionExercise(
        _clip,
        _clip_cases,
        stub=_overflowing,
        mistakes=[
            (
                lambda row, longest: row * (longest / np.linalg.norm(row.astype(np.float64))),
                "a gradient that is short enough must stay as it is.",
            ),
            (
                lambda row, longest: np.clip(row, -longest, longest),
                "this cuts every number by itself, which changes the direction.",
            ),
        ],
        steps=("Print `length` for `np.full(7, 1e20, np.float32)`.", "What is the largest number of 32 bits?"),
    ),
    "felt": FunctionExercise(
        _felt,
        _felt_cases,
        mistakes=[
            (
                lambda weights, x: _felt(weights, x, everywhere=True),
                "this asks for the states of all steps; the loss sees the last one only.",
            ),
            (lambda weights, x: _felt(weights, x)[::-1], "the order of the steps is that of the input: first to last."),
        ],
        steps=(
            "`gru_backward` wants a gradient for every state; only that of the last step is not zero.",
            "The attribute `.x` of what it returns has the shape of the input.",
        ),
    ),
}
