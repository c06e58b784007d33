"""Exercises of the chapter *MNIST, row by row*."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise

Digits = NDArray[np.int64]


def _split(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(examples)
    return order[examples // 6 :], order[: examples // 6]


def _overlapping_split(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    train = rng.permutation(examples)[examples // 6 :]
    return train, rng.permutation(examples)[: examples // 6]


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

    def unanswered(self, answer: object) -> bool:
        """Tell whether the function still returns what the one with the bug does."""
        try:
            first = answer(600, 0)  # type: ignore[operator]
            handed_out = _overlapping_split(600, 0)
            return first is ... or all(map(np.array_equal, first, handed_out))
        except Exception:
            return False


def _split_problem(train: np.ndarray, validation: np.ndarray, again: Sequence, other: Sequence) -> str | None:
    if (len(train), len(validation)) != (500, 100):
        return f"of 600 rows, 500 and 100 are expected; yours are {len(train)} and {len(validation)}."
    if sorted([*train.tolist(), *validation.tolist()]) != list(range(600)):
        shared = len(set(train.tolist()) & set(validation.tolist()))
        return f"{shared} of the 100 validation rows stand in the training part too."
    if sorted(validation.tolist()) in (list(range(100)), list(range(500, 600))):
        return "the validation rows are neighbours in the file. Hint: permute before you cut."
    if not np.array_equal(validation, again[1]):
        return "two calls with one seed differ. Hint: np.random.default_rng(seed)."
    return "two seeds give the same split. Hint: use the seed." if np.array_equal(validation, other[1]) else None


def _confusion(truth: Digits, named: Digits) -> Digits:
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (truth, named), 1)
    return counts


def _counted_once(truth: Digits, named: Digits) -> Digits:
    counts = np.zeros((10, 10), int)
    counts[truth, named] += 1
    return counts


def _confusion_cases(rng: np.random.Generator) -> list[tuple]:
    return [tuple(rng.integers(0, 10, size=(2, 300))) for _ in range(3)]


EXERCISES = {
    "upside-down": ChoiceExercise(
        "b",
        why={
            "a": "a GRU mixes the rows in the order in which they come; another order leads to another state.",
            "c": "some digits, such as 0, 1, 3 and 8, look much the same as their reflection.",
        },
        steps=("Draw a few digits as water below them would reflect them: which of them would you still name?",),
    ),
    "rows": ValueExercise(
        26,
        tolerance=0.04,  # a row more or less, by the weights that training found
        hints={
            28: "it is right on more than 98 % after all 28 rows; look at fewer.",
            14: "half of a digit is too little.",
        },
        steps=(
            "gru_forward(x_test, ...) returns the states after every row: shape (10000, 28, 64).",
            "Reshape the states to (-1, 64) for the two layers after the GRU, and the answers back to (-1, 28).",
        ),
    ),
    "split": _SplitExercise(
        _split,
        lambda rng: [(600, 0)],
        stub=_overlapping_split,
        steps=("How many rows stand in both parts? np.intersect1d counts them.", "Permute once, then cut."),
    ),
    "confusion": FunctionExercise(
        _confusion,
        _confusion_cases,
        mistakes=[
            (_counted_once, "`counts[truth, named] += 1` counts a pair that comes twice only once; see np.add.at."),
            (lambda truth, named: _confusion(named, truth), "rows are the true digits, columns the answers."),
        ],
        steps=("Begin with np.zeros((10, 10), int), and add one at (truth, named) for each image.",),
    ),
}
