"""Exercises of the chapter *Film reviews*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise

_LOGARITHM = float(-np.log(1e-7))


def _decode(numbers: list[int], ranks: dict[str, int], offset: int = 3) -> list[int]:
    """Return the alphabetical place of each number's word; an `offset` other than 3 makes a known mistake."""
    word_of = {rank + offset: word for word, rank in ranks.items()}
    alphabet = sorted(ranks)
    return [alphabet.index(word_of[number]) if number in word_of else -1 for number in numbers]


def _decode_without_offset(numbers: list[int], ranks: dict[str, int]) -> list[int]:
    return _decode(numbers, ranks, offset=0)


def _decode_cases(rng: np.random.Generator) -> list[tuple]:
    words = ["the", "a", "film", "superb", "dull", "plot", "actor", "tears"]
    ranks = {str(word): rank for rank, word in enumerate(rng.permutation(words), start=1)}
    return [([1, *rng.integers(2, 12, size=size).tolist()], ranks) for size in (4, 9, 15)]


def _word_weights(counts: NDArray, labels: NDArray, smoothing: float = 1, share: bool = True) -> NDArray:
    """Return naive Bayes's weights; each default that is changed makes a known mistake."""
    positive, negative = (counts[labels == kind].sum(axis=0) + smoothing for kind in (1, 0))
    if share:
        positive, negative = positive / positive.sum(), negative / negative.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(positive / negative)


def _count_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.poisson(0.7, size=(n, 6)), np.arange(n) % 3 // 2) for n in (5, 12, 30)]


EXERCISES = {
    "trimmed": ChoiceExercise(
        solution="b",
        why={
            "a": "padding says where the zeros go, and a review of 400 words gets none; another argument decides here.",
            "c": "it cuts without a word; give it a list of 400 numbers and see.",
        },
        steps=("What is left of keras.utils.pad_sequences([range(400)], maxlen=300, padding='post')?",),
    ),
    "silent-loss": ValueExercise(
        _LOGARITHM / 4,
        tolerance=1e-3,
        hints={
            _LOGARITHM: "that is the loss of one positive review; only a quarter of the reviews are positive.",
            _LOGARITHM / 2: "a half would be positive; here it is a quarter.",
            _LOGARITHM * 3 / 4: "three quarters are negative, and they cost nothing.",
            float(-np.log(0.3)) / 4: "the output is -0.3, not 0.3; it is clipped.",
        },
        steps=("What does one positive review cost, when the probability is 0.0000001?",),
    ),
    "surviving-bias": ValueExercise(
        5,
        hints={
            4: "measure again: with 4 somewhat less than half is left.",
            6: "it is large enough, but is it the smallest?",
        },
        steps=(
            "Print left_after(50, bias) for the biases 0 to 6.",
            "Only the update gate counts: after k zeros about sigmoid(bias) ** k is left.",
        ),
    ),
    "nonsense": FunctionExercise(
        _decode,
        _decode_cases,
        stub=_decode_without_offset,
        mistakes=[
            (lambda numbers, ranks: _decode(numbers, ranks, offset=-3), "the other way: numbers are ranks plus 3."),
            (lambda numbers, ranks: _decode(numbers, ranks, offset=2), "one more: 0, 1, 2 and 3 are no words."),
        ],
        steps=(
            "Which word should the number 4 be?",
            "Read the first item of the source's recipe again: what does the number 1 stand for?",
        ),
    ),
    "naive-bayes": FunctionExercise(
        _word_weights,
        _count_cases,
        mistakes=[
            (lambda counts, labels: -_word_weights(counts, labels), "a word of positive reviews has a weight above 0."),
            (
                lambda counts, labels: _word_weights(counts, labels, share=False),
                "divide each kind's counts by their sum first: the two kinds need not have equally many words.",
            ),
            (
                lambda counts, labels: _word_weights(counts, labels, smoothing=0),
                "add 1 to the count of every word, or a word that one kind lacks gets an infinite weight.",
            ),
        ],
        steps=("Sum the counts over the positive reviews, add 1, and divide by the sum of that row.",),
    ),
}
