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
from gru_lib.conformance.time_limit import NoAnswerError
from gru_lib.scratch import GRUWeights

WEIGHTS = ("kernel", "recurrent_kernel", "bias")


@dataclass(frozen=True)
class Outcome:
    """What an implementation did with a case.

    `states` is None if no array came back, and may have any shape; it is a copy of what was `returned`, which the next
    call may change. `final_state` is there only where one was returned. `problem` says in words what is wrong apart
    from the numbers, `dtype` which numbers they are.
    """

    case: Case
    states: NDArray | None = None
    final_state: NDArray | None = None
    problem: str = ""
    gradients: dict[str, NDArray] = field(default_factory=dict)
    dtype: str = ""
    returned: NDArray | None = None

    @property
    def fits(self) -> bool:
        """Whether there are states of the right shape."""
        return self.states is not None and self.states.shape == self.case.grad.shape

    @property
    def has_changed(self) -> bool:
        """Whether a later call has changed what was returned."""
        if self.states is None or self.returned is None:
            return False
        return not np.array_equal(self.states, self.returned, equal_nan=True)


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
            final_state = _final_state(answer, case)
            copied = states.copy()  # inside, since a view may be larger than the memory
    except (KeyboardInterrupt, NoAnswerError):
        raise
    except BadAnswerError as error:
        return Outcome(case, problem=str(error))
    except BaseException as error:  # SystemExit too: an implementation must not end the test
        return Outcome(case, problem=describe_exception(error))
    changed = [name for name, array in arrays.items() if not np.array_equal(array, given[name])]
    problem = _shape_problem(case, states) or _changed_problem(changed)
    return Outcome(case, copied, final_state, problem, dtype=states.dtype.name, returned=states)


class BadAnswerError(Exception):
    """What an implementation returned is no array of numbers."""


def as_array(value: Any) -> NDArray:
    """Return what a framework returned as an array, or raise BadAnswerError."""
    if value is None:
        raise BadAnswerError("returned None; expected the states (B, T, n)")
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if str(getattr(value, "dtype", "")).endswith("bfloat16"):  # unknown to NumPy; float32 holds it exactly
        value = value.float() if hasattr(value, "float") else value.astype("float32")
    if np.ma.is_masked(value):
        raise BadAnswerError("returned a masked array with masked entries; expected numbers (B, T, n)")
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise BadAnswerError(f"returned {type(value).__name__} of dtype {array.dtype}; expected numbers (B, T, n)")
    return array


def _final_state(answer: Any, case: Case) -> NDArray | None:
    """Return the second entry of an answer if it can be the final state, with an axis of layers or without."""
    if not (isinstance(answer, tuple) and len(answer) == 2 and hasattr(answer[1], "__array__")):
        return None
    state = as_array(answer[1])
    batch, units = case.grad.shape[0], case.grad.shape[2]
    return state.reshape(batch, units) if state.shape in ((batch, units), (1, batch, units)) else state


def describe_exception(error: BaseException) -> str:
    """Return the kind and the message of an exception in one line, and where it was raised."""
    try:
        said = str(error)
    except Exception:  # of a class of its own
        said = "(its message cannot be read)"
    line = textwrap.shorten(said, 300, placeholder=" …")
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {frames[-1].name}, line {frames[-1].lineno})" if len(frames) > 1 else ""
    return f"raised {type(error).__name__}: {line}{place}"


def _changed_problem(changed: list[str]) -> str:
    names = ", ".join(f"weights.{name}" if name in WEIGHTS else name for name in changed)
    return f"changes its argument {names} in place" if changed else ""


def _shape_problem(case: Case, states: NDArray) -> str:
    expected = case.grad.shape
    if states.shape == expected:
        return ""
    batch, steps, n = expected
    hints = {(steps, batch, n): ": time comes first", (batch, n): ": the last state only"}
    return f"returned shape {states.shape}{hints.get(states.shape, '')}; expected (B, T, n) = {expected}"
