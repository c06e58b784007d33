"""Exercises of the chapter *Forecast tomorrow's temperature, and judge the forecast*."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise

Series = NDArray[np.float64]


def _persistence_rmse(series: Series, first: int) -> float:
    return float(np.sqrt(np.mean((series[first:] - series[first - 1 : -1]) ** 2)))


def _persistence_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.normal(15, 8, size=60), int(rng.integers(5, 50))) for _ in range(4)]


def _to_degrees(scaled: Series, known: Series) -> Series:
    return scaled * (known.max() - known.min()) + known.min()


def _to_degrees_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.uniform(-0.1, 1.1, size=6), rng.normal(15, 8, size=40)) for _ in range(4)]


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
    "persistence": FunctionExercise(
        _persistence_rmse,
        _persistence_cases,
        mistakes=[
            (lambda s, f: np.sqrt(np.mean((s[f + 1 :] - s[f:-1]) ** 2)), "day `first` is to be forecast, too."),
            (lambda s, f: np.mean((s[f:] - s[f - 1 : -1]) ** 2), "take the root."),
            (lambda s, f: np.mean(np.abs(s[f:] - s[f - 1 : -1])), "that is the MAE."),
        ],
    ),
    "lost-windows": ValueExercise(
        101,
        hints={
            100: "the missing day is also the target of one window.",
            1: "every window that holds the day is lost, not only the one that forecasts it.",
            200: "count the windows of 100 days that hold one given day, and the one that ends just before it.",
        },
    ),
    "degrees": FunctionExercise(
        _to_degrees,
        _to_degrees_cases,
        mistakes=[
            (lambda s, k: s * (k.max() - k.min()), "scaled 0 is the lowest known value, not 0 °C."),
            (lambda s, k: s * k.max() + k.min(), "the range is the highest value less the lowest."),
            (lambda s, k: (s - k.min()) / (k.max() - k.min()), "that is the way there; you need the way back."),
        ],
    ),
    "leaks": _LeaksExercise((2, 4, 5)),
}
