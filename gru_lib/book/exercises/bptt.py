"""Exercises of the chapter *Backpropagation through time*."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise
from gru_lib.scratch import sigmoid


def _gradient_of_b(x: Sequence[float], b: float, too_early: bool = False, first_only: bool = False) -> float:
    """Return the gradient of the last state of ``h = z h + (1 - z) x``, or what two mistakes make of it."""
    z, states = float(sigmoid(np.array(b))), [0.0]
    for x_t in x:
        states.append(z * states[-1] + (1 - z) * x_t)
    delta, gradient = z if too_early else 1.0, 0.0
    for t in reversed(range(len(x))):
        gradient += delta * (states[t] - x[t]) * z * (1 - z)
        delta = 0.0 if first_only else z * delta
    return gradient


def _one_gate(
    delta: NDArray, h: NDArray, z: NDArray, q: NDArray, g: NDArray, U_z: NDArray, U_h: NDArray, places: int = 3
) -> NDArray:
    """Return the gradient by the old state; with fewer places, z is forgotten as reset gate, or as update gate."""
    alpha_h = delta * (1 - z) * (1 - g**2)
    by_z = {3: delta * (h - g) + alpha_h * q, 2: delta * (h - g), 1: alpha_h * q}[places]
    return z * delta + (by_z * z * (1 - z)) @ U_z.T + (z * alpha_h) @ U_h.T


def _one_gate_cases(rng: np.random.Generator) -> list[tuple]:
    draws = [[rng.normal(size=shape) for shape in [(2, 3)] * 5 + [(3, 3)] * 2] for _ in range(3)]
    return [(delta, np.tanh(h), sigmoid(z), q, np.tanh(g), *matrices) for delta, h, z, q, g, *matrices in draws]


EXERCISES = {
    "three-steps": ValueExercise(
        0.0625,
        hints={
            0.25: "that is the gradient of h_2; the loss is h_3 now, so delta_2 is no longer 1.",
            0.125: "step 3 has the weight too: its contribution is (h_2 - x_3) times the slope 1/4.",
            -0.0625: "that is step 3 alone; go on back to steps 2 and 1.",
            0.1875: "that is step 2 alone; all three steps contribute.",
            0.3125: "the contributions of steps 3 and 1 are negative: there the state lies below the input.",
        },
        steps=(
            "delta_3 = 1, delta_2 = 1/2 and delta_1 = 1/4: each step back multiplies by z.",
            "each step contributes its delta, times the old state minus the input, times 1/4; add all three.",
        ),
    ),
    "steps-back": ValueExercise(
        21,
        hints={
            20: "close: at 20 slightly more than a tenth is still left out.",
            22: "22 is enough, and one step less is too.",
            100: "with 100 nothing is left out; a tenth may be.",
        },
        steps=(
            "`share_left_out(middle, test_x, test_grad, k)` is the share for one k.",
            "print it for k = 1, 2, 3, … and take the first that is below 0.1.",
        ),
    ),
    "half": FunctionExercise(
        _gradient_of_b,
        lambda rng: [(rng.normal(size=steps), float(b)) for steps, b in ((2, 0.0), (3, 1.0), (6, -0.7))],
        mistakes=[
            (
                lambda x, b: _gradient_of_b(x, b, first_only=True),
                "that is the last step alone; delta must go back to the others as well.",
            ),
            (
                lambda x, b: _gradient_of_b(x, b) / (z := float(sigmoid(np.array(b)))) / (1 - z),
                "the slope of the sigmoid is missing: z (1 - z).",
            ),
        ],
        stub=lambda x, b: _gradient_of_b(x, b, too_early=True),
        steps=(
            "for b = 0 it is one half of the truth, for b = 1 it is 0.73 of it: which number of the step is that?",
            "it is z. At step t, delta must be the gradient of the state *after* that step.",
        ),
    ),
    "one-gate": FunctionExercise(
        _one_gate,
        _one_gate_cases,
        mistakes=[
            (
                partial(_one_gate, places=2),
                "z works as reset gate too: alpha_h * q arrives at it from inside the candidate.",
            ),
            (
                partial(_one_gate, places=1),
                "z works as update gate too: delta * (h - g) arrives at it from the last line.",
            ),
            (
                lambda delta, h, z, q, g, U_z, U_h: _one_gate(delta, h, z, q, g, U_z, U_h) - z * delta,
                "the straight way is missing: the old state is in the last line as well.",
            ),
            (
                lambda delta, h, z, q, g, U_z, U_h: _one_gate(delta, h, z, q, g, U_z.T, U_h.T),
                "on the way back the matrices are transposed.",
            ),
        ],
        steps=(
            "alpha_h is as in the chapter; write down the three places in which z appears.",
            "the gate gets delta * (h - g) from the last line and alpha_h * q from the candidate; add, then the slope.",
        ),
    ),
}
