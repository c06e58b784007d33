"""What the check of a relative found, with the interface of the kit's report."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from gru_lib.relatives.relative import Mistake, RelativeCase


class RelativeFailure(NamedTuple):
    """One case that failed; `numbers` tells that states of the right shape came back, and wrong ones."""

    case: RelativeCase
    message: str
    numbers: bool = False

    def __str__(self) -> str:
        return f"{self.message} [{', '.join(self.case.words)}]"


@dataclass(frozen=True, repr=False)
class RelativeReport:
    """The verdict about one implementation; printing it explains it.

    `problem` says why it could not be tested; `precision` is what the answers were held to; `mistakes` are the known
    ones, or pairs of them, that give exactly the wrong numbers, `evidence` tells where to look;
    `not_tested` is what the implementation does not offer, and `other` the `update` that was not asked for.
    """

    name: str
    relative: str
    problem: str = ""
    precision: str = ""
    cases: tuple[RelativeCase, ...] = ()
    failures: tuple[RelativeFailure, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    evidence: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
    other: str = "overwrites"

    @property
    def tested(self) -> bool:
        """Whether it could be tested, to the end."""
        return not self.problem

    @property
    def passed(self) -> bool:
        """Whether it was tested and every case agrees."""
        return self.tested and not self.failures

    @property
    def failing_cases(self) -> tuple[RelativeCase, ...]:
        """The cases with a failure."""
        return tuple({id(failure.case): failure.case for failure in self.failures}.values())

    @property
    def common(self) -> list[str]:
        """What all failing cases share, and some other case lacks."""
        failing = [case.features for case in self.failing_cases]
        shared: set[str] = set.intersection(*failing) if failing else set()
        return sorted(word for word in shared if any(word not in case.features for case in self.cases))

    def raise_if_failed(self) -> None:
        """Raise AssertionError with the report unless it passed."""
        if not self.passed:
            raise AssertionError(str(self))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON, by the names of the kit's."""
        return {
            "name": self.name,
            "verdict": "not tested" if not self.tested else f"{'' if self.passed else 'not a '}{self.relative}",
            "passed": self.passed,
            "tested": self.tested,
            "problem": self.problem,
            "precision": self.precision,
            "cases": len(self.cases),
            "failing_cases": len(self.failing_cases),
            "in_common": self.common,
            "failures": [{"case": ", ".join(f.case.words), "message": f.message} for f in self.failures],
            "mistakes": [{"name": mistake.name, "source": mistake.source} for mistake in self.mistakes],
            "evidence": list(self.evidence),
            "not_tested": list(self.not_tested),
        }

    def __repr__(self) -> str:
        if not self.tested:
            return f"? {self.name} could not be tested: {self.problem}"
        left_out = [f"  not tested: {', '.join(self.not_tested)}"] if self.not_tested else []
        if self.passed:
            agree = f"all {len(self.cases)} cases agree."
            return "\n".join([f"✓ {self.name} is a {self.relative} in {self.precision}: {agree}", *left_out])
        count = f"{len(self.failing_cases)} of {len(self.cases)} cases fail"
        lines = [f"✗ {self.name} is not a {self.relative}: {count}."]
        lines += [f"  in common: {'; '.join(self.common)}"] if self.common else []
        lines += [f"  {failure}" for failure in self.failures[:3]]
        if any(failure.numbers for failure in self.failures) and not self.mistakes:
            lines.append("  mistake: none of the known ones")
        for mistake in self.mistakes[:3]:
            lines.append(f"  mistake: {mistake.name}")
            lines += [f"    if it is meant: update={self.other!r}"] if mistake.convention else []
            lines += [f"    seen in: {mistake.source}"] if mistake.source else []
        lines += [f"  {what}" for what in self.evidence]
        return "\n".join(lines + left_out)
