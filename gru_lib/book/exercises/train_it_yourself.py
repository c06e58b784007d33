"""Exercises of the chapter *Train it yourself*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.scratch.training import softmax


def _tempered(scores: NDArray, temperature: float) -> NDArray:
    return softmax(scores / temperature)


def _keep_likely(p: NDArray, k: int) -> NDArray:
    kept = np.where(p >= np.sort(p)[-k], p, 0)
    return kept / kept.sum()


def _keep_without_norm(p: NDArray, k: int) -> NDArray:
    return np.where(p >= np.sort(p)[-k], p, 0)


EXERCISES = {
    "certain": ChoiceExercise(
        "b",
        why={
            "a": "the nine letters in ten that were right count as well, and cost only 0.15 bits each.",
            "c": "the second pays the same for every letter, 6 bits; work out what the first pays on average.",
        },
        steps=(
            "a letter that was given the probability p costs -log2(p) bits.",
            "average: a tenth of -log2(1/1000), and nine tenths of -log2(0.9).",
        ),
    ),
    "one-score": ValueExercise(
        -np.log2(np.exp(2) / (np.exp(2) + 64)),
        tolerance=1e-3,
        hints={
            np.log(64 + np.exp(2)) - 2: "that is the loss in nats; divide by ln 2.",
            -np.log2(np.exp(2) / (np.exp(2) + 65)): "there are 65 letters in all, so 64 others.",
        },
        steps=("the softmax gives the right letter e² of e² + 64.", "the cost of a letter is -log2(p)."),
    ),
    "tempered": FunctionExercise(
        _tempered,
        lambda rng: [(rng.normal(size=7), temperature) for temperature in (0.3, 1.0, 2.5)],
        mistakes=[(lambda scores, temperature: softmax(scores * temperature), "divide: at 2.5 all is more alike.")],
        stub=lambda scores, temperature: softmax(scores),
        steps=(
            "divide all p by 2 and then by their sum: what is left of the 2?",
            "the temperature must come in before exp.",
        ),
    ),
    "keep-likely": FunctionExercise(
        _keep_likely,
        lambda rng: [(rng.dirichlet(np.ones(9)), k) for k in (1, 3, 9)],
        mistakes=[
            (_keep_without_norm, "what is left must add up to 1 again."),
            (
                lambda p, k: np.where(p > np.sort(p)[-k], p, 0) / max(1e-9, p[p > np.sort(p)[-k]].sum()),
                "the k-th largest itself is one of the k.",
            ),
        ],
        steps=("np.sort(p)[-k] is the k-th largest.", "set to 0 what is smaller, then divide by the sum."),
    ),
}
