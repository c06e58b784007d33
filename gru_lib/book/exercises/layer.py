"""Exercises of the chapter *The Keras GRU layer*."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise

Make = Callable[[int], Callable[..., NDArray]]


def _spread(make: Make, x: NDArray, seeds: list[int]) -> NDArray:
    return np.std([make(seed)(x, training=True) for seed in seeds], axis=0)


def _spread_without_training(make: Make, x: NDArray, seeds: list[int]) -> NDArray:
    return np.std([make(seed)(x) for seed in seeds], axis=0)


def _spread_cases(rng: np.random.Generator) -> list[tuple]:
    """Layers of one weight matrix each, with dropout at the rate 1/2."""
    weights = rng.normal(size=(4, 3))

    def make(seed: int) -> Callable[..., NDArray]:
        kept = np.random.default_rng(seed).random(4) < 0.5
        return lambda x, training=False: np.tanh((x * 2 * kept if training else x) @ weights)

    return [(make, rng.normal(size=(batch, 4)), list(range(12))) for batch in (2, 5)]


def _orthogonal(block: NDArray) -> NDArray:
    left, _, right = np.linalg.svd(block, full_matrices=False)
    return left @ right


def _orthogonal_blocks(U: NDArray) -> NDArray:
    return np.hstack([_orthogonal(block) for block in np.split(U, 3, axis=1)])


def _transposed_blocks(U: NDArray) -> NDArray:
    parts = [np.linalg.svd(block) for block in np.split(U, 3, axis=1)]
    return np.hstack([left @ right.T for left, _, right in parts])


EXERCISES = {
    "other-order": ChoiceExercise(
        "c",
        why={
            "a": "without a bias both layers have two arrays, a kernel and a recurrent kernel, of the same shapes.",
            "b": "the reset gate acts before the product in one layer and after it in the other.",
        },
        steps=(
            "Which weights does a layer without a bias have, and what shapes do they have?",
            "Build both with two units, copy the weights, and compare the outputs.",
        ),
    ),
    "dropout-factor": ValueExercise(
        5.0,
        tolerance=1e-3,
        hints={
            2.0: "that is the factor at the rate 0.5; set rate = 0.8 and run the cell again.",
            0.2: "that is the share of features that are kept; by what must they be multiplied to keep the mean?",
            1.25: "the rate is the share that is dropped, so 0.2 is left, and not 0.8.",
        },
        steps=("The cell prints the two values of the mask: zero for what is dropped, and the factor.",),
    ),
    "spread": FunctionExercise(
        _spread,
        _spread_cases,
        stub=_spread_without_training,
        mistakes=[
            (
                lambda make, x, seeds: np.mean([make(seed)(x, training=True) for seed in seeds], axis=0),
                "that is the mean of the outputs; the spread is their standard deviation.",
            ),
            (
                lambda make, x, seeds: np.std([make(seed)(x, training=True) for seed in seeds]),
                "one number for everything; the spread of each output is over the seeds, axis 0.",
            ),
        ],
        steps=("When does a layer apply dropout, and when not?", "Which argument of the call says that?"),
    ),
    "orthogonal-blocks": FunctionExercise(
        _orthogonal_blocks,
        lambda rng: [(rng.normal(size=(n, 3 * n)),) for n in (2, 5)],
        mistakes=[
            (_orthogonal, "that makes the whole array orthogonal, which it was before; treat each block alone."),
            (_transposed_blocks, "np.linalg.svd returns the transpose of Q already; multiply P by it as it is."),
            (
                lambda U: np.hstack([np.linalg.qr(block)[0] for block in np.split(U, 3, axis=1)]),
                "those blocks are orthogonal, but not the nearest ones; use the singular value decomposition.",
            ),
        ],
        steps=(
            "np.split(U, 3, axis=1) cuts U into its three blocks.",
            "P, _, Qt = np.linalg.svd(block); the nearest orthogonal matrix is P @ Qt.",
        ),
    ),
}
