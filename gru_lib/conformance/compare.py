"""How far an answer is from the right one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.cases import Case
from gru_lib.conformance.run_case import Outcome

# Largest difference, relative to the largest expected value or 1. Measured with right GRUs (scratch, PyTorch up to
# 128 units, Keras on TensorFlow, ONNX Runtime): states 5e-16 in float64 and 5e-7 in float32, gradients 2e-15 and 1e-6.
# The smallest mistakes measured: 1e-8 for float32 inside float64, 6e-5 for weights rounded to float16.
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}


@dataclass(frozen=True)
class Failure:
    """One case that failed: the case, what is wrong in words, and the first wrong step (from 1) if it is a number."""

    case: Case
    message: str
    step: int | None = None

    def __str__(self) -> str:
        return f"{self.message} [{self.case.name}]"


def tolerance(case: Case, expected: NDArray) -> float:
    """Return the largest difference that counts as rounding."""
    return TOLERANCE[case.x.dtype.name] * max(1.0, float(np.abs(expected).max(initial=0)))


def state_failure(outcome: Outcome) -> Failure | None:
    """Compare the states with the right ones."""
    case, states = outcome.case, outcome.states
    if states is None:
        return Failure(case, outcome.problem)
    expected = case.expected["states"]
    wrong = (np.abs(states - expected) > tolerance(case, expected)) & case.compared[:, :, None]
    if not wrong.any():
        return Failure(case, outcome.problem) if outcome.problem else None
    step = int(wrong.any(axis=(0, 2)).argmax())
    row, unit = np.argwhere(wrong[:, step])[0]
    got, wanted = states[row, step, unit], expected[row, step, unit]
    where = f"step {step + 1}, row {row}, unit {unit}"
    also = f"; {outcome.problem}" if outcome.problem else ""
    return Failure(case, f"wrong from {where}: {got:.6g} instead of {wanted:.6g}{also}", step + 1)


def gradient_failures(outcome: Outcome) -> Iterator[Failure]:
    """Compare the gradients that are offered with the right ones."""
    case = outcome.case
    if outcome.problem:
        yield Failure(case, f"gradients: {outcome.problem}")
    for name, got in outcome.gradients.items():
        expected = case.expected[name]
        if expected is None or got.shape != expected.shape:
            wanted = "none" if expected is None else f"shape {expected.shape}"
            yield Failure(case, f"gradient of {name}: shape {got.shape}; expected {wanted}")
        elif not (distance := np.abs(got - expected).max(initial=0)) <= tolerance(case, expected):
            yield Failure(case, f"gradient of {name}: differs by {distance:.2g}")
