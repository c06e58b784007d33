"""Exercises of the chapter *Why gates*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import ChoiceExercise, FunctionExercise, ValueExercise
from gru_lib.scratch import sigmoid


def _gated(
    x: NDArray, h: NDArray, W: NDArray, U: NDArray, b: NDArray, W_z: NDArray, U_z: NDArray, b_z: NDArray
) -> NDArray:
    z = sigmoid(x @ W_z + h @ U_z + b_z)
    return z * h + (1 - z) * np.tanh(x @ W + h @ U + b)


def _backwards(
    x: NDArray, h: NDArray, W: NDArray, U: NDArray, b: NDArray, W_z: NDArray, U_z: NDArray, b_z: NDArray
) -> NDArray:
    return _gated(x, h, W, U, b, -W_z, -U_z, -b_z)


def _step_cases(rng: np.random.Generator) -> list[tuple]:
    sizes = ((2, 3), (1, 4), (3, 5))
    return [
        (
            rng.normal(size=m),
            rng.uniform(-1, 1, size=n),
            *(rng.normal(size=shape) for shape in [(m, n), (n, n), (n,)] * 2),
        )
        for m, n in sizes
    ]


def _record_cases(rng: np.random.Generator) -> list[tuple]:
    apart = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(20)]
    return [(0.9, -1.0), (-0.9, 0.9), (0.3, 0.3), *apart]


EXERCISES = {
    "silence": ChoiceExercise(
        solution="b",
        why={
            "a": "the later inputs know nothing of the first one, so they cannot keep it alive.",
            "c": "they are the same in both runs, but they also decide where on tanh the sums lie.",
            "d": "the product loses nothing, but the tanh still does: its slope is 1 at zero only.",
        },
        steps=(
            "What do large sums do to the slope of tanh?",
            "Run `distance(np.zeros(59), (W, U, b))` and compare it with the experiment.",
        ),
    ),
    "weaker": ValueExercise(
        17,
        tolerance=1e-9,
        hints={
            16: "steps are counted from 1, and the first entry of the array is step 1.",
            21: "0.8 ** 21 is below a hundredth, but the tanh makes the memory shorter still.",
            22: "0.8 ** 21 is below a hundredth, but the tanh makes the memory shorter still.",
        },
        steps=(
            "Draw the weights first and the numbers after them, from one generator.",
            "`np.argmax(curve < 0.01 * curve[0])` finds the first place, counted from 0.",
        ),
    ),
    "backwards": FunctionExercise(
        _gated,
        _step_cases,
        stub=_backwards,
        mistakes=[
            (
                lambda x, h, W, U, b, W_z, U_z, b_z: _gated(x, h, W, U, b, -W_z, -U_z, b_z),
                "the bias is mended, but the sum has three parts.",
            ),
            (
                lambda x, h, W, U, b, W_z, U_z, b_z: _gated(x, h, W, U, b, W_z, U_z, -b_z),
                "the products have changed their sign, and the bias has not.",
            ),
        ],
        steps=(
            "Compute z by hand for a sum of 0, of +4 and of −4.",
            "Compare the line of z with the definition of the sigmoid.",
        ),
    ),
    "record": FunctionExercise(
        lambda x, h: np.maximum(x, h),
        _record_cases,
        tolerance=0.02,
        mistakes=[
            (lambda x, h: np.minimum(x, h), "this unit holds the smallest number; exchange x and h in the gate."),
            (
                lambda x, h: sigmoid(h - x) * h + (1 - sigmoid(h - x)) * x,
                "the gate looks at the right difference, but it is undecided; make the sum much larger.",
            ),
            (lambda x, h: x, "this unit takes in everything; when should it keep?"),
        ],
        steps=("When should z be 1: when h is above x, or below it?", "Multiply the difference by a large number."),
    ),
}
