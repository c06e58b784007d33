"""Compare something with a relative of the GRU, and look for known mistakes."""

import contextlib
import inspect
import io
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.precision import TOLERANCE
from gru_lib.conformance.run_case import BadAnswerError, as_array, describe_exception
from gru_lib.conformance.time_limit import Caller, NoAnswerError
from gru_lib.relatives.relative import Mistake, Relative, RelativeCase
from gru_lib.relatives.report import RelativeReport


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
    relative: str, function: Callable[..., Any], *, update: str = "keeps", dtype: str | None = None, limit: float = 60.0
) -> RelativeReport:
    """Tell whether a function computes a relative of the GRU, and if not, which mistake it makes.

    Shown on the page *Relatives of the GRU*.

    Parameters
    ----------
    relative : str
        "min-gru", "min-gru-log", "layer-norm-gru", "dreamer-gru", "block-gru", "conv-gru" or "gru-d".
    function : callable
        ``(x, weights, *, h0=None)`` -> states (B, T, ...), or a tuple of them and the final state; for "gru-d" with
        ``mask`` and ``delta`` (B, T, m) too. `weights` is the dataclass in the module of the relative. An h0 that it
        does not take is not tested.
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

    allowed = {"relative": RELATIVES, "update": ("keeps", "overwrites"), "dtype": ("float64", "float32")}
    for argument, value in {"relative": relative, "update": update, "dtype": dtype or "float64"}.items():
        if value not in allowed[argument]:
            raise ValueError(f"{argument} is {value!r}; expected one of {', '.join(allowed[argument])}")
    kind, name = RELATIVES[relative], getattr(function, "__name__", type(function).__name__)
    given = function if update == "keeps" else lambda x, weights, **rest: function(x, weights.overwriting(), **rest)
    cases = [c.cast(dtype or "float64") for c in kind.cases() if "h0" not in c.options or _takes_h0(function)]
    answers, problem = _answers(kind, cases, given, limit)
    precision = dtype or _precision(answers)
    wrong = [(answer, what) for answer in answers if (what := _difference(answer, TOLERANCE[precision]))]
    mistakes = _named(kind, answers, TOLERANCE[precision]) if any(what != a.problem for a, what in wrong) else None
    other = "keeps" if update == "overwrites" else "overwrites"
    failures = tuple((answer.case, what) for answer, what in wrong)
    return RelativeReport(name, relative, precision, tuple(cases), failures, mistakes, other, problem)


def _takes_h0(function: Callable[..., Any]) -> bool:
    try:
        taken = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # it has none that can be read
        return True
    return any(each.name == "h0" or each.kind is each.VAR_KEYWORD for each in taken)


def _answers(kind: Relative, cases: list[RelativeCase], function: Callable, limit: float) -> tuple[list[Answer], str]:
    """Return what the function answers, and why it could not be tested to the end, if so."""
    answers: list[Answer] = []
    with Caller(limit) as ask, contextlib.redirect_stdout(io.StringIO()):  # what it prints must not mix with the report
        try:
            for case in cases:
                answers.append(ask(_answer, kind, case, function))
        except NoAnswerError as error:
            return answers, f"it {error}"
    if all(answer.problem.startswith("raised ") for answer in answers):
        return answers, f"it does nothing but raise: {answers[0].problem.removeprefix('raised ')}"
    return answers, ""


def _answer(kind: Relative, case: RelativeCase, function: Callable[..., Any]) -> Answer:
    expected = _states(case.cast("float64"), kind.forward)
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


def _states(case: RelativeCase, run: Callable[..., NDArray]) -> NDArray:
    with np.errstate(all="ignore"):
        return run(case.x, case.weights, **case.options)


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


def _difference(answer: Answer, tolerance: float) -> str:
    """Say what is wrong; empty if nothing is."""
    _case, expected, states, problem = answer
    if not answer.fits:
        return problem or f"returned shape {states.shape}; expected {expected.shape}"
    if (wrong := np.argwhere(_off(states, expected) > tolerance)).size:
        place = tuple(wrong[wrong[:, 1].argmin()])
        return f"wrong from step {place[1] + 1}: {states[place]:.9g} instead of {expected[place]:.9g}"
    return problem


def _named(kind: Relative, answers: Sequence[Answer], tolerance: float) -> tuple[Mistake, ...]:
    """Return the mistakes, or else the pairs of them, that give the same numbers wherever there are some."""
    answered = sorted((answer for answer in answers if answer.fits), key=lambda answer: answer.expected.size)

    def gives_them(mistake: Mistake) -> bool:
        run = kind.cell(**mistake.parts).run
        return all((_off(answer.states, _states(answer.case, run)) <= tolerance).all() for answer in answered)

    pairs = (one & two for one, two in combinations(kind.mistakes, 2) if not one.parts.keys() & two.parts.keys())
    single = tuple(mistake for mistake in kind.mistakes if gives_them(mistake))
    return single or tuple(pair for pair in pairs if gives_them(pair)) if answered else ()
