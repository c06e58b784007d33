"""Check the project, and end with a summary of what was checked.

python -m tools.check fast      form, types, and every test that starts no framework and no process: `make check`
python -m tools.check           all but what is weekly by nature: `make test`
python -m tools.check weekly    all: `make weekly`
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gru_lib.records.run_environment import CPU_ONLY, repeatable_run
from tools import ROOT
from tools.lanes import Result, Task, run, run_side_by_side, total

DEPTHS = ("fast", "full", "weekly")
TESTS, BROWSER = ROOT / "tests", "tests/site/browser"
BUDGETS: dict[str, int] = json.loads((TESTS / "budgets.json").read_text())  # seconds per notebook
CHEAP = 120  # seconds; notebooks up to this budget can run on every backend
OLD_PROCESSOR = {"OPENBLAS_CORETYPE": "Nehalem"}  # on every Intel and AMD NumPy then adds in its order
ABOUT_KERAS = "chapters/keras/"  # their code may differ from one backend to the next; others compute an oracle with it
LANES = min(4, max(2, os.cpu_count() or 2))
NBVAL = ("-o", "addopts=", "--nbval", "--nbval-sanitize-with=tests/nbval.cfg", "--nbval-cell-timeout=1800")
FORM = (
    Task("lint", "", ("-m", "ruff", "check", "--quiet", ".")),
    Task("format", "", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    Task("types", "", ("-m", "mypy")),
    Task("spelling", "", ("-m", "codespell_lib")),
)
LIVE = bool(os.environ.get("GRU_LIB_PYODIDE"))  # Python for the pages is at hand: they are tested with it
SITE = Task("site", "", ("-m", "tools.live" if LIVE else "tools.site"), weight=10_000)  # the browser waits for it
SECOND_BUILDER = Task("second builder", "", ("-m", "tools.plain_sphinx"))
MEASURED = {  # in processes that a test starts too
    "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"),
    "COVERAGE_CORE": "sysmon" if sys.version_info >= (3, 12) else "ctrace",
}
COVERAGE = Task("coverage", "", ("-m", "tools.covered"))
Run = tuple[Task, Result]


def plan(depth: str) -> list[Task]:
    """Return what has to be done, the longest first, so that no lane is left alone with it at the end."""
    left_out = () if depth == "weekly" else ("-m", "not weekly")
    if depth == "fast":
        tasks = tests("--fast", "--doctest-ignore-import-errors", *left_out, environment={})
    else:
        tasks = [SITE, *notebooks(), *backends(depth), *browser(*left_out), *tests(*left_out)]
    return [*FORM, *sorted(tasks, key=lambda task: -task.weight), *[SECOND_BUILDER] * (depth == "weekly")]


def tests(*options: str, environment: dict[str, str] = MEASURED) -> list[Task]:
    """Return the unit, oracle and property tests, one task for each room of tests/, and the doctests."""
    rooms = sorted({path.relative_to(ROOT).parts[:2] for path in TESTS.rglob("test_*.py")})
    weights = {"/".join(room): 60 + _size(ROOT.joinpath(*room)) / 300 for room in rooms}
    weights |= {"gru_lib": 60, "tests/layers": 300}  # three frameworks start in there
    options = ("-p", "no:nbval", f"--ignore={BROWSER}", *options)  # what nbval imports takes three seconds
    return [
        Task("tests", place, _pytest(place, *options), environment, weight=weight) for place, weight in weights.items()
    ]


def notebooks() -> list[Task]:
    """Return every notebook, whose outputs are all compared."""
    return [
        Task("notebooks", path, _pytest(*NBVAL, path), budget=seconds, weight=seconds)
        for path, seconds in BUDGETS.items()
    ]


def backends(depth: str) -> list[Task]:
    """Return the notebooks that run on what they were not stored with, and the same outputs expected.

    Those about Keras on PyTorch in every test; weekly all that use Keras and are cheap, on JAX too, which compiles
    for longer than they compute, and all that are cheap with sums in the order of another processor.
    """
    cheap = [path for path, seconds in BUDGETS.items() if seconds <= CHEAP]
    with_keras = [path for path in cheap if "import keras" in (ROOT / path).read_text(encoding="utf-8")]
    torch, jax = ({"KERAS_BACKEND": backend} for backend in ("torch", "jax"))
    runs = [(path, "torch", torch) for path in with_keras if path.startswith(ABOUT_KERAS) or depth == "weekly"]
    if depth == "weekly":
        runs += [(path, "jax", jax) for path in with_keras]
        runs += [(path, "an old processor", OLD_PROCESSOR) for path in cheap]
    return [
        Task("backends", f"{path} on {what}", _pytest(*NBVAL, path), environment, weight=BUDGETS[path])
        for path, what, environment in runs
    ]


def browser(*options: str) -> list[Task]:
    """Return the tests that open the site, just built, in a real browser."""
    paths = [str(path.relative_to(ROOT)) for path in sorted((ROOT / BROWSER).glob("test_*.py"))]
    return [Task("browser", Path(path).stem, _pytest(path, *options), after="site", weight=300) for path in paths]


def _pytest(*arguments: str) -> tuple[str, ...]:
    return ("-m", "pytest", "-q", *arguments)


def _size(path: Path) -> int:
    return sum(one.stat().st_size for one in [path, *path.rglob("*.py")] if one.is_file())


def details(runs: list[Run]) -> Iterator[str]:
    """Yield what the summary says of one step beyond its counts."""
    for task, result in sorted(runs, key=lambda run: -run[1].seconds) if len(runs) > 1 else ():
        budget = f" ({result.in_tests:.0f} of {task.budget:.0f} s)" if task.budget < float("inf") else ""
        yield f"{result.seconds:6.0f} s{budget}  {task.name}"
    skipped = Counter(reason for _, result in runs for reason in result.skipped)
    yield from (f"skipped {count} times: {reason}" for reason, count in sorted(skipped.items()))
    yield from (f"left to the weekly run: {name}" for _, result in runs for name in result.weekly)
    yield from (line for task, result in runs if task is COVERAGE for line in result.output.splitlines())


def summary(runs: list[Run], seconds: float) -> bool:
    """Print what was checked, step by step; return whether all is well."""
    print("\nWhat was checked (seconds of one lane)")
    for step in dict.fromkeys(task.step for task, _ in runs):
        of_step = [run for run in runs if run[0].step == step]
        print(f"  {total(result for _, result in of_step).line(step)}")
        print("".join(f"      {line}\n" for line in details(of_step)), end="")
    whole = total(result for _, result in runs)
    print(f"\n{seconds // 60:.0f} min {seconds % 60:.0f} s\n{whole.passed} passed, {whole.failed} failed")
    return whole.ok


def main(depth: str) -> int:
    """Run everything that the depth asks for, go on after a failure, print the summary; return the exit status."""
    start = time.perf_counter()
    os.environ |= repeatable_run() | CPU_ONLY
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COVERAGE_FILE"] = str(Path(folder) / "coverage")
        tasks = plan(depth)
        runs = list(zip(tasks, run_side_by_side(tasks, LANES), strict=True))
        if depth != "fast":
            runs.append((COVERAGE, run(COVERAGE)))
    return int(not summary(runs, time.perf_counter() - start))


if __name__ == "__main__":
    [chosen] = sys.argv[1:] or ["full"]
    sys.exit(main(chosen) if chosen in DEPTHS else f"usage: python -m tools.check [{' | '.join(DEPTHS)}]")
