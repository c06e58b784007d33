"""What the check of a relative found, for people and for programs."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from gru_lib.relatives.relative import Mistake, RelativeCase

SHOWN = 3


class RelativeFailure(NamedTuple):
    """What is wrong in a case; `numbers` tells that an array came back, and a wrong one."""

    case: RelativeCase
    message: str
    numbers: bool = False

    def __str__(self) -> str:
        return f"{self.message} [{', '.join(self.case.words)}]"


@dataclass(frozen=True, repr=False)
class RelativeReport:
    """The verdict about one implementation; printing it explains it.

    `mistakes` are the known ones, or pairs of them, that give exactly these numbers, `precision` is what the answers
    were held to, `other` the `update` that was not asked for, and `problem` why it could not be tested to the end.
    """

    name: str
    relative: str
    precision: str = ""
    cases: tuple[RelativeCase, ...] = ()
    failures: tuple[RelativeFailure, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    other: str = ""
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was tested and every case agrees."""
        return not self.problem and not self.failures

    @property
    def verdict(self) -> str:
        """The name of the relative, "not a …", or "not tested"."""
        return "not tested" if self.problem else self.relative if self.passed else f"not a {self.relative}"

    @property
    def common(self) -> list[str]:
        """What all failing cases share, and some other case lacks."""
        failing = [failure.case for failure in self.failures]
        shared = set.intersection(*(case.features for case in failing)) if failing else set()
        return sorted(shared - set.intersection(*(case.features for case in self.cases), shared))

    def raise_if_failed(self) -> None:
        """Raise AssertionError with the report unless it passed."""
        if not self.passed:
            raise AssertionError(str(self))

    def __repr__(self) -> str:
        if self.problem:
            return f"? {self.name} could not be tested: {self.problem}"
        if self.passed:
            return f"✓ {self.name} is a {self.relative} in {self.precision}: all {len(self.cases)} cases agree."
        lines = [f"✗ {self.name} is not a {self.relative}: {len(self.failures)} of {len(self.cases)} cases fail."]
        lines += [f"  in common: {'; '.join(self.common)}"] if self.common else []
        lines += [f"  {failure}" for failure in self.failures[:SHOWN]]
        for mistake in self.mistakes[:SHOWN]:
            lines.append(f"  mistake: {mistake.name}")
            if mistake.convention:
                lines.append(f'    if it is meant: check_relative(..., update="{self.other}")')
            lines += [f"    seen in: {mistake.source}"] if mistake.source else []
        unnamed = not self.mistakes and any(failure.numbers for failure in self.failures)
        return "\n".join([*lines, "  mistake: none of the known ones"] if unnamed else lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        plain = {
            name: getattr(self, name) for name in ("name", "relative", "verdict", "passed", "problem", "precision")
        }
        return plain | {
            "cases": len(self.cases),
            "in_common": self.common,
            "failures": [{"case": ", ".join(each.case.words), "message": each.message} for each in self.failures],
            "mistakes": [{"name": mistake.name, "source": mistake.source} for mistake in self.mistakes],
        }
