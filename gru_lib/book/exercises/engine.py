"""How an answer is checked: against the library on random input, with a hint where the mistake is a known one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

from gru_lib.book.exercises.alone import borrowed
from gru_lib.book.exercises.comparing import difference, is_rounded

Cases = Callable[[np.random.Generator], Sequence[tuple]]
ROUNDED = "this is the right number, rounded too far. More digits, please."


@dataclass(frozen=True)
class ChoiceExercise:
    """An exercise whose answer is a letter.

    Attributes
    ----------
    solution : str
    why : mapping from each wrong letter to why it is wrong
    steps : sequence of str
        Hints; each wrong answer brings the next one.
    """

    solution: str
    why: Mapping[str, str]
    steps: Sequence[str] = ()

    def verdict(self, answer: Any) -> str | None:
        """Return None if the letter is right, else why it is wrong."""
        if answer == self.solution:
            return None
        if answer not in self.why:
            return f"your answer = {answer!r}; expected one of {', '.join(sorted([*self.why, self.solution]))}."
        return f"not {answer}: {self.why[answer]}"


@dataclass(frozen=True)
class ValueExercise:
    """An exercise whose answer is a number (or an array).

    Attributes
    ----------
    solution : number or array
    tolerance : float
        Largest relative and absolute difference.
    hints : mapping from a wrong value to what it tells
    steps : sequence of str
        Hints; each wrong answer brings the next one.
    """

    solution: Any
    tolerance: float = 1e-6
    hints: Mapping[float, str] = field(default_factory=dict)
    steps: Sequence[str] = ()

    def verdict(self, answer: Any) -> str | None:
        """Return None if the answer is right, else what to say about it."""
        problem = difference(self.solution, answer, self.tolerance)
        if problem is None:
            return None
        if is_rounded(self.solution, answer):
            return f"your answer = {answer}: {ROUNDED}"
        for wrong, hint in self.hints.items():
            if difference(wrong, answer, self.tolerance / 2) is None:  # as near as its own last digit
                return f"your answer = {answer}. Hint: {hint}"
        return problem if np.ndim(self.solution) or np.ndim(answer) else f"your answer = {answer} is not right."


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
    stub : callable, optional
        What is handed out instead of `...`: a function with the bug to be found.
    steps : sequence of str
        Hints; each wrong answer brings the next one.
    """

    solution: Callable
    cases: Cases
    mistakes: Sequence[tuple[Callable, str]] = ()
    tolerance: float = 1e-6
    stub: Callable | None = None
    steps: Sequence[str] = ()

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
            problem = difference(self.solution(*_copy(case)), result, self.tolerance)
            if problem is not None:
                return f"{problem}{self._hint(answer, cases)}"
        return None

    def unanswered(self, answer: Any) -> bool:
        """Tell whether the stub still returns `...`, or still does what the one with the bug does."""
        cases = self.cases(np.random.default_rng(0))
        try:
            return answer(*_copy(cases[0])) is ... or (self.stub is not None and self._same(answer, self.stub, cases))
        except Exception:
            return False

    def _hint(self, answer: Callable, cases: Sequence[tuple]) -> str:
        for wrong, hint in self.mistakes:
            if self._same(answer, wrong, cases):
                return f" Hint: {hint}"
        return ""

    def _same(self, answer: Callable, other: Callable, cases: Sequence[tuple]) -> bool:
        return all(difference(other(*_copy(c)), answer(*_copy(c)), self.tolerance) is None for c in cases)


Exercise = ChoiceExercise | ValueExercise | FunctionExercise
_tries: Counter[str] = Counter()  # wrong answers so far, in this process


def check(name: str, answer: Any, of: Callable | None = None) -> None:
    """Print whether an answer is right; never raise for a wrong one, so that the notebook runs on.

    Each wrong answer brings one more of the exercise's hints.

    Parameters
    ----------
    name : str
        ``"chapter/exercise"``, as in the exercise's title.
    answer : function or value
        ``...``, or a function that returns it, means: not answered yet.
    of : callable, optional
        The function that gave the answer, where it must do with NumPy and Python's own modules.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    exercise = _find(name)
    if answer is ... or (isinstance(exercise, FunctionExercise) and callable(answer) and exercise.unanswered(answer)):
        handed_out = "Mend the function" if getattr(exercise, "stub", None) else "Replace the `...`"
        print(f"○ {name}: not answered yet. {handed_out} and run the cell again.")
        return
    if of is not None and (package := borrowed(of)):
        print(f"✗ {name}: {package} is not there when this is graded; NumPy and Python's own modules are.")
        return
    verdict = exercise.verdict(answer)
    print(f"✓ {name}: right." if verdict is None else f"✗ {name}: {verdict}")
    if verdict and not verdict.endswith(ROUNDED) and _tries[name] < len(exercise.steps):
        print(f"  {exercise.steps[_tries[name]]}")
        _tries[name] += 1


def _find(name: str) -> Exercise:
    chapter, _, exercise = name.partition("/")
    try:
        exercises = import_module(f"gru_lib.book.exercises.{chapter}").EXERCISES
        return exercises[exercise]
    except (ModuleNotFoundError, AttributeError, KeyError):
        raise ValueError(f"name is {name!r}; expected 'chapter/exercise' as in the exercise's title") from None


def _copy(case: tuple) -> tuple:
    """Give every call its own arrays, in case an answer works in place."""
    return tuple(value.copy() if isinstance(value, np.ndarray) else value for value in case)
