"""Compare something with a relative of the GRU, and look for known mistakes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.run_case import BadAnswerError, as_array, describe_exception
from gru_lib.relatives.relative import Mistake, Relative, RelativeCase

TOLERANCE = 2e-5  # relative to the largest state or 1; right in float32 is right: the references differ by 1e-6 there


@dataclass(frozen=True, repr=False)
class RelativeReport:
    """The verdict about one implementation; printing it explains it.

    `failures` are pairs of a case's name and what is wrong, `mistakes` those that give exactly these numbers.
    """

    name: str
    relative: str
    cases: int
    failures: tuple[tuple[str, str], ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every case agrees."""
        return not self.failures

    def raise_if_failed(self) -> None:
        """Raise AssertionError with the report unless it passed."""
        if not self.passed:
            raise AssertionError(str(self))

    def __repr__(self) -> str:
        if self.passed:
            return f"✓ {self.name} is a {self.relative}: all {self.cases} cases agree."
        lines = [f"✗ {self.name} is not a {self.relative}: {len(self.failures)} of {self.cases} cases fail."]
        lines += [f"  {what} [{case}]" for case, what in self.failures[:3]]
        for mistake in self.mistakes:
            lines.append(f"  mistake: {mistake.name}")
            lines += [f"    seen in: {mistake.source}"] if mistake.source else []
        return "\n".join(lines if self.mistakes else [*lines, "  mistake: none of the known ones"])


def check_relative(relative: str, function: Callable[..., Any]) -> RelativeReport:
    """Tell whether a function computes a relative of the GRU, and if not, which mistake it makes.

    Shown on the page *Relatives of the GRU*.

    Parameters
    ----------
    relative : str
        "min-gru", "min-gru-log", "layer-norm-gru", "block-gru", "conv-gru" or "gru-d".
    function : callable
        ``(x, weights, *, h0=None)`` -> states (B, T, ...), for "gru-d" with ``mask`` and ``delta`` too. `weights` are
        float64 arrays by name, as the page and the module of the relative say.

    Raises
    ------
    ValueError
        If there is no such relative.

    Examples
    --------
    >>> from gru_lib.relatives import RELATIVES, check_relative
    >>> check_relative("min-gru", RELATIVES["min-gru"].cell().run)
    ✓ run is a min-gru: all 10 cases agree.
    """
    from gru_lib.relatives import RELATIVES

    if relative not in RELATIVES:
        raise ValueError(f"relative is {relative!r}; expected one of {', '.join(RELATIVES)}")
    cases, answers, failures = RELATIVES[relative].cases(), [], []
    for case in cases:
        states, problem = _answer(case, function)
        problem = problem or _difference(states, case.call(RELATIVES[relative].cell().run))
        answers.append(states)
        failures += [(case.name, problem)] if problem else []
    mistakes = _named(RELATIVES[relative], cases, answers) if failures else ()
    return RelativeReport(getattr(function, "__name__", "it"), relative, len(cases), tuple(failures), mistakes)


def _answer(case: RelativeCase, function: Callable[..., Any]) -> tuple[NDArray | None, str]:
    try:
        with np.errstate(all="ignore"):
            answer = case.call(function)
            return as_array(answer[0] if isinstance(answer, tuple) else answer), ""
    except KeyboardInterrupt:
        raise
    except BadAnswerError as error:
        return None, str(error)
    except BaseException as error:  # whatever it does, it must not end the test
        return None, describe_exception(error)


def _difference(states: NDArray | None, expected: NDArray) -> str:
    """Say where states are wrong; empty if they are right."""
    if states is None or states.shape != expected.shape:
        return f"returned shape {None if states is None else states.shape}; expected {expected.shape}"
    scale = max(1.0, float(np.abs(expected[np.isfinite(expected)]).max(initial=0)))
    same = np.isnan(states) & np.isnan(expected)  # a mistake may give NaN
    off = ~((np.abs(states - expected) <= TOLERANCE * scale) | same)
    if not off.any():
        return ""
    place = tuple(int(i) for i in np.argwhere(off)[0])
    step = int(off.reshape(*off.shape[:2], -1).any(axis=(0, 2)).argmax())
    return f"wrong from step {step + 1}: {states[place]:.6g} instead of {expected[place]:.6g} at {place}"


def _named(relative: Relative, cases: list[RelativeCase], answers: list[NDArray | None]) -> tuple[Mistake, ...]:
    """Return the mistakes that give the same numbers wherever there are some."""
    answered = [(case, states) for case, states in zip(cases, answers, strict=True) if states is not None]
    return tuple(
        mistake
        for mistake in relative.mistakes
        if answered and all(not _difference(states, _of(relative, mistake, case)) for case, states in answered)
    )


def _of(relative: Relative, mistake: Mistake, case: RelativeCase) -> NDArray:
    with np.errstate(all="ignore"):
        return np.asarray(case.call(relative.cell(**mistake.parts).run))
