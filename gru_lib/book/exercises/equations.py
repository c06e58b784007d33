"""Exercises of the chapter *The GRU equations*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise
from gru_lib.scratch import GRUWeights, gru_step, sigmoid


def _bias_for_half_life(steps: float) -> float:
    share = 0.5 ** (1 / steps)
    return float(np.log(share / (1 - share)))


def _worked_step(x: float, h: float) -> float:
    z, r = sigmoid(np.array(x + 2 * h)), sigmoid(np.array(-x + 2 * h))
    g = np.tanh(0.5 * x + r * (h + 0.5))
    return float(z * h + (1 - z) * g)


def _step(x_t: NDArray, h: NDArray, kernel: NDArray, recurrent_kernel: NDArray, bias: NDArray) -> NDArray:
    return gru_step(x_t, h, GRUWeights(kernel, recurrent_kernel, bias))


def _step_with(candidate_bias_inside: bool, exchanged: bool, x_t: NDArray, h: NDArray, *arrays: NDArray) -> NDArray:
    """Return a step with the recurrent bias of the candidate inside or outside the brackets, and z or 1 - z."""
    kernel, recurrent_kernel, bias = arrays
    x_z, x_r, x_h = np.split(x_t @ kernel + bias[0], 3, axis=1)
    h_z, h_r, h_h = np.split(h @ recurrent_kernel, 3, axis=1)
    c_z, c_r, c_h = np.split(bias[1], 3)
    z, r = sigmoid(x_z + h_z + c_z), sigmoid(x_r + h_r + c_r)
    g = np.tanh(x_h + r * (h_h + c_h)) if candidate_bias_inside else np.tanh(x_h + r * h_h + c_h)
    return (1 - z) * h + z * g if exchanged else z * h + (1 - z) * g


def _without_c(x_t: NDArray, h: NDArray, kernel: NDArray, recurrent_kernel: NDArray, bias: NDArray) -> NDArray:
    silent = bias.copy()
    silent[1, 2 * h.shape[1] :] = 0
    return _step(x_t, h, kernel, recurrent_kernel, silent)


def _step_cases(rng: np.random.Generator) -> list[tuple]:
    weights = (4, 9), (3, 9), (2, 9)
    return [(rng.normal(size=(2, 4)), rng.uniform(-1, 1, (2, 3)), *map(rng.standard_normal, weights)) for _ in range(3)]


def _last_flagged(values: NDArray, flags: NDArray) -> NDArray:
    state = np.zeros(len(values))
    for value, flag in zip(values.T, flags.T, strict=True):
        state = np.where(flag, np.tanh(value), state)
    return state


def _flagged_cases(rng: np.random.Generator) -> list[tuple]:
    return [(rng.uniform(-1, 1, size=(6, steps)), rng.random((6, steps)) < 0.15) for steps in (8, 13, 20)]


EXERCISES = {
    "by-hand": ValueExercise(
        _worked_step(0.0, 0.5),
        tolerance=1e-3,
        hints={
            0.590: "z and 1 - z are swapped; z = 0.731 is the share of the old state.",
            0.570: "the candidate saw the whole past; multiply h U + c = 1 by r before tanh.",
            0.553: "the reset gate multiplies the recurrent bias c_h too, not only h U.",
            0.562: "that is z h + (1 - z) r: the candidate still needs its tanh.",
            0.624: "that is the candidate; blend it with the old state.",
            0.531: "that is the step with x = 1 from the text; here x = 0.",
        },
        steps=(
            "begin with the update gate: its sum is 0 times 1 plus 0.5 times 2.",
            "z and r are both sigmoid(1) = 0.731; inside the candidate the past is 0.5 times 1 plus 0.5, times r.",
        ),
    ),
    "how-firm": ValueExercise(
        8,
        hints={
            7: "close: at 7 the error is still just above 0.01.",
            6: "at 6 about three per cent of the value are lost on the way.",
            9: "9 is enough, and a smaller one is too.",
            12: "12 is what the experiment used; a smaller one is enough.",
        },
        steps=(
            "`error(hold_value(sigmoid(a - 2 * a * flag))[:, -1])` is the error for one `a`.",
            "print it for every `a` from 1 to 12, and take the first that is below 0.01.",
        ),
    ),
    "trained": FunctionExercise(
        _step,
        _step_cases,
        mistakes=[
            (_without_c, "c_h has disappeared; it belongs in the step, but elsewhere."),
            (
                lambda *arrays: _step_with(True, True, *arrays),
                "c_h is right now, but z and 1 - z are swapped; they were right before.",
            ),
        ],
        stub=lambda *arrays: _step_with(False, False, *arrays),
        steps=(
            "Keras starts all biases at zero. Set one of the six to 1: for which one do the two steps differ?",
            "it is c_h. Compare its place with the third of the four equations.",
        ),
    ),
    "half-life": FunctionExercise(
        _bias_for_half_life,
        lambda _: [(3.0,), (10.0,), (200.0,)],
        mistakes=[
            (lambda steps: 0.5 ** (1 / steps), "that is z itself; ask which b has sigmoid(b) = z."),
            (lambda steps: -_bias_for_half_life(steps), "the sign is wrong: a long half-life needs a large b."),
            (
                lambda steps: np.log(steps - 1),
                "you used z = 1 - 1/k; the condition is that z to the power k is one half.",
            ),
        ],
        steps=(
            "after k steps the state has been multiplied by z k times; set that to one half.",
            "then solve sigmoid(b) = z for b: the inverse of the sigmoid is log(z / (1 - z)).",
        ),
    ),
    "last-flagged": FunctionExercise(
        _last_flagged,
        _flagged_cases,
        mistakes=[
            (
                lambda values, flags: np.tanh(values[:, -1]),
                "the unit writes at every step; without a flag the update gate must be near 1.",
            ),
            (
                lambda values, flags: np.zeros(len(values)),
                "the unit never writes; the flag's weight must outweigh the bias of the update gate.",
            ),
            (
                lambda values, flags: _last_flagged(values + 1.0, flags),
                "the flag reaches the candidate too; its weight there should be 0.",
            ),
        ],
        tolerance=0.01,
        steps=(
            "the candidate should be tanh of the value, so its only weight is 1, from the value.",
            "the update gate should see the flag alone: a large positive bias, and twice that, negative, as weight.",
        ),
    ),
}
