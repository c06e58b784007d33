"""One call of a candidate, whatever it does, and how far its answer is from the right one."""

import contextlib
import io
import textwrap
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.candidate import Candidate
from gru_lib.conformance.cases import GRADIENTS, Case
from gru_lib.scratch import GRUWeights

# Largest difference, relative to the largest expected value or 1. Measured with right GRUs (scratch, PyTorch up to
# 128 units, Keras on TensorFlow, ONNX Runtime): states 5e-16 in float64 and 5e-7 in float32, gradients 2e-15 and 1e-6.
# The smallest mistakes measured: 1e-8 for float32 inside float64, 6e-5 for weights rounded to float16.
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}


@dataclass(frozen=True)
class Outcome:
    """What a candidate did with a case; `states` is None if there is nothing to compare."""

    case: Case
    states: NDArray | None = None
    problem: str = ""
    gradients: dict[str, NDArray] = field(default_factory=dict)


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


def observe(candidate: Candidate, case: Case, *, gradients: bool = False) -> Outcome:
    """Call a candidate with copies; return its answer, or in words why there is none."""
    arguments: dict[str, Any] = {"x": case.x.copy(), "weights": GRUWeights(*(a.copy() for a in case.weights.arrays()))}
    options = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in case.options.items()}
    try:
        # what it prints must not mix with the report; what overflows is seen in the numbers
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            if gradients:
                answer = candidate.gradients(*arguments.values(), case.counted_grad, **options)  # type: ignore[misc]
                found = {n: as_array(getattr(answer, n)) for n in GRADIENTS if getattr(answer, n, None) is not None}
                return Outcome(case, gradients=found, problem="" if found else "returned nothing")
            answer = candidate.call(*arguments.values(), **options)
            states = as_array(answer[0] if isinstance(answer, tuple) and answer else answer)
    except KeyboardInterrupt:
        raise
    except BadAnswerError as error:
        return Outcome(case, problem=str(error))
    except BaseException as error:  # SystemExit too: a candidate must not end the test
        return Outcome(case, problem=last_words(error))
    problem = _changed(case, arguments["x"], arguments["weights"], options) or _dtype_problem(case, states)
    wrong_form = _form_problem(case, states)
    return Outcome(case, None if wrong_form else states, wrong_form or problem)


class BadAnswerError(Exception):
    """What a candidate returned is no array of numbers."""


def as_array(value: Any) -> NDArray:
    """Return what a framework returned as an array, or raise BadAnswerError."""
    if value is None:
        raise BadAnswerError("returned None; expected the states (B, T, n)")
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise BadAnswerError(f"returned {type(value).__name__} of dtype {array.dtype}; expected numbers (B, T, n)")
    return array


def last_words(error: BaseException) -> str:
    """Return the kind and the message of an exception in one line, and where it was raised."""
    line = textwrap.shorten(str(error), 300, placeholder=" …")
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {frames[-1].name}, line {frames[-1].lineno})" if len(frames) > 1 else ""
    return f"raised {type(error).__name__}: {line}{place}"


def _changed(case: Case, x: NDArray, weights: GRUWeights, options: dict[str, Any]) -> str:
    """Name the arguments that a candidate has written to."""
    pairs = [("x", case.x, x), ("h0", case.h0, options["h0"]), ("mask", case.mask, options["mask"])]
    names = ("kernel", "recurrent_kernel", "bias")
    pairs += [(f"weights.{name}", getattr(case.weights, name), getattr(weights, name)) for name in names]
    changed = [name for name, before, now in pairs if before is not None and not np.array_equal(before, now)]
    return f"changes its argument {', '.join(changed)} in place" if changed else ""


def _form_problem(case: Case, states: NDArray) -> str:
    """Say why the answer cannot be compared."""
    expected = case.grad.shape
    if states.shape != expected:
        batch, steps, n = expected
        hints = {(steps, batch, n): ": time comes first", (batch, n): ": the last state only"}
        wanted = f"expected (B, T, n) = {expected}"
        return f"returned shape {states.shape}{hints.get(states.shape, '')}; {wanted}"
    if bad := states.size - np.count_nonzero(np.isfinite(states)):
        return f"returned {bad} values that are NaN or infinite"
    return ""


def _dtype_problem(case: Case, states: NDArray) -> str:
    same = states.dtype == case.x.dtype
    return "" if same else f"returned dtype {states.dtype}; expected {case.x.dtype}, as x and the weights"


def state_failure(outcome: Outcome) -> Failure | None:
    """Compare the states with the right ones."""
    case, states = outcome.case, outcome.states
    if states is None:
        return Failure(case, outcome.problem)
    expected = case.expected["states"]
    wrong = (np.abs(states - expected) > tolerance(case, expected)) & case.counted[:, :, None]
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
