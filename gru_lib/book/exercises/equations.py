"""Exercises of the chapter *Derive the GRU equations, gate by gate*."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise
from gru_lib.scratch import parameter_count, sigmoid


def _candidate(x_part: NDArray, r: NDArray, h: NDArray, U_h: NDArray, c_h: NDArray) -> NDArray:
    return np.tanh(x_part + r * (h @ U_h + c_h))


def _candidate_cases(rng: np.random.Generator) -> list[tuple]:
    draws = [[rng.normal(size=shape) for shape in ((2, 3), (2, 3), (2, 3), (3, 3), (3,))] for _ in range(3)]
    return [(x_part, sigmoid(r), np.tanh(h), U_h, c_h) for x_part, r, h, U_h, c_h in draws]


def _bias_for_half_life(steps: float) -> float:
    share = 0.5 ** (1 / steps)
    return float(np.log(share / (1 - share)))


def _worked_step(x: float, h: float) -> float:
    z, r = sigmoid(np.array(x + 2 * h)), sigmoid(np.array(-x + 2 * h))
    g = np.tanh(0.5 * x + r * (h + 0.5))
    return float(z * h + (1 - z) * g)


EXERCISES = {
    "by-hand": ValueExercise(
        _worked_step(0.0, 0.5),
        tolerance=1e-3,
        hints={
            0.590: "z and 1 - z are exchanged; z = 0.731 is the share of the old state.",
            0.570: "the candidate saw the whole past; multiply h U + c = 1 by r before tanh.",
            0.553: "the reset gate multiplies the recurrent bias c_h too, not only h U.",
            0.562: "that is z h + (1 - z) r: the candidate still needs its tanh.",
            0.624: "that is the candidate; blend it with the old state.",
            0.531: "that is the step with x = 1 from the text; here x = 0.",
        },
    ),
    "candidate": FunctionExercise(
        _candidate,
        _candidate_cases,
        mistakes=[
            (
                lambda x_part, r, h, U_h, c_h: np.tanh(x_part + (r * h) @ U_h + c_h),
                "that is reset before; here r multiplies the finished product, bias included.",
            ),
            (
                lambda x_part, r, h, U_h, c_h: np.tanh(x_part + (r * h) @ U_h),
                "that is reset before; here r multiplies the finished product h U_h + c_h.",
            ),
            (
                lambda x_part, r, h, U_h, c_h: np.tanh(x_part + r * (h @ U_h) + c_h),
                "c_h stands inside the brackets: a shut reset gate silences it as well.",
            ),
            (
                lambda x_part, r, h, U_h, c_h: np.tanh(r * (x_part + h @ U_h + c_h)),
                "the reset gate acts on the past alone; the input part always gets through.",
            ),
            (
                lambda x_part, r, h, U_h, c_h: np.tanh(x_part + (1 - r) * (h @ U_h + c_h)),
                "r = 1 shows the past, r = 0 hides it; you have it the other way round.",
            ),
            (
                lambda x_part, r, h, U_h, c_h: x_part + r * (h @ U_h + c_h),
                "the tanh is missing; without it the state is not bounded.",
            ),
        ],
    ),
    "half-life": FunctionExercise(
        _bias_for_half_life,
        lambda _: [(3.0,), (10.0,), (200.0,)],
        mistakes=[
            (
                lambda steps: 0.5 ** (1 / steps),
                "that is z itself; ask which b has sigmoid(b) = z.",
            ),
            (
                lambda steps: -_bias_for_half_life(steps),
                "the sign is wrong: a large bias keeps, so long half-lives need large positive b.",
            ),
            (
                lambda steps: np.log(steps - 1),
                "you used z = 1 - 1/k; the condition is that z to the power k is one half.",
            ),
        ],
    ),
    "parameters": ValueExercise(
        parameter_count(28, 64, reset_after=False),
        hints={
            parameter_count(28, 64): "that has two bias rows; reset before has one.",
            parameter_count(28, 64, use_bias=False): "the biases are missing: one row of 3n.",
            parameter_count(28, 64, reset_after=False) // 3: "that is one gate; there are three such groups.",
            4 * (28 * 64 + 64 * 64 + 64): "that is an LSTM, which has four groups.",
            28 * 64 + 64 * 64 + 64 + 64: "that is one gate, and with two biases.",
        },
    ),
}
