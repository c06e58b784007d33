"""How far an answer is from the right one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.cases import Case
from gru_lib.conformance.precision import TOLERANCE
from gru_lib.conformance.run_case import Outcome

LARGE = 300  # bound of a sum x W below which its rounding counts for nothing


@dataclass(frozen=True)
class Failure:
    """One case that failed.

    `message` says what is wrong, `step` is the first wrong step (from 1) if the states are, and `numbers` tells that
    an array came back, and a wrong one.
    """

    case: Case
    message: str
    step: int | None = None
    numbers: bool = False

    def __str__(self) -> str:
        return f"{self.message} [{self.case.name}]"


def tolerance(case: Case, expected: NDArray) -> float:
    """Return the largest difference that counts as rounding: more for large answers, and for sums of large terms."""
    return TOLERANCE[case.precision] * max(1.0, float(np.abs(expected).max(initial=0)), case.largest_sum / LARGE)


def distance(outcome: Outcome) -> float:
    """Return the largest difference of the states from the right ones, where they are compared."""
    if outcome.states is None or not outcome.fits:
        return np.inf
    with np.errstate(invalid="ignore"):
        difference = np.abs(outcome.states - outcome.case.states)[outcome.case.compared]
    return float(np.where(np.isnan(difference), np.inf, difference).max(initial=0))


def state_failure(outcome: Outcome) -> Failure | None:
    """Compare the states with the right ones."""
    case, states = outcome.case, outcome.states
    if states is None or not outcome.fits:
        return Failure(case, outcome.problem, numbers=states is not None)
    expected = case.states
    with np.errstate(invalid="ignore"):
        right = np.abs(states - expected) <= tolerance(case, expected)  # not so for NaN
    wrong = ~right & case.compared[:, :, None]
    if not wrong.any():
        if message := _final_state_problem(outcome):
            return Failure(case, message, numbers=True)
        return Failure(case, outcome.problem) if outcome.problem else None
    step = int(wrong.any(axis=(0, 2)).argmax())
    row, unit = np.argwhere(wrong[:, step])[0]
    where = f"step {step + 1}, row {row}, unit {unit}"
    also = f"; {outcome.problem}" if outcome.problem else ""
    message = f"wrong from {where}: {_both(states, expected, (row, step, unit))}{also}"
    return Failure(case, message, step + 1, numbers=True)


def _final_state_problem(outcome: Outcome) -> str:
    case, state = outcome.case, outcome.final_state
    if state is None:
        return ""
    expected = case.final_state
    if state.shape != expected.shape:
        return f"final state: returned shape {state.shape}; expected (B, n) = {expected.shape}"
    wrong = ~(np.abs(state - expected) <= tolerance(case, expected)) & case.has_final[:, None]
    if not wrong.any():
        return ""
    row, unit = np.argwhere(wrong)[0]
    return f"final state wrong in row {row}, unit {unit}: {_both(state, expected, (row, unit))}"


def _both(got: NDArray, expected: NDArray, place: tuple[int, ...]) -> str:
    """Print two numbers with as many digits as tell them apart."""
    values = float(got[place]), float(expected[place])
    for digits in (6, 9, 17):
        a, b = (f"{value:.{digits}g}" for value in values)
        if a != b:
            break
    return f"{a} instead of {b}"


def gradient_failures(outcome: Outcome) -> Iterator[Failure]:
    """Compare the gradients that are offered with the right ones."""
    case = outcome.case
    if outcome.problem:
        yield Failure(case, f"gradients: {outcome.problem}")
    for name, got in outcome.gradients.items():
        expected = case.gradients[name]
        if expected is None or got.shape != expected.shape:
            wanted = "none" if expected is None else f"shape {expected.shape}"
            yield Failure(case, f"gradient of {name}: shape {got.shape}; expected {wanted}")
        elif not (difference := np.abs(got - expected).max(initial=0)) <= tolerance(case, expected):
            how = f"differs by {difference:.2g}" if np.isfinite(difference) else "is NaN or infinite"
            yield Failure(case, f"gradient of {name}: {how}")
