"""Marks for one submission: whatever a student has handed in, there is a mark and a reason for every part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tools.grade.assignments import likely
from tools.grade.isolation import SECONDS, FailedError, Gone, Student
from tools.grade.parts import NOT_ANSWERED, WRONG_NUMBERS, Assignment, Case, Part
from tools.grade.submission import Submission, UnreadableError, read


@dataclass(frozen=True)
class PartMark:
    """The points of a part, its cases, and the reason where there are none."""

    part: Part
    points: float
    cases: tuple[Case, ...] = ()
    reason: str = ""
    note: str = ""  # how an earlier mistake was kept from counting twice


@dataclass(frozen=True)
class Mark:
    """What a submission got: a mark for each part, and what there is to say about the file."""

    who: str
    assignment: Assignment
    parts: tuple[PartMark, ...]
    remarks: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """All points together."""
        return round(sum(part.points for part in self.parts), 1)

    @property
    def for_teacher(self) -> list[str]:
        """What a teacher may want to look at."""
        reasons = [f"{one.part.name}: {one.reason}" for one in self.parts if one.reason not in ("", *self.remarks)]
        return self.remarks + reasons

    @property
    def most(self) -> int:
        """What there was to get."""
        return sum(part.part.points for part in self.parts)


def grade(path: Path, who: str, assignment: Assignment, seed: int, seconds: float = SECONDS) -> Mark:
    """Grade one file; nothing in it stops this."""
    try:
        submission = read(path)
    except (UnreadableError, OSError, MemoryError) as error:
        return nothing(who, assignment, str(error))
    defined = submission.defined()
    if not assignment.among(defined) and (other := likely(defined)):
        return nothing(who, assignment, f"this looks like {other.title}")
    for part in assignment.parts:
        if (times := submission.repeated(part.name)) > 1:
            often = "twice" if times == 2 else f"{times} times"
            submission.remarks.append(f"`{part.name}` is defined {often}; the last one counts")
    return Mark(who, assignment, grade_parts(submission, assignment, seed, seconds), submission.remarks)


def nothing(who: str, assignment: Assignment, why: str) -> Mark:
    """Return the mark for what cannot be graded."""
    return Mark(who, assignment, tuple(PartMark(part, 0.0, reason=why) for part in assignment.parts), [why])


def grade_parts(submission: Submission, assignment: Assignment, seed: int, seconds: float) -> tuple[PartMark, ...]:
    """Run one part after the other; what follows rightly from a known mistake in the first part has its points."""
    marks: list[PartMark] = []
    mistake = ""
    for number, part in enumerate(assignment.parts):
        lost = {one.part.name for one in marks if one.points < one.part.points}
        lent = {name: function for name, function in assignment.lends.items() if name in lost}
        mark = grade_part(submission, part, seed, seconds, lent)
        if mistake and mark.points < part.points:
            own = attempt(submission, assignment.mistakes[mistake][number], seed, seconds, {})
            note = f"It was held to your own `{marks[0].part.name}`: the mistake there counts once."
            mark = max(mark, replace(own, note=note), key=lambda one: one.points)
        elif not marks and WRONG_NUMBERS in mark.reason:
            known = (name for name, parts in assignment.mistakes.items()
                     if attempt(submission, parts[0], seed, seconds, {}).points == part.points)  # fmt: skip
            mistake = next(known, "")
            mark = replace(mark, reason=mistake or mark.reason)
        marks.append(mark)
    return tuple(marks)


def grade_part(submission: Submission, part: Part, seed: int, seconds: float, lent: Mapping[str, Callable]) -> PartMark:
    """Run one part; where it calls an earlier one that has lost points, with a right version of that or without."""
    if reason := submission.missing(part.name):
        return PartMark(part, 0.0, reason=reason)
    code = submission.code_for(part.name)
    lent = {name: function for name, function in lent.items() if f"{name}(" in code}
    helped = attempt(submission, part, seed, seconds, lent)
    if lent:
        names = " and ".join(f"`{name}`" for name in lent)
        helped = replace(helped, note=f"It was tried with a right {names}, too: the mistake there counts once.")
    if not lent or helped.points == part.points:
        return helped
    own = attempt(submission, part, seed, seconds, {})
    return own if own.points >= helped.points else helped


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
        reason = why.pop()
        everywhere = "" if len(cases) == 1 or reason == NOT_ANSWERED else "in every hidden case: "
        return PartMark(part, 0.0, reason=everywhere + reason)
    return PartMark(part, round(part.points * sum(case.share for case in cases) / len(cases), 1), tuple(cases))
