"""What the kit found, for people and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gru_lib.conformance.cases import Case
from gru_lib.conformance.common import common_features
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
        Why it could not be tested, or not to the end; empty if it could.
    cases : tuple of Case
        What was tried.
    failures : tuple of Failure
    mistakes : tuple of Mutant
        Known mistakes that give exactly these wrong numbers; usually one.
    evidence : tuple of str
        What is known about a mistake without a name.
    remarks : tuple of str
        What is worth knowing, and no mistake.
    not_tested : tuple of str
        What the GRU does not offer.
    parts : tuple of Report
        The reports on the GRUs of a network, each direction and layer for itself.
    """

    name: str
    problem: str = ""
    cases: tuple[Case, ...] = ()
    failures: tuple[Failure, ...] = ()
    mistakes: tuple[Mutant, ...] = ()
    evidence: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
    parts: tuple["Report", ...] = ()

    @classmethod
    def of_parts(cls, name: str, parts: Sequence["Report"]) -> "Report":
        """Return the report on something that has several GRUs."""
        problems = [f"{part.name}: {part.problem}" for part in parts if not part.tested]
        cases = tuple(case for part in parts for case in part.cases)
        failures = tuple(failure for part in parts for failure in part.failures)
        mistakes = tuple({mutant.id: mutant for part in parts for mutant in part.mistakes}.values())
        return cls(name, "; ".join(problems), cases, failures, mistakes, parts=tuple(parts))

    @property
    def tested(self) -> bool:
        """Whether it could be tested, to the end."""
        return not self.problem and bool(self.cases)

    @property
    def passed(self) -> bool:
        """Whether something was tested and nothing failed."""
        return self.tested and not self.failures

    @property
    def verdict(self) -> str:
        """One of "gru", "gru but for", "not a gru", "not tested"."""
        if not self.tested:
            return "not tested"
        if self.passed:
            return "gru"
        return "gru but for" if self.exception else "not a gru"

    @property
    def exception(self) -> str:
        """What alone keeps a GRU from being one: a convention, a condition, or its gradients; else empty."""
        if not any("gradient" not in failure.message for failure in self.failures):
            return "its gradients"
        if meant := [mutant.name for mutant in self.mistakes if mutant.convention or mutant.precision]:
            return meant[0]
        failed = {id(case) for case in self.failing_cases}
        if any(case.usual for case in self.cases if id(case) not in failed):
            return self.mistakes[0].name if self.mistakes else "; ".join(self.common)
        return ""

    @property
    def convention(self) -> str:
        """Which GRU it was held to, in words."""
        resets = dict.fromkeys(case.features["reset"] for case in self.cases)
        rows = ["one row of biases"] if any(case.one_row for case in self.cases) else []
        gates, candidate = self.cases[0].activations if self.cases else ("sigmoid", "tanh")
        usual = [name for name, standard in ((gates, "sigmoid"), (candidate, "tanh")) if name != standard]
        return ", ".join([" and ".join(resets), *rows, *usual])

    @property
    def precision(self) -> str:
        """In which precisions it was tested."""
        return " and ".join(dict.fromkeys(case.precision for case in self.cases))

    @property
    def failing_cases(self) -> tuple[Case, ...]:
        """The cases with at least one failure."""
        failed = {id(failure.case) for failure in self.failures}
        return tuple(case for case in self.cases if id(case) in failed)

    @property
    def common(self) -> tuple[str, ...]:
        """What the failing cases share and others lack, and from which step on they are wrong."""
        steps = [failure.step for failure in self.failures if failure.step]
        late = [f"never before step {min(steps)}"] if steps and min(steps) > 1 else []
        return (*common_features(self.failing_cases, self.cases), *late)

    def raise_if_failed(self) -> None:
        """Raise AssertionError with the report unless it passed."""
        if not self.passed:
            raise AssertionError(str(self))

    def __repr__(self) -> str:
        return "\n".join(_lines(self))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values for JSON."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "passed": self.passed,
            "tested": self.tested,
            "problem": self.problem,
            "convention": self.convention,
            "precision": self.precision,
            "cases": len(self.cases),
            "failing_cases": len(self.failing_cases),
            "in_common": list(self.common),
            "failures": [{"case": f.case.name, "message": f.message, "step": f.step} for f in self.failures],
            "mistakes": [{"id": m.id, "name": m.name, "remedy": m.remedy, "source": m.source} for m in self.mistakes],
            "evidence": list(self.evidence),
            "remarks": list(self.remarks),
            "not_tested": list(self.not_tested),
            "parts": [part.to_dict() for part in self.parts],
        }


def _lines(report: Report) -> list[str]:
    left_out = [f"  not tested: {what}" for what in report.not_tested]
    if report.parts:
        inside = [f"  {line}" for part in report.parts for line in _lines(replace(part, not_tested=()))]
        left_out = [f"  not tested: {what}" for part in report.parts for what in part.not_tested]
        return [_heading(report), *inside, *dict.fromkeys(left_out)]
    if not report.tested and not report.failures:
        return [_heading(report)]
    remarks = [f"  remark: {what}" for what in report.remarks]
    if report.passed:
        return [_heading(report), *remarks, *left_out]
    common = [f"  in common: {'; '.join(report.common)}"] if report.common else []
    shown = [f"  {failure}" for failure in report.failures[:SHOWN]]
    more = [f"  … and {len(report.failures) - SHOWN} more"] if len(report.failures) > SHOWN else []
    return [_heading(report), *common, *shown, *more, *_explanation(report), *remarks, *left_out]


def _heading(report: Report) -> str:
    if not report.tested:
        before = f"; of {len(report.cases)} cases before, {len(report.failing_cases)} fail" if report.cases else ""
        return f"? {report.name} could not be tested: {report.problem}{before}"
    if report.passed:
        kind = f"{report.convention}, in {report.precision}"
        return f"✓ {report.name} is a GRU: {kind}. All {len(report.cases)} cases agree."
    count = f"{len(report.failing_cases)} of {len(report.cases)} cases fail"
    if report.exception:
        return f"≈ {report.name} is a GRU but for this: {report.exception}. {count[0].upper()}{count[1:]}."
    return f"✗ {report.name} is not a GRU ({report.convention}): {count}."


def _explanation(report: Report) -> list[str]:
    if not report.mistakes:
        if not any(failure.numbers or "gradient" in failure.message for failure in report.failures):
            return []
        return ["  mistake: none of the known ones", *[f"    {what}" for what in report.evidence]]
    lines = [] if len(report.mistakes) == 1 else ["  several known mistakes give these numbers:"]
    for mutant in report.mistakes[:SHOWN]:
        lines += [f"  mistake: {mutant.name}", f"    remedy: {mutant.remedy}."]
        lines += [f"    if it is meant: check_gru(..., {mutant.convention})"] if mutant.convention else []
        lines += [f"    seen in: {mutant.source}"] if mutant.source else []
    more = [mutant.id for mutant in report.mistakes[SHOWN:]]
    return lines + ([f"  … and {len(more)} more: {', '.join(more)}"] if more else [])
