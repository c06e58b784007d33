"""Exercises of the chapter *Test a sequence model on tasks whose best answer is known*."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise

# Student's t for a two-sided 95 % interval, by degrees of freedom.
STUDENT_T = {2: 4.302653, 3: 3.182446, 4: 2.776445, 5: 2.570582, 6: 2.446912, 7: 2.364624, 8: 2.306004, 9: 2.262157}


def _best(flipped: float) -> float:
    return max(flipped, 1 - flipped)


def _best_cases(rng: np.random.Generator) -> list[tuple]:
    return [(float(share),) for share in (*rng.uniform(0, 0.5, 3), *rng.uniform(0.5, 1, 3))]


def _error_ratio(prices: NDArray, predicted: NDArray) -> float:
    return float(np.sqrt(np.mean((predicted - prices)[1:] ** 2) / np.mean(np.diff(prices) ** 2)))


def _walk_cases(rng: np.random.Generator) -> list[tuple]:
    walks = [rng.normal(size=days).cumsum() for days in (5, 30, 100)]
    return [(walk, walk + rng.normal(size=walk.shape)) for walk in walks]


def _interval(accuracies: NDArray, ddof: int = 1, root: bool = True, t: float | None = None) -> tuple[float, float]:
    """Return the 95 % interval of the mean; each default that is changed makes a known mistake."""
    mean, n = accuracies.mean(), len(accuracies)
    half = (t or STUDENT_T[n - 1]) * accuracies.std(ddof=ddof) / (np.sqrt(n) if root else 1)
    return mean - half, mean + half


EXERCISES = {
    "best": FunctionExercise(
        _best,
        _best_cases,
        mistakes=[
            (lambda q: 1 - q, "if more than half of the labels are flipped, the opposite answer is better."),
            (lambda q: 1 - q / 2, "a flipped label is always wrong, not half of the time."),
            (lambda q: 1.0, "the answer is scored against the flipped labels."),
        ],
    ),
    "error-ratio": FunctionExercise(
        _error_ratio,
        _walk_cases,
        mistakes=[
            (lambda p, q: _error_ratio(p, q) ** 2, "take the roots of the mean squares."),
            (lambda p, q: 1 / _error_ratio(p, q), "the forecast's error stands above, persistence's below."),
            (
                lambda p, q: float(np.sqrt(np.mean((q - p) ** 2) / np.mean(np.diff(p) ** 2))),
                "leave the first day out: persistence has no forecast for it.",
            ),
            (
                lambda p, q: float(np.sqrt(np.mean((q - p)[1:] ** 2)) / p.std()),
                "the divisor is the error of “as yesterday”, not the spread of the prices.",
            ),
        ],
    ),
    "interval": FunctionExercise(
        _interval,
        lambda rng: [(rng.uniform(0.5, 1, size=n),) for n in (3, 5, 10)],
        tolerance=1e-4,
        mistakes=[
            (partial(_interval, ddof=0), "divide the squares by n - 1: std(ddof=1)."),
            (partial(_interval, root=False), "that is where one more seed may fall; the mean varies √n times less."),
            (partial(_interval, t=1.96), "1.96 is for many seeds; look Student's t up for n - 1."),
        ],
    ),
}
