"""What the check of a relative found."""

from dataclasses import dataclass

from gru_lib.relatives.relative import Mistake, RelativeCase


@dataclass(frozen=True, repr=False)
class RelativeReport:
    """The verdict about one implementation; printing it explains it.

    `failures` are cases and what is wrong in them; `mistakes` the known ones, or pairs of them, that give exactly these
    numbers, None if there are no numbers; `precision` what the answers were held to; `other` the `update` that was not
    asked for; and `problem` why it could not be tested to the end.
    """

    name: str
    relative: str
    precision: str
    cases: tuple[RelativeCase, ...]
    failures: tuple[tuple[RelativeCase, str], ...]
    mistakes: tuple[Mistake, ...] | None
    other: str
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was tested and every case agrees."""
        return not self.problem and not self.failures

    @property
    def common(self) -> list[str]:
        """What all failing cases share, and some other case lacks."""
        failing = [case.features for case, _ in self.failures]
        shared: set[str] = set.intersection(*failing) if failing else set()
        return sorted(word for word in shared if any(word not in case.features for case in self.cases))

    def raise_if_failed(self) -> None:
        """Raise AssertionError with the report unless it passed."""
        if not self.passed:
            raise AssertionError(str(self))

    def __repr__(self) -> str:
        if self.problem:
            return f"? {self.name} could not be tested: {self.problem}"
        if self.passed:
            left_out = "" if any("h0" in case.options for case in self.cases) else " Not tested: h0."
            agree = f"all {len(self.cases)} cases agree.{left_out}"
            return f"✓ {self.name} is a {self.relative} in {self.precision}: {agree}"
        lines = [f"✗ {self.name} is not a {self.relative}: {len(self.failures)} of {len(self.cases)} cases fail."]
        lines += [f"  in common: {'; '.join(self.common)}"] if self.common else []
        lines += [f"  {what} [{', '.join(case.words)}]" for case, what in self.failures[:3]]
        lines += ["  mistake: none of the known ones"] if self.mistakes == () else []
        for mistake in (self.mistakes or ())[:3]:
            lines.append(f"  mistake: {mistake.name}")
            lines += [f"    if it is meant: update={self.other!r}"] if mistake.convention else []
            lines += [f"    seen in: https://github.com/{mistake.place}"] if mistake.place else []
        return "\n".join(lines)
