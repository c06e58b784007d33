"""Exercises of the chapter *A binary classifier*."""

from functools import partial
from math import comb

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise


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


def _luck(wins: int, seeds: int) -> float:
    return sum(comb(seeds, heads) for heads in range(wins, seeds + 1)) / 2**seeds


def _win_cases(rng: np.random.Generator) -> list[tuple]:
    return [(int(rng.integers(1, seeds + 1)), seeds) for seeds in (3, 6, 10, 15)]


EXERCISES = {
    "last-step": ChoiceExercise(
        solution="c",
        why={
            "a": "the sequence is as long as before; but how many steps lie between the sign and the answer now?",
            "b": "the noise comes first, and what it left behind fades before the sign arrives.",
        },
        steps=("Turn the sequences round with x[:, ::-1] and train.",),
    ),
    "equal-start": ChoiceExercise(
        solution="a",
        why={
            "b": "the two gates keep the same share, but the gate is not the only way back into the state; print both.",
            "c": "print the largest value of the GRU beside the smallest of the LSTM.",
        },
        steps=("The LSTM's values are distances['LSTM'][:, 40]; take the GRU's with [40] as well.",),
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
    "luck": FunctionExercise(
        _luck,
        _win_cases,
        tolerance=1e-6,
        mistakes=[
            (lambda wins, seeds: comb(seeds, wins) / 2**seeds, "that is exactly so often; better results count too."),
            (lambda wins, seeds: _luck(wins + 1, seeds), "at least so often: the result itself counts."),
            (lambda wins, seeds: 0.5**wins, "that is a row of heads from the first throw; the order does not matter."),
        ],
        steps=("Add comb(seeds, heads) for all heads from wins to seeds.", "All 2**seeds rows are equally likely."),
    ),
}
