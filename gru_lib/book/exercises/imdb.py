"""Exercises of the chapter *Find out why a network does not learn, and teach it to read film reviews*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise
from gru_lib.scratch import parameter_count

_LOGARITHM = float(-np.log(1e-7))
_EMBEDDING = 30_000 * 16
_GRU = parameter_count(16, 50)


def _pad(numbers: list[int], length: int, side: str) -> NDArray:
    kept = numbers[-length:]
    zeros = [0] * (length - len(kept))
    return np.array(kept + zeros if side == "post" else zeros + kept)


def _pad_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.integers(1, 100, size=size).tolist(), 8, side) for size in (3, 8, 12) for side in ("post", "pre")]


def _last_states(states: NDArray, lengths: NDArray) -> NDArray:
    return states[np.arange(len(states)), lengths - 1]


def _last_states_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.normal(size=(b, 9, 4)), rng.integers(1, 10, size=b)) for b in (1, 5, 9)]


EXERCISES = {
    "silent-loss": ValueExercise(
        _LOGARITHM / 4,
        tolerance=1e-3,
        hints={
            _LOGARITHM: "that is the loss of one positive review; only a quarter of the reviews are positive.",
            _LOGARITHM / 2: "a half would be positive; here it is a quarter.",
            _LOGARITHM * 3 / 4: "three quarters are negative, and they cost nothing.",
            float(-np.log(0.3)) / 4: "the output is -0.3, not 0.3; it is clipped.",
        },
    ),
    "pad": FunctionExercise(
        _pad,
        _pad_cases,
        mistakes=[
            (
                lambda numbers, length, side: _pad(numbers[:length], length, side),
                "of a review that is too long, the last numbers are kept, not the first.",
            ),
            (
                lambda numbers, length, side: _pad(numbers, length, "pre" if side == "post" else "post"),
                "post means that the zeros stand behind the words.",
            ),
            (lambda numbers, length, side: _pad(numbers, length, "post"), "mind the side."),
        ],
    ),
    "last-states": FunctionExercise(
        _last_states,
        _last_states_cases,
        mistakes=[
            (lambda states, lengths: states[:, -1], "that is the state after the zeros; stop at the last word."),
            (
                lambda states, lengths: states[np.arange(len(states)), lengths % states.shape[1]],
                "the state after k words has the index k - 1.",
            ),
            (
                lambda states, lengths: states[:, lengths - 1],
                "that takes every length for every row; pair them with np.arange(len(states)).",
            ),
        ],
    ),
    "embedding-share": ValueExercise(
        _EMBEDDING / (_EMBEDDING + _GRU + 51),
        tolerance=1e-5,
        hints={
            _EMBEDDING / (_EMBEDDING + _GRU): "the dense layer has 50 weights and a bias.",
            _EMBEDDING / (_EMBEDDING + _GRU - 150 + 51): "Keras's GRU has two bias rows by default.",
            100 * _EMBEDDING / (_EMBEDDING + _GRU + 51): "a share lies between 0 and 1.",
        },
    ),
}
