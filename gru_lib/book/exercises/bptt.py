"""Exercises of the chapter *Carry a gradient back through time*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise
from gru_lib.scratch import sigmoid


def _gate(delta: NDArray, z: NDArray, h: NDArray, g: NDArray) -> NDArray:
    return delta * (h - g) * z * (1 - z)


def _gate_cases(rng: np.random.Generator) -> list[tuple]:
    draws = rng.normal(size=(3, 4, 3, 4))
    return [(delta, sigmoid(z), np.tanh(h), np.tanh(g)) for delta, z, h, g in draws]


def _reset_before(alpha_h: NDArray, U_h: NDArray, r: NDArray, h: NDArray) -> NDArray:
    return (alpha_h @ U_h.T) * h * r * (1 - r)


def _reset_cases(rng: np.random.Generator) -> list[tuple]:
    draws = rng.normal(size=(3, 4, 4, 4))
    return [(alpha_h, U_h, sigmoid(r), np.tanh(h)) for alpha_h, U_h, r, h in draws]


EXERCISES = {
    "gate": FunctionExercise(
        _gate,
        _gate_cases,
        mistakes=[
            (
                lambda delta, z, h, g: delta * (g - h) * z * (1 - z),
                "the sign: more z means more of h and less of g.",
            ),
            (
                lambda delta, z, h, g: delta * (h - g),
                "that is the gradient by z itself; go on through the sigmoid, whose slope is z (1 - z).",
            ),
            (
                lambda delta, z, h, g: delta * h * z * (1 - z),
                "z stands twice in the last line: with h, and with a minus sign in front of g.",
            ),
            (
                lambda delta, z, h, g: delta * (h - g) * (1 - z**2),
                "1 - z² is the slope of tanh; the gate is a sigmoid.",
            ),
            (
                lambda delta, z, h, g: (h - g) * z * (1 - z),
                "delta is missing: these are the derivatives of h_t, not yet of the loss.",
            ),
        ],
    ),
    "reset-before": FunctionExercise(
        _reset_before,
        _reset_cases,
        mistakes=[
            (
                lambda alpha_h, U_h, r, h: alpha_h * (h @ U_h) * r * (1 - r),
                "that is reset after; here the gate stands before the product, so go back through U_h first.",
            ),
            (
                lambda alpha_h, U_h, r, h: (alpha_h @ U_h) * h * r * (1 - r),
                "on the way back the matrix is transposed: alpha_h @ U_h.T.",
            ),
            (
                lambda alpha_h, U_h, r, h: (alpha_h @ U_h.T) * h,
                "that is the gradient by r itself; go on through the sigmoid, whose slope is r (1 - r).",
            ),
            (
                lambda alpha_h, U_h, r, h: (alpha_h @ U_h.T) * r * (1 - r),
                "in the product of r and h, the derivative by r is h.",
            ),
            (
                lambda alpha_h, U_h, r, h: (alpha_h @ U_h.T) * r,
                "that is the gradient by h through this product; asked for is the one by the gate's sum.",
            ),
        ],
    ),
    "memory": ValueExercise(
        172.288,
        tolerance=3e-3,
        hints={
            344.576: "a 32-bit number has 4 bytes, not 8.",
            43.072: "that is the count of numbers in millions; each has 4 bytes.",
            139.52: "count five arrays of n: z, r, g, the reset term and the state.",
            106.752: "count five arrays of n: z, r, g, the reset term and the state.",
            163.84: "the inputs are kept too: m numbers for every step.",
            2.692: "that is one sequence; the batch has 64.",
            0.172288: "that is one step; the sequence has 1000.",
        },
    ),
}
