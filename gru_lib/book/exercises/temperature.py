"""Exercises of the chapter *Daily temperature*."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise

Series = NDArray[np.float64]


def _persistence_rmse(series: Series, first: int) -> float:
    return float(np.sqrt(np.mean((series[first:] - series[first - 1 : -1]) ** 2)))


def _knows_the_answer(series: Series, first: int) -> float:
    return float(np.sqrt(np.mean((series[first:] - series[first:]) ** 2)))


def _persistence_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.normal(15, 8, size=60), int(rng.integers(5, 50))) for _ in range(4)]


def _skill(truth: Series, forecast: Series, baseline: Series) -> float:
    return float(1 - np.mean((truth - forecast) ** 2) / np.mean((truth - baseline) ** 2))


def _skill_cases(rng: np.random.Generator) -> list[tuple]:
    return [tuple(rng.normal(15, 8, size=(3, 40))) for _ in range(4)]


def _root_skill(truth: Series, forecast: Series, baseline: Series) -> float:
    return 1 - np.sqrt(np.mean((truth - forecast) ** 2) / np.mean((truth - baseline) ** 2))


class _LeaksExercise(ValueExercise):
    """The lines that leak, in any order; a partly right answer is told which way it errs."""

    def verdict(self, answer: Any) -> str | None:
        """Return None for the right set of lines, else whether one is missing or innocent."""
        try:
            lines = {int(line) for line in answer}
        except (TypeError, ValueError):
            return f"expected a list of line numbers, got {answer!r}."
        if innocent := sorted(lines - set(self.solution)):
            return f"line {innocent[0]} does not leak. Hint: it uses nothing that is unknown when the forecast is made."
        if missing := len(set(self.solution) - lines):
            return f"so far all right, but {missing} more of the lines leak{'s' if missing == 1 else ''}."
        return None


EXERCISES = {
    "lost-windows": ValueExercise(
        101,
        hints={
            100: "the missing day is also the target of one window.",
            1: "every window that holds the day is lost, not only the one that forecasts it.",
            200: "count the windows of 100 days that hold one given day, and the one that ends just before it.",
        },
    ),
    "leaks": _LeaksExercise((2, 4, 5)),
    "length": ValueExercise(
        13,
        hints={30: "more days do not help for ever.", 1: "one day is not enough."},
        steps=("Change `test_days` to `validation_days`, in the windows and in the truth.",),
    ),
    "persistence": FunctionExercise(
        _persistence_rmse,
        _persistence_cases,
        mistakes=[
            (lambda s, f: np.sqrt(np.mean((s[f + 1 :] - s[f:-1]) ** 2)), "day `first` is to be forecast, too."),
            (lambda s, f: np.mean((s[f:] - s[f - 1 : -1]) ** 2), "take the root."),
            (lambda s, f: np.mean(np.abs(s[f:] - s[f - 1 : -1])), "that is the MAE."),
        ],
        stub=_knows_the_answer,
        steps=("Which day is known when day `first` is forecast?",),
    ),
    "skill": FunctionExercise(
        _skill,
        _skill_cases,
        mistakes=[
            (_root_skill, "squared errors: take no root."),
            (lambda t, f, b: 1 - np.mean((t - b) ** 2) / np.mean((t - f) ** 2), "the baseline's error divides."),
            (lambda t, f, b: np.mean((t - f) ** 2) / np.mean((t - b) ** 2), "that share is left over; 1 less it."),
        ],
        steps=("The share that is left over is one mean squared error divided by the other.",),
    ),
}
