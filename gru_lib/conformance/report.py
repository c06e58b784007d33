"""What the kit found, for people and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gru_lib.conformance.cases import Case
from gru_lib.conformance.compare import Failure
from gru_lib.conformance.mutants import Mutant

SHOWN = 3


@dataclass(frozen=True, repr=False)
class Report:
    """The verdict about one GRU; printing it explains it.

    Attributes
    ----------
    name : str
    problem : str
        Why nothing could be tested; empty if it could.
    cases : tuple of Case
        What was tried.
    failures : tuple of Failure
    mistakes : tuple of Mutant
        Known mistakes that give exactly these wrong numbers; usually one.
    not_tested : tuple of str
        What the GRU does not offer.
    """

    name: str
    problem: str = ""
    cases: tuple[Case, ...] = ()
    failures: tuple[Failure, ...] = ()
    mistakes: tuple[Mutant, ...] = ()
    not_tested: tuple[str, ...] = ()

    @property
    def tested(self) -> bool:
        """Whether anything could be tested."""
        return not self.problem and bool(self.cases)

    @property
    def passed(self) -> bool:
        """Whether something was tested and nothing failed."""
        return self.tested and not self.failures

    @property
    def failing_cases(self) -> tuple[Case, ...]:
        """The cases with at least one failure."""
        failed = {id(failure.case) for failure in self.failures}
        return tuple(case for case in self.cases if id(case) in failed)

    def raise_if_failed(self) -> None:
        """Raise AssertionError with the report unless it passed."""
        if not self.passed:
            raise AssertionError(str(self))

    def __repr__(self) -> str:
        if not self.tested:
            return f"? {self.name} could not be tested: {self.problem}"
        left_out = [f"  not tested: {what}" for what in self.not_tested]
        if self.passed:
            return "\n".join([f"✓ {self.name} is a GRU: all {len(self.cases)} cases agree.", *left_out])
        count = f"{len(self.failing_cases)} of {len(self.cases)} cases fail"
        common = f"  in common: {'; '.join(self.common)}" if self.common else "  in common: nothing special"
        lines = [f"✗ {self.name} is not a GRU by Keras's equations: {count}.", common]
        lines += [f"  {failure}" for failure in self.failures[:SHOWN]]
        lines += [f"  … and {len(self.failures) - SHOWN} more"] if len(self.failures) > SHOWN else []
        return "\n".join([*lines, *self._verdict(), *left_out])

    def _verdict(self) -> list[str]:
        if not any(failure.step for failure in self.failures) and not self.mistakes:
            return []
        if not self.mistakes:
            return ["  likely mistake: none of the known ones; start from the first wrong step of the smallest case."]
        lines = [] if len(self.mistakes) == 1 else ["  several known mistakes give these numbers:"]
        for mutant in self.mistakes[:SHOWN]:
            lines += [f"  likely mistake: {mutant.name}", f"    remedy: {mutant.remedy}."]
            lines += [f"    seen in: {mutant.source}"] if mutant.source else []
        more = len(self.mistakes) - SHOWN
        return lines + ([f"  … and {more} more: {', '.join(m.id for m in self.mistakes[SHOWN:])}"] if more > 0 else [])

    @property
    def common(self) -> tuple[str, ...]:
        """What the failing cases share and others lack, and from which step on they are wrong."""
        steps = [failure.step for failure in self.failures if failure.step]
        late = [f"never before step {min(steps)}"] if steps and min(steps) > 1 else []
        return (*common_features(self.failing_cases, self.cases), *late)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        return {
            "name": self.name,
            "passed": self.passed,
            "tested": self.tested,
            "problem": self.problem,
            "cases": len(self.cases),
            "failing_cases": len(self.failing_cases),
            "in_common": list(self.common),
            "failures": [{"case": f.case.name, "message": f.message, "step": f.step} for f in self.failures],
            "mistakes": [{"id": m.id, "name": m.name, "remedy": m.remedy, "source": m.source} for m in self.mistakes],
            "not_tested": list(self.not_tested),
        }


def common_features(failing: Sequence[Case], cases: Sequence[Case]) -> list[str]:
    """Return the fewest features that all failing cases share and that set them apart, such as "only with h0"."""
    words: list[str] = []
    while failing and len(failing) < len(cases):
        shared = [(f, v) for f, v in _features(failing[0]) if all((f, v) in _features(case) for case in failing)]
        kept = {fv: [case for case in cases if fv in _features(case)] for fv in shared}
        best = min(kept, key=lambda fv: len(kept[fv]), default=None)
        if best is None or len(kept[best]) == len(cases):
            break
        words, cases = [*words, best[1]], kept[best]
    if not words:
        return []
    return [f"only with {' and '.join(words)}" + (", and always then" if len(failing) == len(cases) else "")]


def _features(case: Case) -> list[tuple[str, str]]:
    """Return the features with all masks taken as one, and the number of steps apart."""
    coarse = {name: "a mask" if value.startswith("mask ") else value for name, value in case.features.items()}
    steps = "one step" if case.x.shape[1] == 1 else "more than one step"
    units = "one unit" if case.weights.units == 1 else "more than one unit"
    return [*((f, v) for f, v in coarse.items() if f != "sizes"), ("steps", steps), ("units", units)]
