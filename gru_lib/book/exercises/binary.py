"""Exercises of the chapter *A binary classifier*."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise

# Student's t for a two-sided 95 % interval, by degrees of freedom.
STUDENT_T = {2: 4.302653, 3: 3.182446, 4: 2.776445, 5: 2.570582, 6: 2.446912, 7: 2.364624, 8: 2.306004, 9: 2.262157}


def _best(flipped: float) -> float:
    return max(flipped, 1 - flipped)


def _best_cases(rng: np.random.Generator) -> list[tuple]:
    return [(float(share),) for share in (*rng.uniform(0, 0.5, 3), *rng.uniform(0.5, 1, 3))]


def _share_right(prices: NDArray, window: int = 5, ahead: int = 1) -> float:
    """Return how often a rule is right about the step `ahead`; 0 judges the step that it has seen."""
    hits = []
    for day in range(window, len(prices) - 1):
        seen = prices[day - window + 1 : day + 1]
        went_up = prices[day + ahead] > prices[day + ahead - 1]
        hits.append((seen[-1] > seen.mean()) == went_up)
    return float(np.mean(hits))


def _walk_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.normal(size=days).cumsum(),) for days in (40, 90, 200)]


def _interval(
    first: NDArray, second: NDArray, ddof: int = 1, root: bool = True, t: float | None = None, paired: bool = True
) -> tuple[float, float]:
    """Return the 95 % interval of the mean difference; each default that is changed makes a known mistake."""
    difference, n = first - second, len(first)
    spread = difference.std(ddof=ddof) if paired else np.sqrt(first.var(ddof=1) + second.var(ddof=1))
    half = (t or STUDENT_T[n - 1]) * spread / (np.sqrt(n) if root else 1)
    return difference.mean() - half, difference.mean() + half


def _pairs(rng: np.random.Generator) -> list[tuple]:
    return [(rng.uniform(0.5, 1, size=n), rng.uniform(0.5, 1, size=n)) for n in (3, 5, 10)]


EXERCISES = {
    "last-step": ChoiceExercise(
        solution="c",
        why={
            "a": "the sequence is as long as before; but how many steps lie between the sign and the answer now?",
            "b": "the noise comes first, and what it left behind fades before the sign arrives.",
        },
        steps=("Turn the sequences round with x[:, ::-1] and train.",),
    ),
    "thousand-steps": ValueExercise(
        7.3,
        tolerance=0.01,
        hints={
            6.9: "that is ln 1000, with which about a third is left.",
            7.2: "just too small: print sigmoid(7.2) ** 1000.",
        },
        steps=("What is left after k steps is sigmoid(b) ** k.", "sigmoid(b) ** 1000 is about exp(-1000 * exp(-b))."),
    ),
    "foresight": FunctionExercise(
        _share_right,
        _walk_cases,
        stub=partial(_share_right, ahead=0),
        mistakes=[
            (partial(_share_right, ahead=-1), "that is a step further back; the rule should not have seen it yet."),
        ],
        steps=(
            "Which prices has the rule seen on a day, and which step does it judge?",
            "The next step goes from prices[day] to prices[day + 1].",
        ),
    ),
    "best": FunctionExercise(
        _best,
        _best_cases,
        mistakes=[
            (lambda q: 1 - q, "if more than half of the labels are flipped, the opposite answer is better."),
            (lambda q: 1 - q / 2, "a flipped label is always wrong, not half of the time."),
            (lambda q: 1.0, "the answer is scored against the flipped labels."),
        ],
    ),
    "interval": FunctionExercise(
        _interval,
        _pairs,
        tolerance=1e-4,
        mistakes=[
            (partial(_interval, paired=False), "that throws the pairs away; take first - second, seed by seed."),
            (partial(_interval, ddof=0), "divide the squares by n - 1: std(ddof=1)."),
            (partial(_interval, root=False), "that is where one more seed may fall; the mean varies √n times less."),
            (partial(_interval, t=1.96), "1.96 is for many seeds; look Student's t up for n - 1."),
        ],
    ),
}
