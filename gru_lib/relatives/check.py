"""Compare something with a relative of the GRU, and look for known mistakes."""

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.precision import TOLERANCE
from gru_lib.conformance.run_case import BadAnswerError, as_array, describe_exception
from gru_lib.conformance.time_limit import Caller, NoAnswerError
from gru_lib.relatives.relative import Mistake, Relative, RelativeCase
from gru_lib.relatives.report import RelativeFailure, RelativeReport


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


def check_relative(
    relative: str,
    function: Callable[..., Any],
    *,
    update: str = "keeps",
    dtype: str | None = None,
    limit: float = 60.0,
) -> RelativeReport:
    """Tell whether a function computes a relative of the GRU, and if not, which mistake it makes.

    Shown on the page *Relatives of the GRU*.

    Parameters
    ----------
    relative : str
        "min-gru", "min-gru-log", "layer-norm-gru", "dreamer-gru", "block-gru", "conv-gru" or "gru-d".
    function : callable
        ``(x, weights, *, h0=None)`` -> states (B, T, ...), or a tuple of them and the final state; for "gru-d" with
        ``mask`` and ``delta`` (B, T, m) too. `weights` is the dataclass in the module of the relative.
    update : str
        "overwrites" if z = 1 takes the new state, as in most of the papers: z's part of the weights is then negated.
    dtype : str, optional
        "float64" or "float32": hand over such arrays, and hold it to this precision. By default the arrays are of
        float64, and the answers tell.
    limit : float
        Seconds that one call may take.

    Raises
    ------
    ValueError
        If there is no such relative, update or dtype. What the function does is reported, never raised.

    Examples
    --------
    >>> from gru_lib.relatives import RELATIVES, check_relative
    >>> check_relative("min-gru", RELATIVES["min-gru"].forward)
    ✓ forward is a min-gru in float64: all 12 cases agree.
    """
    from gru_lib.relatives import RELATIVES

    _one_of("relative", relative, *RELATIVES)
    _one_of("update", update, "keeps", "overwrites")
    _one_of("dtype", dtype or "float64", "float64", "float32")
    kind, name = RELATIVES[relative], getattr(function, "__name__", type(function).__name__)
    answers: list[Answer] = []
    problem = ""
    with Caller(limit) as ask:
        try:
            for case in kind.cases():
                answers.append(ask(_answer, kind, case.cast(dtype or "float64"), function, update == "overwrites"))
        except NoAnswerError as error:
            problem = f"it {error}"
    if answers and all(answer.problem.startswith("raised ") for answer in answers):
        problem = f"it does nothing but raise: {answers[0].problem.removeprefix('raised ')}"
    precision = dtype or _precision(answers)
    failures = tuple(failure for answer in answers if (failure := _failure(answer, TOLERANCE[precision])))
    mistakes = _named(kind, answers, TOLERANCE[precision]) if any(failure.numbers for failure in failures) else ()
    other = "keeps" if update == "overwrites" else "overwrites"
    cases = tuple(answer.case for answer in answers)
    return RelativeReport(name, relative, precision, cases, failures, mistakes, other, problem)


def _one_of(name: str, value: str, *allowed: str) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; expected one of {', '.join(allowed)}")


def _answer(kind: Relative, case: RelativeCase, function: Callable[..., Any], overwrites: bool) -> Answer:
    expected = case.cast("float64").call(kind.forward)
    given = replace(case, weights=case.weights.overwriting()) if overwrites else case
    arguments = given.cast(case.x.dtype)  # copies
    try:
        # what it prints must not mix with the report; what overflows is seen in the numbers
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            answer = arguments.call(function)
            states, *others = (as_array(part) for part in (answer if isinstance(answer, tuple) else (answer,)))
    except KeyboardInterrupt:
        raise
    except BadAnswerError as error:
        return Answer(case, expected, problem=str(error))
    except BaseException as error:  # whatever it does, it must not end the test
        return Answer(case, expected, problem=describe_exception(error))
    before, after = given.arrays(), arguments.arrays()
    changed = [name for name in before if not np.array_equal(before[name], after[name])]
    problem = f"changes its argument {', '.join(changed)} in place" if changed else ""
    if len(others) == 1 and not np.allclose(others[0].reshape(-1), expected[:, -1].reshape(-1), 1e-4, 1e-4):
        problem = "the final state is not that of the last step"
    return Answer(case, expected, states.copy(), problem)


def _off(states: NDArray, expected: NDArray) -> NDArray:
    """Return how far each number is off, relative to the largest or 1; where NaN is expected, NaN is right."""
    scale = max(1.0, float(np.abs(expected[np.isfinite(expected)]).max(initial=0)))
    with np.errstate(all="ignore"):
        off = np.abs(states - expected) / scale
    return np.where(np.isnan(states) & np.isnan(expected), 0, np.where(np.isnan(off), np.inf, off))


def _precision(answers: Sequence[Answer]) -> str:
    """Return float32 if that explains a difference."""
    off = [float(_off(answer.states, answer.expected).max()) for answer in answers if answer.fits]
    return "float32" if any(TOLERANCE["float64"] < far <= TOLERANCE["float32"] for far in off) else "float64"


def _failure(answer: Answer, tolerance: float) -> RelativeFailure | None:
    case, expected, states, problem = answer
    if not answer.fits:
        shape = f"returned shape {states.shape}; expected {expected.shape}"
        return RelativeFailure(case, problem or shape, numbers=not problem)
    if (wrong := np.argwhere(_off(states, expected) > tolerance)).size:
        place = tuple(wrong[wrong[:, 1].argmin()])
        both = f"{states[place]:.9g} instead of {expected[place]:.9g}"
        return RelativeFailure(case, f"wrong from step {place[1] + 1}: {both}", numbers=True)
    return RelativeFailure(case, problem) if problem else None


def _named(kind: Relative, answers: Sequence[Answer], tolerance: float) -> tuple[Mistake, ...]:
    """Return the mistakes, or else the pairs of them, that give the same numbers wherever there are some."""
    answered = sorted((answer for answer in answers if answer.fits), key=lambda answer: answer.expected.size)

    def gives_them(mistake: Mistake) -> bool:
        run = kind.cell(**mistake.parts).run
        with np.errstate(all="ignore"):
            found = ((answer.states, answer.case.cast("float64").call(run)) for answer in answered)
            return all((_off(states, wrong) <= tolerance).all() for states, wrong in found)

    pairs = (one & two for one, two in combinations(kind.mistakes, 2) if not one.parts.keys() & two.parts.keys())
    single = tuple(mistake for mistake in kind.mistakes if gives_them(mistake))
    return single or tuple(pair for pair in pairs if gives_them(pair)) if answered else ()
