"""Exercises of the chapter *Encoder and decoder*."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise

Step = Callable[[int, NDArray], tuple[NDArray, NDArray]]


def _weights(score: NDArray, there: NDArray) -> NDArray:
    p = np.where(there, np.exp(score - score[there].max()), 0)
    return p / p.sum()


def _late_mask(score: NDArray, there: NDArray) -> NDArray:
    p = np.exp(score - score.max())
    return np.where(there, p / p.sum(), 0)


def _write(step: Step, state: NDArray, mark: int, longest: int, *, keeps: bool = True, shows: bool = False) -> NDArray:
    written: list[int] = []
    symbol = mark
    while len(written) < longest:
        score, new = step(symbol, state)
        state = new if keeps else state
        symbol = int(score.argmax())
        if symbol == mark:
            return np.array([*written, mark] if shows else written)
        written.append(symbol)
    return np.array(written)


def _score_cases(rng: np.random.Generator) -> list[tuple]:
    masks = (np.arange(5) < length for length in (5, 3, 1))
    return [(rng.normal(size=5), there) for there in masks] + [(np.array([1.0, 30.0]), np.array([True, False]))]


def _writing_cases(rng: np.random.Generator) -> list[tuple]:
    """Make up a decoder that counts in its state and reads its last symbol; it stops by itself or is stopped."""
    from_symbol, from_count = rng.normal(size=(4, 4)), rng.normal(size=(9, 4))
    from_count[:4, 3], from_count[5:, 3] = -9, 9  # symbol 3, the mark, comes after five others

    def step(symbol: int, state: NDArray) -> tuple[NDArray, NDArray]:
        return from_symbol[symbol] + from_count[min(int(state), 8)], state + 1

    return [(step, np.array(0), 3, longest) for longest in (20, 4, 0)]


EXERCISES = {
    "no-choice": ChoiceExercise(
        "b",
        why={
            "a": "the softmax of equal scores is not zero: the weights still add up to 1.",
            "c": "no state is preferred, so the last one is not either.",
        },
        steps=("what is the softmax of T equal scores?", "a weighted mean with equal weights is the mean."),
    ),
    "cost": ValueExercise(
        2 * 128 * 128 + 128 + 128 * 11,
        hints={
            2 * 128 * 128 + 128: "that is the attention; the output layer sees the context as well.",
            2 * 128 * 128 + 128 * 11: "v has numbers, too.",
            2 * 64 * 64 + 64 + 64 * 11: "that is for 64 units.",
        },
        steps=("W and U are (128, 128), v is (128,).", "the output layer has 11 symbols, and 128 inputs more."),
    ),
    "weights": FunctionExercise(
        _weights,
        _score_cases,
        mistakes=[
            (lambda score, there: _weights(np.where(there, score, 0), there >= 0), "a score of 0 is no weight of 0.")
        ],
        stub=_late_mask,
        steps=(
            "the sum is taken over padding as well.",
            "set to 0 what was not read, and only then divide by the sum.",
        ),
    ),
    "until-mark": FunctionExercise(
        _write,
        _writing_cases,
        mistakes=[
            (lambda *case: _write(*case, keeps=False), "the state that a step gives back goes into the next one."),
            (lambda *case: _write(*case, shows=True), "the mark itself is not part of what was written."),
        ],
        steps=(
            "keep two things from step to step: the state, and the symbol that was written.",
            "stop before the mark is added to the list.",
        ),
    ),
}
