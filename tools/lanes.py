"""Run processes side by side, one in each lane, and say what begins, what ends, and how it ended."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tools import ROOT

NOTHING_COLLECTED = 5  # exit status of pytest
LEFT = re.compile(r"^left to the weekly run: (.*)$", flags=re.M)  # conftest.py prints it


@dataclass(frozen=True)
class Task:
    """One process: what Python runs, and for which line of the summary."""

    step: str
    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    after: str = ""  # the step, of one earlier task, that must have ended well
    budget: float = float("inf")  # seconds of its tests, without what starts them
    weight: float = 0  # about how many seconds: what is long begins early

    @property
    def is_pytest(self) -> bool:
        """Tell whether single tests are reported."""
        return "pytest" in self.command


@dataclass
class Result:
    """How a task ended: how many checks passed and failed, why some were skipped, which are left to the weekly run."""

    ok: bool
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    weekly: list[str] = field(default_factory=list)
    seconds: float = 0
    in_tests: float = 0  # of these seconds
    output: str = ""

    def line(self, name: str) -> str:
        """Say how something of this name ended."""
        counts = f"{self.passed} passed" + (f", {self.failed} failed" if self.failed else "")
        return f"{'✓' if self.ok else '✗'} {name:14s} {self.seconds:5.0f} s  {counts}"


def total(results: Iterable[Result]) -> Result:
    """Add results."""
    whole = Result(True)
    for one in results:
        whole.ok &= one.ok
        whole.passed += one.passed
        whole.failed += one.failed
        whole.seconds += one.seconds
    return whole


def run_side_by_side(tasks: Sequence[Task], lanes: int) -> list[Result]:
    """Run all tasks, `lanes` at a time, in their order; go on after a failure."""
    futures: dict[str, Future[Result]] = {}
    pool = ThreadPoolExecutor(lanes)
    try:
        results: list[Future[Result]] = []
        for number, task in enumerate(tasks, start=1):
            label = f"[{number}/{len(tasks)}] {task.step} {task.name}".rstrip()
            futures[task.step] = pool.submit(_reported, task, label, futures.get(task.after))
            results.append(futures[task.step])
        return [result.result() for result in results]
    finally:
        pool.shutdown(cancel_futures=True)  # after an interrupt nothing new begins


def _reported(task: Task, label: str, before: Future[Result] | None) -> Result:
    if before and not before.result().ok:
        result = Result(False, failed=1, output=f"not run, because {task.after} failed")
    else:
        print(f"{label} …", flush=True)
        result = run(task)
    print(f"{result.line(label)}\n{'' if result.ok else result.output}".rstrip(), flush=True)
    return result


def run(task: Task) -> Result:
    """Run one task to its end."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        report, output = Path(folder) / "report.xml", Path(folder) / "output"
        command = [sys.executable, *task.command, *[f"--junitxml={report}"] * task.is_pytest]
        with output.open("wb") as file:  # not a pipe: a process that a test has left behind would keep it open
            streams = {"stdin": subprocess.DEVNULL, "stdout": file, "stderr": subprocess.STDOUT}
            status = subprocess.run(command, cwd=ROOT, env=os.environ | task.environment, **streams).returncode
        said = output.read_text(encoding="utf-8", errors="replace")
        result = _read(report, status, LEFT.findall(said)) if task.is_pytest else _whole(status == 0)
    result.seconds, result.output = time.perf_counter() - start, said
    if result.in_tests > task.budget:
        result.ok, result.failed = False, result.failed + 1
        result.output += f"\nover its budget of {task.budget:.0f} s"
    return result


def _whole(ok: bool) -> Result:
    return Result(ok, int(ok), int(not ok))


def _read(report: Path, status: int, weekly: list[str]) -> Result:
    """Count the tests of a report; without any, unless all of them are weekly, the task has failed."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        cases = []  # pytest did not come to its end
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skips = [skip.get("message", "") for case in cases if (skip := case.find("skipped")) is not None]
    ok = (status == 0 and bool(cases)) or (status == NOTHING_COLLECTED and bool(weekly))
    in_tests = sum(float(case.get("time", 0)) for case in cases)
    return Result(ok, len(cases) - len(bad) - len(skips), len(bad) or int(not ok), skips, weekly, in_tests=in_tests)
