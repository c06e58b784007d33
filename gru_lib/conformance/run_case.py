"""One call of an implementation, whatever it does."""

import contextlib
import io
import textwrap
import traceback
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.cases import GRADIENTS, Case
from gru_lib.conformance.implementation import Implementation
from gru_lib.scratch import GRUWeights

WEIGHTS = ("kernel", "recurrent_kernel", "bias")


@dataclass(frozen=True)
class Outcome:
    """What an implementation did with a case; `states` is None if there is nothing to compare."""

    case: Case
    states: NDArray | None = None
    problem: str = ""
    gradients: dict[str, NDArray] = field(default_factory=dict)


def run_case(implementation: Implementation, case: Case, *, gradients: bool = False) -> Outcome:
    """Call an implementation with copies; return its answer, or in words why there is none."""
    given = {name: getattr(case, name) for name in ("x", *WEIGHTS, "h0", "mask")}
    arrays = {name: array.copy() for name, array in given.items() if array is not None}
    weights = GRUWeights(*(arrays[name] for name in WEIGHTS if name in arrays))
    options = case.options | {name: arrays.get(name) for name in ("h0", "mask")}
    try:
        # what it prints must not mix with the report; what overflows is seen in the numbers
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            if gradients and implementation.gradients is not None:
                answer = implementation.gradients(arrays["x"], weights, case.compared_grad, **options)
                found = {n: as_array(getattr(answer, n)) for n in GRADIENTS if getattr(answer, n, None) is not None}
                return Outcome(case, gradients=found, problem="" if found else "returned nothing")
            answer = implementation.call(arrays["x"], weights, **options)
            states = as_array(answer[0] if isinstance(answer, tuple) and answer else answer)
    except KeyboardInterrupt:
        raise
    except BadAnswerError as error:
        return Outcome(case, problem=str(error))
    except BaseException as error:  # SystemExit too: an implementation must not end the test
        return Outcome(case, problem=describe_exception(error))
    changed = [name for name, array in arrays.items() if not np.array_equal(array, given[name])]
    wrong_form = _form_problem(case, states)
    problem = wrong_form or _changed_problem(changed) or _dtype_problem(case, states)
    return Outcome(case, None if wrong_form else states, problem)


class BadAnswerError(Exception):
    """What an implementation returned is no array of numbers."""


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


def describe_exception(error: BaseException) -> str:
    """Return the kind and the message of an exception in one line, and where it was raised."""
    line = textwrap.shorten(str(error), 300, placeholder=" …")
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {frames[-1].name}, line {frames[-1].lineno})" if len(frames) > 1 else ""
    return f"raised {type(error).__name__}: {line}{place}"


def _changed_problem(changed: list[str]) -> str:
    names = ", ".join(f"weights.{name}" if name in WEIGHTS else name for name in changed)
    return f"changes its argument {names} in place" if changed else ""


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
