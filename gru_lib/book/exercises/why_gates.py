"""Exercises of the chapter *See why a plain RNN forgets, and what a gate changes*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise


def _jacobian(U: NDArray, h_new: NDArray) -> NDArray:
    return U * (1 - h_new**2)


def _jacobian_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.normal(size=(n, n)), rng.uniform(-1, 1, size=n)) for n in (3, 4, 5)]


def _gate(J_g: NDArray, z: NDArray) -> NDArray:
    return np.diag(z) + J_g * (1 - z)


def _gate_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.normal(size=(n, n)), rng.uniform(size=n)) for n in (3, 4, 5)]


EXERCISES = {
    "jacobian": FunctionExercise(
        _jacobian,
        _jacobian_cases,
        mistakes=[
            (lambda U, h_new: U, "the tanh is missing; its slope at each unit is 1 - h_new**2."),
            (
                lambda U, h_new: U * (1 - h_new**2)[:, None],
                "the slope belongs to the unit after the step: multiply columns, not rows.",
            ),
            (
                lambda U, h_new: U * (1 - np.tanh(h_new) ** 2),
                "h_new has been through tanh already; its slope is 1 - h_new**2.",
            ),
            (lambda U, h_new: U * (1 - h_new), "the slope of tanh is 1 - tanh², so square h_new."),
            (
                lambda U, h_new: U.T * (1 - h_new**2),
                "in h U row i of U says where unit i goes; rows are already the state before, so do not transpose.",
            ),
            (
                lambda U, h_new: (U * (1 - h_new**2)).T,
                "rows belong to the state before the step, columns to the state after it.",
            ),
        ],
    ),
    "gate": FunctionExercise(
        _gate,
        _gate_cases,
        mistakes=[
            (lambda J_g, z: J_g * (1 - z), "the straight way is missing: a share z of h arrives unchanged."),
            (lambda J_g, z: np.diag(z) + J_g, "the candidate enters with the share 1 - z only."),
            (
                lambda J_g, z: np.diag(1 - z) + J_g * z,
                "z and 1 - z are exchanged; in this book z = 1 keeps the past.",
            ),
            (
                lambda J_g, z: np.diag(z) + J_g * (1 - z)[:, None],
                "1 - z belongs to the unit after the step: multiply columns, not rows.",
            ),
            (
                lambda J_g, z: z + J_g * (1 - z),
                "z alone is added to every row; a unit keeps its own value only, so use np.diag(z).",
            ),
        ],
    ),
    "bias": ValueExercise(
        np.log(0.5 ** (1 / 100) / (1 - 0.5 ** (1 / 100))),
        tolerance=2e-3,
        hints={
            0.5 ** (1 / 100): "that is z; the bias is the number whose sigmoid is z.",
            -np.log(0.5 ** (1 / 100) / (1 - 0.5 ** (1 / 100))): "the sign: a positive bias keeps the past.",
            100 * np.log(0.5): "begin with z to the power 100 = 0.5, so z = 0.5 ** (1 / 100).",
            0.0: "bias 0 is z = 0.5, which leaves one half after one step.",
        },
    ),
}
