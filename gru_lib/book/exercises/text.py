"""Exercises of the chapter *Text that writes itself*."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.scratch import parameter_count


def _writer(units: int, reset_after: bool = True) -> int:
    """Count the numbers of the chapter's model: embedding of 66 letters, GRU, scores."""
    return 66 * 256 + parameter_count(256, units, reset_after=reset_after) + 66 * units + 66


def _pairs(numbers: NDArray, steps: int, later: int = 1) -> NDArray:
    count = (len(numbers) - 1) // steps
    ends = ((start, start + count * steps) for start in (0, later))
    return np.stack([numbers[start:end].reshape(count, steps) for start, end in ends])


def _keep(bits: Sequence[float], patience: int, more: int = 0) -> int:
    best = 0
    for epoch, paid in enumerate(bits):
        if paid < bits[best]:
            best = epoch
        elif epoch - best >= patience + more:
            break
    return best


EXERCISES = {
    "by-heart": ChoiceExercise(
        "a",
        why={
            "b": "it goes on falling in either case.",
            "c": "a quotation reads well too; how would you know it from a sentence of its own?",
        },
        steps=("What can a network not have learnt by heart?",),
    ),
    "full-width": ValueExercise(
        _writer(1024),
        tolerance=1e-9,
        hints={
            _writer(128): "that is the network of 128 units.",
            _writer(1024, reset_after=False): "Keras's GRU has two rows of biases.",
        },
        steps=("Writer(1024) has no numbers until it has been called.", "count_params() counts them."),
    ),
    "pairs": FunctionExercise(
        _pairs,
        lambda rng: [(rng.integers(0, 9, size), 4) for size in (13, 21, 30)],
        stub=lambda numbers, steps: _pairs(numbers, steps, later=0),
        mistakes=[
            (
                lambda numbers, steps: _pairs(numbers, steps)[::-1],
                "now it is asked for the letter before; read first, then ask.",
            )
        ],
        steps=("Compare x and y for one piece.", "The right answer to a letter is the letter after it."),
    ),
    "keep": FunctionExercise(
        _keep,
        lambda rng: [
            (rng.permutation(9) / 4, 2),
            ([3.0, 2.5, 2.4, 2.45, 2.41, 2.3], 2),
            ([3.0, 2.5, 2.4, 2.45, 2.41, 2.3], 3),
            ([3.0, 2.0], 1),
        ],
        mistakes=[
            (lambda bits, patience: int(np.argmin(bits)), "training stopped before that epoch."),
            (
                lambda bits, patience: _keep(bits, patience, more=1),
                "one epoch too late: stop after `patience` epochs.",
            ),
        ],
        steps=("Remember the best epoch so far.", "Stop when the present epoch is `patience` after the best."),
    ),
}
