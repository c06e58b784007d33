"""Exercises of the chapter *Train a GRU to read digits row by row*."""

from collections.abc import Sequence

import numpy as np

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise
from gru_lib.scratch import parameter_count


def _all_right(accuracy: float, digits: int) -> float:
    return accuracy**digits


def _all_right_cases(rng: np.random.Generator) -> list[tuple]:
    return [(float(rng.uniform(0.5, 1)), int(rng.integers(1, 20))) for _ in range(4)]


def _split(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(examples)
    return order[examples // 6 :], order[: examples // 6]


class _SplitExercise(FunctionExercise):
    """A right split need not be ours: it must part the rows, by chance, and repeatably."""

    def verdict(self, answer: object) -> str | None:
        """Return None for any split with these properties, else the property that is missing."""
        if not callable(answer):
            return f"expected a function, got {type(answer).__name__}."
        try:
            first, again, other = answer(600, 0), answer(600, 0), answer(600, 1)
            train, validation = (np.asarray(rows) for rows in first)
        except Exception as error:
            return f"your function raised {type(error).__name__}: {error}"
        return _split_problem(train, validation, again, other)


def _split_problem(train: np.ndarray, validation: np.ndarray, again: Sequence, other: Sequence) -> str | None:
    if (len(train), len(validation)) != (500, 100):
        return f"of 600 rows, 500 and 100 are expected; yours are {len(train)} and {len(validation)}."
    if sorted([*train.tolist(), *validation.tolist()]) != list(range(600)):
        return "every row must stand in exactly one of the two parts. Hint: permute once, then cut."
    if sorted(validation.tolist()) in (list(range(100)), list(range(500, 600))):
        return "the validation rows are neighbours in the file. Hint: permute before you cut."
    if not np.array_equal(validation, again[1]):
        return "two calls with one seed differ. Hint: np.random.default_rng(seed)."
    return "two seeds give the same split. Hint: use the seed." if np.array_equal(validation, other[1]) else None


EXERCISES = {
    "parameters": ValueExercise(
        parameter_count(28, 64) + 4 * 64 + 65 * 10,
        hints={
            parameter_count(28, 64) + 2 * 64 + 650: "batch normalisation also keeps a running mean and variance.",
            parameter_count(28, 64, reset_after=False) + 256 + 650: "Keras's GRU has two bias rows by default.",
            parameter_count(28, 64): "that is the GRU alone.",
        },
    ),
    "all-right": FunctionExercise(
        _all_right,
        _all_right_cases,
        mistakes=[
            (lambda p, k: p, "that is the chance for one digit."),
            (lambda p, k: 1 - (1 - p) ** k, "that is the chance that at least one is right."),
            (lambda p, k: p * k, "independent chances multiply."),
        ],
    ),
    "split": _SplitExercise(_split, lambda rng: [(600, 0)]),
}
