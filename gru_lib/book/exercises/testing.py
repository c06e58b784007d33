"""Exercises of the chapter *Testing a GRU*."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.conformance import MUTANTS
from gru_lib.scratch import GRUWeights, gru_forward

LAST_THREE = ("state-clipped", "float32-inside", "state-kept")


def _right(x: NDArray, weights: GRUWeights, h0: NDArray | None = None, mask: NDArray | None = None) -> NDArray:
    return gru_forward(x, weights, h0=h0, mask=mask)[0]


def _with_mistake(mutant_id: str) -> Callable:
    """Return a mutant that takes what `forum_gru` takes, in its order."""
    return lambda x, weights, h0=None, mask=None: MUTANTS[mutant_id].gru()(x, weights, h0=h0, mask=mask)


def _sequences(rng: np.random.Generator) -> Sequence[tuple]:
    """Arguments of a GRU, with padding at the end and within."""
    B, T, m, n = 3, 5, 2, 4
    weights = GRUWeights(*(rng.normal(size=size) for size in ((m, 3 * n), (n, 3 * n), (2, 3 * n))))
    x, h0 = rng.normal(size=(B, T, m)), rng.uniform(-1, 1, size=(B, n))
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 0, 0, 1, 0]], bool)
    return [(x, weights, None, mask), (x.copy(), weights, h0, mask), (x.copy(), weights, h0, None)]


def _is_right(gru: Callable) -> bool:
    rng = np.random.default_rng(1)
    weights = GRUWeights(*(rng.normal(size=size) for size in ((2, 9), (3, 9), (2, 9))))
    x, far = rng.normal(size=(2, 4, 2)), 3 * rng.normal(size=(2, 3))
    pairs = [(gru(x, weights), _right(x, weights)) for _ in range(2)]
    pairs.append((gru(x, weights, h0=far), _right(x, weights, far)))
    return all(np.abs(states - wanted).max() < 1e-12 for states, wanted in pairs)


def _grus(_rng: np.random.Generator) -> Sequence[tuple]:
    """Return a right GRU, then the three mistakes, each fresh, since one of them remembers its calls."""
    return [(_right,), *((MUTANTS[name].gru(),) for name in LAST_THREE)]


EXERCISES = {
    "one-step": ChoiceExercise(
        "b",
        why={
            "a": "the initial state is random, so the first step already differs when it is ignored.",
            "c": "the recurrent kernel multiplies the initial state, which is random, at the first step.",
            "d": "with a state that is not zero, after and before differ at the first step.",
        },
        steps=("Write down the shapes of x and h0. Which of the four mistakes does nothing when one size is 1?",),
    ),
    "tolerance": ValueExercise(
        74,
        tolerance=1e-9,
        hints={
            76: "that is with a tolerance of 1e-6; give `notices` another one.",
            78: "no test of the chapter notices all 78.",
        },
        steps=(
            "`notices(cases, gru, tolerance)` takes the tolerance last.",
            "Loop over `SMALL`, and give each test a fresh `mutant.gru()`.",
        ),
    ),
    "kit": FunctionExercise(
        _right,
        _sequences,
        mistakes=[
            (_with_mistake("mask-ignored"), "now the mask has no effect at all; a masked step must keep the state."),
            (
                _with_mistake("masked-output-zeroed"),
                "the state is carried on, but Keras's layer also returns it at a masked step, and no zero.",
            ),
            (
                _with_mistake("masked-input-zeroed"),
                "an input of zero is still an input; a masked step must keep the state as it is.",
            ),
        ],
        stub=_with_mistake("masked-state-zeroed"),
        steps=(
            "`print(check_gru(forum_gru))` names the mistake; which line of the loop looks at the mask?",
            "A masked step behaves like one whose update gate is 1.",
        ),
    ),
    "last-three": FunctionExercise(
        _is_right,
        _grus,
        mistakes=[
            (lambda _: True, "this test passes every GRU; compare with `gru_forward`."),
            (lambda _: False, "this test rejects every GRU, the right one too."),
        ],
        steps=(
            "A state between -1 and 1 is never clipped; which argument can bring a larger one?",
            "Float32 is right to seven digits; how small must the tolerance be?",
            "What is kept from one call to the next shows in the second call.",
        ),
    ),
}
