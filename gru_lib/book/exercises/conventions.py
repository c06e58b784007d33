"""Exercises of the chapter *Conventions and porting*."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise


def _for_keras(W_z: NDArray, W_r: NDArray, W: NDArray) -> NDArray:
    columns = np.concatenate([-W_z, W_r, W]).T
    return np.roll(columns, len(columns) - len(W), axis=0)


def _matrices(rng: np.random.Generator) -> Sequence[tuple]:
    """Matrices of a post, for [h, x]: (n, n + m) each."""
    return [tuple(rng.normal(size=(3, n, n + m))) for n, m in ((2, 3), (4, 1), (3, 3))]


EXERCISES = {
    "target": ChoiceExercise(
        "b",
        why={
            "a": "PyTorch's layer has reset after only; count the bias rows behind the 135.",
            "c": "that is reset after, with two rows of biases: 150 parameters.",
            "d": "cuDNN has reset after only; count the bias rows behind the 135.",
        },
        steps=(
            "The matrices take 3n(m + n) = 120 parameters. How many biases are left?",
            "15 biases are 3n: one row. Which place of the reset gate goes with one row in Keras?",
        ),
    ),
    "hard-sigmoid": ValueExercise(
        0.0024,
        tolerance=1e-4,
        hints={
            0.1547: "that is with the weights as they are; make all three arrays a hundredth as large.",
            0.0226: "that is with a tenth; make all three arrays a hundredth as large.",
        },
        steps=(
            "`relabel` applies one function to all three arrays.",
            "Both runs need the small weights: the copy, and the source that it is compared with.",
        ),
    ),
    "diagnose": ChoiceExercise(
        "c",
        why={
            "a": "exchanged gates are wrong from the first step, since z itself is.",
            "b": "with random biases, exchanged rows change r * c_h, and that already at step 1.",
            "d": "with the reset gate open, after and before are the same function, and it would be right.",
        },
        steps=("Which of the four do nothing at all while the state is zero?",),
    ),
    "blog": FunctionExercise(
        _for_keras,
        _matrices,
        mistakes=[
            (lambda z, r, h: _for_keras(-z, r, h), "order and orientation are right; in the post z = 1 overwrites."),
            (
                lambda z, r, h: np.concatenate([-z, r, h]).T,
                "right but for one thing: the recurrent kernel stands above, because h comes first in [h, x].",
            ),
            (
                lambda z, r, h: np.concatenate([z, r, h]).T,
                "transposed and in Keras's order; z overwrites in the post, and h comes first in [h, x].",
            ),
            (lambda z, r, h: _for_keras(-r, -z, h), "Keras's order is z, r, h; this one is PyTorch's."),
        ],
        steps=(
            "Keras multiplies rows from the left: transpose, and put the matrices side by side in the order z, r, h.",
            "The first n columns of each matrix meet h, the last m meet x.",
        ),
    ),
}
