"""Exercises of the chapter *Port a GRU without changing its numbers*."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise


def _reorder(order: str, axis: int) -> Callable[[NDArray], NDArray]:
    """Return a function that sorts the thirds of an array, such as "102" to exchange the first two."""
    return lambda array: np.concatenate([np.split(array, 3, axis)[int(part)] for part in order], axis)


def _kernel_from_pytorch(weight_ih: NDArray) -> NDArray:
    return _reorder("102", 1)(weight_ih.T)


def _rows(rng: np.random.Generator) -> list[tuple]:
    """Matrices as PyTorch stores them: (3n, m)."""
    return [(rng.normal(size=(3 * n, m)),) for n, m in ((2, 3), (4, 5), (3, 2))]


def _signs(*signs: int) -> Callable[[NDArray], NDArray]:
    """Return a function that multiplies the thirds of the rows by the signs."""
    return lambda rows: np.repeat(signs, len(rows) // 3)[:, None] * rows


def _fold(bias: NDArray) -> NDArray:
    folded, stay = bias.copy(), bias.shape[1] // 3 * 2
    folded[0, :stay] += bias[1, :stay]
    folded[1, :stay] = 0
    return folded


EXERCISES = {
    "from-pytorch": FunctionExercise(
        _kernel_from_pytorch,
        _rows,
        mistakes=[
            (lambda weight_ih: weight_ih.T, "the orientation is right; the gates still stand in the order r, z, n."),
            (_reorder("102", 0), "the order is right; Keras multiplies x @ kernel, so transpose as well."),
            (
                lambda weight_ih: weight_ih.reshape(weight_ih.shape[::-1]),
                "reshape gives the right shape and scrambles the numbers; use .T.",
            ),
            (
                lambda weight_ih: _reorder("102", 1)(weight_ih.reshape(weight_ih.shape[::-1])),
                "reshape gives the right shape and scrambles the numbers; use .T.",
            ),
            (
                lambda weight_ih: _reorder("210", 1)(weight_ih.T),
                "only the first two thirds change places: r, z, n becomes z, r, h.",
            ),
        ],
    ),
    "negate": FunctionExercise(
        _signs(1, -1, 1),
        _rows,
        mistakes=[
            (_signs(-1, 1, 1), "that is Keras's order; here r comes first and z is the second third."),
            (_signs(-1, -1, -1), "only the update gate changes its meaning; leave r and n alone."),
            (_signs(1, 1, -1), "the last third is the candidate; z is the second."),
            (
                lambda rows: np.concatenate([part if i != 1 else 1 - part for i, part in enumerate(np.split(rows, 3))]),
                "1 - z is a matter of the gate, not of its weights: negate them.",
            ),
        ],
    ),
    "fold": FunctionExercise(
        _fold,
        lambda rng: [(rng.normal(size=(2, 3 * n)),) for n in (2, 5)],
        mistakes=[
            (
                lambda bias: np.stack([bias.sum(0), 0 * bias[1]]),
                "c_h stands inside the brackets that r multiplies; it cannot move.",
            ),
            (lambda bias: bias, "something can move: the two biases of a gate are only ever added."),
            (
                lambda bias: np.stack([_fold(bias)[0], bias[1]]),
                "what moved to row 0 must leave row 1, else it counts twice.",
            ),
        ],
    ),
    "diagnose": ValueExercise(
        3,
        hints={
            1: "exchanged gates are wrong from the first step, since z itself is.",
            2: "with random biases, exchanged rows change r * c_h, and that already at step 1.",
            4: "with the reset gate open, after and before are the same function, and it would be right.",
        },
    ),
    "kit": ValueExercise(
        4,
        hints={
            1: "x W + b is right; wrong there would be wrong in every case, and only those with a mask fail.",
            2: "the gates are right; wrong there would be wrong in every case, and only those with a mask fail.",
            3: "c_h stands inside the brackets, as it should; look at what the failing cases have in common.",
        },
    ),
}
