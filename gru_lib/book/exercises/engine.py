"""How an answer is checked: against the library on random input, with a hint where the mistake is a known one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

Cases = Callable[[np.random.Generator], Sequence[tuple]]


@dataclass(frozen=True)
class ValueExercise:
    """An exercise whose answer is a number (or an array).

    Attributes
    ----------
    solution : number or array
    tolerance : float
        Largest relative and absolute difference.
    hints : mapping from a wrong value to what it tells
    """

    solution: Any
    tolerance: float = 1e-6
    hints: Mapping[float, str] = field(default_factory=dict)

    def verdict(self, answer: Any) -> str | None:
        """Return None if the answer is right, else what to say about it."""
        problem = _difference(self.solution, answer, self.tolerance)
        if problem is None:
            return None
        for wrong, hint in self.hints.items():
            if _difference(wrong, answer, self.tolerance) is None:
                return f"your answer = {answer}. Hint: {hint}"
        return f"your answer = {answer}, which is not it ({problem})."


@dataclass(frozen=True)
class FunctionExercise:
    """An exercise whose answer is a function.

    Attributes
    ----------
    solution : callable
        The library's own, which the answer must equal on every case.
    cases : callable (rng) -> sequence of argument tuples
    mistakes : sequence of (wrong function, hint)
        A wrong answer that equals one of these gets its hint.
    tolerance : float
        Largest relative and absolute difference.
    """

    solution: Callable
    cases: Cases
    mistakes: Sequence[tuple[Callable, str]] = ()
    tolerance: float = 1e-6

    def verdict(self, answer: Any) -> str | None:
        """Return None if the answer is right on every case, else what to say about it."""
        if not callable(answer):
            return f"expected a function, got {type(answer).__name__}."
        cases = list(self.cases(np.random.default_rng(0)))
        for case in cases:
            try:
                result = answer(*_copy(case))
            except Exception as error:
                return f"your function raised {type(error).__name__}: {error}"
            problem = _difference(self.solution(*_copy(case)), result, self.tolerance)
            if problem is not None:
                return f"{problem}{self._hint(answer, cases)}"
        return None

    def unanswered(self, answer: Any) -> bool:
        """Tell whether the stub still returns `...`."""
        try:
            return answer(*_copy(self.cases(np.random.default_rng(0))[0])) is ...
        except Exception:
            return False

    def _hint(self, answer: Callable, cases: Sequence[tuple]) -> str:
        for wrong, hint in self.mistakes:
            if all(_difference(wrong(*_copy(c)), answer(*_copy(c)), self.tolerance) is None for c in cases):
                return f" Hint: {hint}"
        return ""


def check(name: str, answer: Any) -> None:
    """Print whether an answer is right; never raise for a wrong one, so that the notebook runs on.

    Parameters
    ----------
    name : str
        ``"chapter/exercise"``, as in the exercise's title.
    answer : function or value
        ``...``, or a function that returns it, means: not answered yet.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    exercise = _find(name)
    if answer is ... or (isinstance(exercise, FunctionExercise) and callable(answer) and exercise.unanswered(answer)):
        print(f"○ {name}: not answered yet. Replace the `...` and run the cell again.")
        return
    verdict = exercise.verdict(answer)
    print(f"✓ {name}: right." if verdict is None else f"✗ {name}: {verdict}")


def _find(name: str) -> ValueExercise | FunctionExercise:
    chapter, _, exercise = name.partition("/")
    try:
        exercises = import_module(f"gru_lib.book.exercises.{chapter}").EXERCISES
        return exercises[exercise]
    except (ModuleNotFoundError, AttributeError, KeyError):
        raise ValueError(f"name is {name!r}; expected 'chapter/exercise' as in the exercise's title") from None


def _copy(case: tuple) -> tuple:
    """Give every call its own arrays, in case an answer works in place."""
    return tuple(value.copy() if isinstance(value, np.ndarray) else value for value in case)


def _difference(true: Any, answer: Any, tolerance: float) -> str | None:
    """Return None if the two agree, else how they differ."""
    try:
        expected, got = np.asarray(true, dtype=float), np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return f"expected numbers, got {type(answer).__name__}"
    if expected.shape != got.shape:
        return f"expected shape {expected.shape}, got {got.shape}"
    if np.allclose(got, expected, rtol=tolerance, atol=tolerance):
        return None
    with np.printoptions(precision=4, suppress=True, threshold=6, edgeitems=2):
        return f"true = {expected.ravel()[:4]}, your answer = {got.ravel()[:4]}." if expected.ndim else "not equal"
