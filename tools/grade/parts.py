"""What an assignment is made of: parts with points, each judged by hidden cases."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from tools.grade.child import Other
from tools.grade.isolation import FailedError, Gone, Student

WRONG_NUMBERS = "not the right numbers"
NOT_ANSWERED = "not answered"


class Case(NamedTuple):
    """What one hidden case has shown: a share between 0 and 1, and why it is not 1, without the answer."""

    title: str
    share: float
    why: str = ""


@dataclass(frozen=True)
class Part:
    """A part of an assignment: the name that a student defines, what it is worth, and who judges it.

    `judge` is handed the student's process and a random generator, and yields cases of equal weight.
    """

    name: str
    points: int
    judge: Callable[[Student, np.random.Generator], Iterator[Case]]


@dataclass(frozen=True)
class Assignment:
    """A title as in the notebook, and its parts.

    Where one part builds on another, a mistake counts once: `lends` has a right version of that other one, and
    `mistakes` has for a known mistake in the first part all parts as they follow from it.
    """

    name: str
    title: str
    parts: Sequence[Part]
    lends: Mapping[str, Callable] = field(default_factory=dict)
    mistakes: Mapping[str, Sequence[Part]] = field(default_factory=dict)

    def among(self, names: Set[str]) -> int:
        """Return how many of the parts are among the names."""
        return sum(part.name in names for part in self.parts)


def asked(student: Student, title: str, name: str, arguments: Sequence[Any], verdict: Callable[[Any], str]) -> Case:
    """Call a student's function with the arguments of a case; `verdict` says what is wrong, or nothing."""
    try:
        why = verdict(student.call(name, *arguments))
    except Gone:
        raise
    except FailedError as error:
        why = str(error)
    return Case(title, float(not why), why)


def unanswered(answer: Any) -> bool:
    """Tell whether an answer is the one of a stub."""
    return isinstance(answer, Other) and answer.type_name == "..."


def unlike(true: Any, answer: Any, tolerance: float = 1e-6) -> str:
    """Return how an answer is not the true array, without telling it; nothing if it is."""
    if unanswered(answer):
        return NOT_ANSWERED
    if not isinstance(answer, np.ndarray | int | float) or isinstance(answer, bool):
        return "the answer is no array of numbers"
    true, answer = np.asarray(true), np.asarray(answer)
    if answer.shape != true.shape:
        return f"the shape is {answer.shape}, and should be {true.shape}"
    return "" if np.allclose(answer, true, rtol=tolerance, atol=tolerance) else WRONG_NUMBERS
