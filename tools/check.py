"""Check everything, and end with a summary of what was checked: `make test`."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tools import ROOT

BUDGETS: dict[str, int] = json.loads((ROOT / "tests" / "budgets.json").read_text())  # seconds per notebook
BROWSER = "tests/site/browser"
CHEAP = 120  # seconds; notebooks up to this budget run on every backend
NBVAL = (
    *("-o", "addopts=", "--nbval", "--nbval-sanitize-with=tests/nbval.cfg"),
    *("--nbval-cell-timeout=1800", "--no-loadscope-reorder"),
)
PARALLEL = ("-n", "2", "--dist", "loadscope")  # one module, or one notebook, stays in one process


@dataclass
class Result:
    """How one step ended: what to say of it, how many checks passed and failed, why some were skipped."""

    ok: bool
    detail: str = ""
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)


def run(*command: str, **environment: str) -> bool:
    """Run a Python module's command line in the project; return whether it succeeded."""
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=os.environ | environment).returncode == 0


def tool(*command: str) -> Callable[[], Result]:
    """Make a step of one command that passes or fails as a whole."""

    def step() -> Result:
        ok = run(*command)
        return Result(ok, passed=int(ok), failed=int(not ok))

    return step


def tests() -> Result:
    """Run the unit, oracle and property tests, and the doctests."""
    return _pytest(*PARALLEL, f"--ignore={BROWSER}")[0]


def browser() -> Result:
    """Open every page of the site that was just built in a real browser."""
    return _pytest("-n", "2", BROWSER)[0]


def notebooks() -> Result:
    """Run every notebook and compare every output; the slowest begins first."""
    paths = sorted(BUDGETS, key=lambda path: -BUDGETS[path])
    result, cases = _pytest(*PARALLEL, *NBVAL, *paths)
    seconds = {
        path: sum(float(case.get("time", 0)) for case in cases if case.get("classname") == path.replace("/", "."))
        for path in paths
    }
    lines = [
        f"{seconds[path]:6.0f} s of {BUDGETS[path]:3d} s  {path}" for path in sorted(paths, key=lambda p: -seconds[p])
    ]
    slow = [path for path in paths if seconds[path] > BUDGETS[path]]
    result.ok = result.ok and not slow
    result.failed += len(slow)
    result.detail = "\n".join([*lines, *(f"over its budget: {path}" for path in slow)])
    return result


def backends() -> Result:
    """Run the cheap notebooks that use Keras on the other two backends, with the same outputs expected."""
    paths = [
        path for path, budget in BUDGETS.items() if budget <= CHEAP and "import keras" in (ROOT / path).read_text()
    ]
    total = Result(True)
    for backend in ("jax", "torch"):
        result, _ = _pytest(*PARALLEL, *NBVAL, *paths, KERAS_BACKEND=backend)
        total = Result(total.ok and result.ok, "", total.passed + result.passed, total.failed + result.failed)
    total.detail = f"on JAX and PyTorch: {', '.join(Path(path).stem for path in paths)}"
    return total


def _pytest(*arguments: str, **environment: str) -> tuple[Result, list[ElementTree.Element]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        ok = run("-m", "pytest", "-q", f"--junitxml={report}", *arguments, **environment)
        cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skips = [skip.get("message", "") for case in cases if (skip := case.find("skipped")) is not None]
    ok = ok and bool(cases)
    return Result(ok, "", len(cases) - len(bad) - len(skips), len(bad) or int(not ok), sorted(set(skips))), cases


STEPS: dict[str, Callable[[], Result]] = {
    "lint": tool("-m", "ruff", "check", "."),
    "format": tool("-m", "ruff", "format", "--check", "--quiet", "."),
    "types": tool("-m", "mypy"),
    "spelling": tool("-m", "codespell_lib"),
    "tests": tests,
    "notebooks": notebooks,
    "backends": backends,
    "site": tool("-m", "tools.site"),
    "browser": browser,
}


def main() -> int:
    """Run every step, go on after a failure, print the summary; return the exit status."""
    results, seconds = {}, {}
    for number, (name, step) in enumerate(STEPS.items(), start=1):
        print(f"\n[{number}/{len(STEPS)}] {name} …", flush=True)
        start = time.perf_counter()
        results[name] = step()
        seconds[name] = time.perf_counter() - start
    print("\nWhat was checked")
    for name, result in results.items():
        count = f"{result.passed} passed" + (f", {result.failed} failed" if result.failed else "")
        print(f"  {'✓' if result.ok else '✗'} {name:10s} {seconds[name]:5.0f} s  {count}")
        for line in [*result.detail.splitlines(), *(f"skipped: {reason}" for reason in result.skipped)]:
            print(f"      {line}")
    passed, failed = (sum(getattr(result, key) for result in results.values()) for key in ("passed", "failed"))
    print(f"\n{passed} passed, {failed} failed")
    return int(not all(result.ok for result in results.values()))


if __name__ == "__main__":
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the stored outputs are a CPU's
    sys.exit(main())
