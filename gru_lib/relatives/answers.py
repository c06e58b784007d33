"""What a function answers to a case, and how far that is from the right answer."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.precision import TOLERANCE
from gru_lib.conformance.run_case import BadAnswerError, as_array, describe_exception
from gru_lib.relatives.relative import Relative, RelativeCase
from gru_lib.relatives.report import RelativeFailure


class Answer(NamedTuple):
    """What came back for a case, (0,) if nothing did; `problem` says why, or what is wrong beside the numbers."""

    case: RelativeCase
    expected: NDArray
    states: NDArray = np.empty(0)
    problem: str = ""

    @property
    def fits(self) -> bool:
        """Whether there are states of the right shape."""
        return self.states.shape == self.expected.shape


def answer_to(kind: Relative, case: RelativeCase, function: Callable[..., Any]) -> Answer:
    """Return what came back."""
    expected = states_of(case.cast("float64"), kind.forward)
    arguments = case.cast(case.x.dtype)  # copies
    try:
        with np.errstate(all="ignore"):  # what overflows is seen in the numbers
            answer = function(arguments.x, arguments.weights, **arguments.options)
            states, *others = answer if isinstance(answer, tuple) else (answer,)
            states, others = as_array(states).copy(), [as_array(a) for a in others if hasattr(a, "__array__")]
    except (Exception, SystemExit) as error:  # whatever it does, it must not end the test
        problem = str(error) if isinstance(error, BadAnswerError) else describe_exception(error)
        return Answer(case, expected, problem=problem)
    last = expected[:, -1].ravel()
    if len(others) == 1 and (others[0].size != last.size or not np.allclose(others[0].ravel(), last, 1e-4, 1e-4)):
        return Answer(case, expected, states, "the final state is not that of the last step")
    after = arguments.arrays()
    changed = ", ".join(name for name, array in case.arrays().items() if not np.array_equal(array, after[name]))
    return Answer(case, expected, states, changed and f"changes its argument {changed} in place")


def states_of(case: RelativeCase, run: Callable[..., NDArray]) -> NDArray:
    """Return the states (B, T, ...) that a reference, or a mistake, gives."""
    with np.errstate(all="ignore"):
        return run(case.x, case.weights, **case.options)


def off(states: NDArray, expected: NDArray) -> NDArray:
    """Return how far each number is off, relative to the largest or 1; where NaN is expected, NaN is right."""
    scale = max(1.0, float(np.abs(expected[np.isfinite(expected)]).max(initial=0)))
    with np.errstate(all="ignore"):
        far = np.abs(states - expected) / scale
    return np.where(np.isnan(states) & np.isnan(expected), 0, np.where(np.isnan(far), np.inf, far))


def precision_of_answers(answers: Sequence[Answer]) -> str:
    """Return float32 if that explains a difference."""
    largest = [float(off(answer.states, answer.expected).max()) for answer in answers if answer.fits]
    return "float32" if any(TOLERANCE["float64"] < far <= TOLERANCE["float32"] for far in largest) else "float64"


def failure_in(answer: Answer, tolerance: float) -> RelativeFailure | None:
    """Say what is wrong, if anything is."""
    case, expected, states, problem = answer
    if not answer.fits:
        return RelativeFailure(case, problem or f"returned shape {states.shape}; expected {expected.shape}")
    if (wrong := np.argwhere(off(states, expected) > tolerance)).size:
        place = tuple(wrong[wrong[:, 1].argmin()])
        both = f"{states[place]:.9g} instead of {expected[place]:.9g}"
        return RelativeFailure(case, f"wrong from step {place[1] + 1}: {both}", numbers=True)
    return RelativeFailure(case, problem) if problem else None
