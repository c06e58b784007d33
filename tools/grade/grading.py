"""Marks for one submission: whatever a student has handed in, there is a mark and a reason for every part."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tools.grade.isolation import SECONDS, FailedError, Gone, Student
from tools.grade.parts import Assignment, Case, Part
from tools.grade.submission import Submission, UnreadableError, read


@dataclass(frozen=True)
class PartMark:
    """The points of a part, its cases, and the reason where there are none."""

    part: Part
    points: float
    cases: tuple[Case, ...] = ()
    reason: str = ""
    lent: tuple[str, ...] = ()  # parts of which the grader's own version was taken


@dataclass(frozen=True)
class Mark:
    """What a submission got: a mark for each part, and what the teacher should know."""

    who: str
    assignment: Assignment
    parts: tuple[PartMark, ...]
    remarks: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """All points together."""
        return round(sum(part.points for part in self.parts), 1)

    @property
    def most(self) -> int:
        """What there was to get."""
        return sum(part.part.points for part in self.parts)


def grade(path: Path, who: str, assignment: Assignment, seed: int, seconds: float = SECONDS) -> Mark:
    """Grade one file; nothing in it stops this."""
    try:
        submission = read(path)
    except (UnreadableError, OSError, MemoryError) as error:
        nothing = tuple(PartMark(part, 0.0, reason=str(error)) for part in assignment.parts)
        return Mark(who, assignment, nothing, [str(error)])
    for part in assignment.parts:
        if (times := submission.repeated(part.name)) > 2:  # the stub may have been left
            submission.remarks.append(f"`{part.name}` is defined {times} times; the last one counts")
    parts: list[PartMark] = []
    for part in assignment.parts:
        lost = {one.part.name for one in parts if one.points < one.part.points}
        lent = {name: function for name, function in assignment.lends.items() if name in lost}
        parts.append(grade_part(submission, part, seed, seconds, lent))
    return Mark(who, assignment, tuple(parts), submission.remarks + stopped(parts))


def grade_part(submission: Submission, part: Part, seed: int, seconds: float, lent: Mapping[str, Callable]) -> PartMark:
    """Run one part; where it calls an earlier one that has lost points, with a right version of that or without."""
    if reason := submission.missing(part.name):
        return PartMark(part, 0.0, reason=reason)
    code = submission.code_for(part.name)
    lent = {name: function for name, function in lent.items() if f"{name}(" in code}
    helped = attempt(submission, part, seed, seconds, lent)
    if not lent or helped.points == part.points:
        return replace(helped, lent=tuple(lent))
    own = attempt(submission, part, seed, seconds, {})
    return own if own.points >= helped.points else replace(helped, lent=tuple(lent))


def attempt(submission: Submission, part: Part, seed: int, seconds: float, lent: Mapping[str, Callable]) -> PartMark:
    """Run one part in a process of its own."""
    cases: list[Case] = []
    try:
        with Student(submission.code_for(part.name, lent.keys()), seconds, lent) as student:
            cases.extend(part.judge(student, np.random.default_rng([seed, *part.name.encode()])))
    except Gone as error:
        return PartMark(part, 0.0, reason=f"stopped: the code {error}")
    except FailedError as error:
        return PartMark(part, 0.0, reason=f"the code does not run: {error}")
    except (RecursionError, MemoryError) as error:
        return PartMark(part, 0.0, reason=f"the code cannot be read: {type(error).__name__}")
    if len(why := {case.why for case in cases}) == 1 and not any(case.share for case in cases):
        return PartMark(part, 0.0, reason=f"in every hidden case: {why.pop()}")
    return PartMark(part, round(part.points * sum(case.share for case in cases) / len(cases), 1), tuple(cases))


def stopped(parts: Iterable[PartMark]) -> list[str]:
    """Return what a teacher may want to look at."""
    return [f"{one.part.name}: {one.reason}" for one in parts if one.reason]
