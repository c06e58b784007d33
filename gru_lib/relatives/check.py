"""Compare something with a relative of the GRU, and look for known mistakes."""

import contextlib
import inspect
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from gru_lib.conformance.judge import AGAIN
from gru_lib.conformance.precision import TOLERANCE
from gru_lib.conformance.time_limit import Caller, NoAnswerError
from gru_lib.relatives.answers import Answer, answer_to, failure_in, off, precision_of_answers, states_of
from gru_lib.relatives.relative import Mistake, Relative, RelativeCase
from gru_lib.relatives.report import RelativeFailure, RelativeReport


def check_relative(
    relative: str,
    function: Callable[..., Any],
    *,
    update: str = "keeps",
    without: Sequence[str] = (),
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
        ``mask`` and ``delta`` (B, T, m) too. `weights` is the dataclass in the module of the relative. An h0 that it
        does not take is not tested.
    update : str
        "overwrites" if z = 1 takes the new state, as in most of the papers.
    without : sequence of str
        Names of weights that the function has no place for, such as ("bias",): they are then 0, and a gain is 1.
    dtype : str, optional
        "float64" or "float32": hand over such arrays, and hold it to this precision. By default the arrays are of
        float64, and the answers tell.
    limit : float
        Seconds that one call may take.

    Raises
    ------
    ValueError
        If there is no such relative, update, weight or dtype. What the function does is reported, never raised.

    Examples
    --------
    >>> from gru_lib.relatives import RELATIVES, check_relative
    >>> check_relative("min-gru", RELATIVES["min-gru"].forward)
    ✓ forward is a min-gru in float64: all 12 cases agree.
    """
    kind = _known(relative, update, without, dtype)
    cases = [c.without(without).cast(dtype or "float64") for c in kind.cases()]
    h0 = _takes_h0(function)
    report = RelativeReport(
        getattr(function, "__name__", type(function).__name__),
        relative,
        cases=tuple(case for case in cases if h0 or "h0" not in case.options),
        not_tested=(*without, *([] if h0 else ["h0"])),
        other="keeps" if update == "overwrites" else "overwrites",
    )
    try:  # what it prints must not mix with the report
        with Caller(limit) as ask, contextlib.redirect_stdout(io.StringIO()):
            return _judged(report, kind, lambda case: ask(answer_to, kind, case, function), dtype)
    except NoAnswerError as error:
        return replace(report, problem=f"it {error}")


def _known(relative: str, update: str, without: Sequence[str], dtype: str | None) -> Relative:
    """Return the relative; ValueError if something that was said is unknown."""
    from gru_lib.relatives import RELATIVES

    said = [("relative", relative, RELATIVES), ("update", update, ("keeps", "overwrites"))]
    said.append(("dtype", dtype or "float64", ("float64", "float32")))
    names = RELATIVES[relative].cases()[0].weights.axes() if relative in RELATIVES else ()
    said += [("without", name, names) for name in without]
    for argument, value, allowed in said:
        if value not in allowed:
            raise ValueError(f"{argument} is {value!r}; expected one of {', '.join(allowed)}")
    return RELATIVES[relative] if update == "keeps" else RELATIVES[relative].overwriting()


def _takes_h0(function: Callable[..., Any]) -> bool:
    try:
        taken = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # it has none that can be read
        return True
    return any(each.name == "h0" or each.kind is each.VAR_KEYWORD for each in taken)


def _judged(
    report: RelativeReport, kind: Relative, put: Callable[[RelativeCase], Answer], dtype: str | None
) -> RelativeReport:
    """Return the report with what the answers to its cases amount to."""
    answers = [put(case) for case in report.cases]
    if all(answer.problem.startswith("raised ") for answer in answers):
        return replace(report, problem=f"it does nothing but raise: {answers[0].problem.removeprefix('raised ')}")
    precision = dtype or precision_of_answers(answers)
    tolerance = TOLERANCE[precision]
    failures = [failure for answer in answers if (failure := failure_in(answer, tolerance))]
    first = next(answer for answer in answers if "h0" not in answer.case.options)
    again = put(first.case).states
    if again.shape == first.states.shape and not np.allclose(again, first.states, 1e-6, 1e-6, equal_nan=True):
        failures.insert(0, RelativeFailure(first.case, AGAIN))
    wrong = [failure.case for failure in failures if failure.numbers]
    mistakes = _named(kind, answers, tolerance) if wrong else ()
    evidence = tuple(_evidence(wrong[:3], put, tolerance)) if wrong else ()
    return replace(report, precision=precision, failures=tuple(failures), mistakes=mistakes, evidence=evidence)


def _evidence(cases: Sequence[RelativeCase], put: Callable[[RelativeCase], Answer], tolerance: float) -> Iterator[str]:
    """Yield without which weights, products of x and of the state apart, the answers to failing cases are right."""
    names = [name for name in cases[0].weights.axes() if name not in ("kernel", "recurrent_kernel")]
    alike = [tuple(name for name in names if name.startswith(start)) for start in ("gain", "bias", ("gain", "bias"))]
    found: list[set[str]] = []
    for given in dict.fromkeys([*((name,) for name in names), *alike]):
        if any(less <= set(given) for less in found):
            continue
        if not any(failure_in(put(case.without(given)), tolerance) for case in cases):
            found.append(set(given))
            yield f"right if {' and '.join(given)} had no effect; if there is none in yours: without={given!r}"


def _named(kind: Relative, answers: Sequence[Answer], tolerance: float) -> tuple[Mistake, ...]:
    """Return the mistakes, or else the pairs of them, that give the same numbers wherever there are some."""
    answered = sorted((answer for answer in answers if answer.fits), key=lambda answer: answer.expected.size)

    def gives_them(mistake: Mistake) -> bool:
        run = kind.cell(**mistake.parts).run
        return all((off(answer.states, states_of(answer.case, run)) <= tolerance).all() for answer in answered)

    pairs = (one & two for one, two in combinations(kind.mistakes, 2) if not one.parts.keys() & two.parts.keys())
    single = tuple(mistake for mistake in kind.mistakes if gives_them(mistake))
    return single or tuple(pair for pair in pairs if gives_them(pair)) if answered else ()
