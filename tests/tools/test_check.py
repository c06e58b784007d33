"""The summary of a check cannot be green where something failed, or where nothing ran; each depth has what it says."""

import os
import re
import subprocess
import sys

from tests.support import ROOT
from tools import check, covered
from tools.lanes import Result, Task, run, run_side_by_side, total

ISOLATED = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", "-o", "addopts=")


def outcome(folder, source, *options, **fields):
    (folder / "test_it.py").write_text(source)
    return run(Task("tests", "", (*ISOLATED, *options, str(folder)), **fields))


def test_passed_failed_and_skipped_are_counted(tmp_path):
    source = (
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert 0\n"
        "def test_c(): pytest.skip('no oracle')\n"
        "def test_d(missing_fixture): pass\n"
    )
    result = outcome(tmp_path, source)
    assert (result.ok, result.passed, result.failed) == (False, 1, 2)
    assert result.skipped == ["no oracle"]


def test_green_only_if_something_ran_within_its_budget(tmp_path):
    assert outcome(tmp_path, "def test_a(): pass\n").ok
    assert not outcome(tmp_path, "x = 1\n").ok
    assert not outcome(tmp_path, "syntax error\n").ok
    busy = "def test_a(): sum(range(1_000_000))\n"
    assert outcome(tmp_path, busy, budget=60).ok
    late = outcome(tmp_path, busy, budget=0.0001)
    assert (late.ok, late.failed) == (False, 1)
    assert late.output.endswith("over its budget of 0 s")


def test_after_a_failure_the_others_run_but_what_waits_for_it(capsys):
    fine = ("-c", "pass")
    tasks = [
        Task("a", "", ("-c", "exit('why')")),
        Task("b", "", fine, after="a"),
        Task("c", "", fine),
        Task("d", "", fine, after="c"),
    ]
    results = run_side_by_side(tasks, lanes=2)
    assert [result.ok for result in results] == [False, False, True, True]
    shown = capsys.readouterr().out
    assert "why" in shown
    assert "not run, because a failed" in shown
    assert all(f"[{number}/4] {name} …" in shown for number, name in ((1, "a"), (3, "c"), (4, "d")))
    assert not total(results).ok


def test_the_summary_tells_failures_skips_and_what_is_left(capsys):
    task = Task("tests", "one", ())
    assert check.summary([(task, Result(True, 2, skipped=["why", "why"], weekly=["test_it::test_long"]))], 61)
    shown = capsys.readouterr().out
    assert "skipped 2 times: why" in shown
    assert "left to the weekly run: test_it::test_long" in shown
    assert shown.endswith("1 min 1 s\n2 passed, 0 failed\n")
    assert not check.summary([(task, Result(True, 1)), (check.SITE, Result(False, 0, 1))], 1)
    assert capsys.readouterr().out.endswith("0 min 1 s\n1 passed, 1 failed\n")


def test_fast_leaves_what_starts_a_framework_or_a_process_and_weekly_tests_are_named(tmp_path):
    source = (
        "import importlib, subprocess, sys, pytest\n"
        "def test_a(): pass\n"
        "def test_b(): import torch\n"
        "def test_f(): importlib.import_module('jax')\n"
        "def test_c(): subprocess.run([sys.executable, '-c', ''])\n"
        "def test_d(): subprocess.run(['git', '--version'])\n"
        "@pytest.mark.weekly\n"
        "@pytest.mark.parametrize('x', [1, 2])\n"
        "def test_e(x): assert 0\n"
    )
    options = ("-p", "conftest", "-m", "not weekly", "--rootdir", str(ROOT))
    result = outcome(tmp_path, source, "--fast", *options)
    assert (result.ok, result.passed) == (True, 2), result.output
    assert result.skipped == [f"left to `make test`: starts {what}" for what in ("torch", "jax", "a process")]
    assert result.weekly == ["test_it::test_e (2)"]
    (tmp_path / "weekly").mkdir()
    nothing_else = outcome(tmp_path / "weekly", "import pytest\n" + source[source.index("@pytest") :], *options)
    assert (nothing_else.ok, nothing_else.passed, nothing_else.failed) == (True, 0, 0), nothing_else.output


def steps(depth):
    tasks = check.plan(depth)
    return {step: [task.name for task in tasks if task.step == step] for step in {task.step for task in tasks}}


def test_the_depths():
    fast, full, weekly = map(steps, check.DEPTHS)
    assert set(fast) == {"lint", "format", "types", "spelling", "tests"}
    assert sorted(fast["tests"]) == sorted(full["tests"]), "the rooms are those of the whole"
    assert set(full) == set(fast) | {"site", "notebooks", "backends", "browser"}
    assert set(weekly) == set(full) | {"second builder"}
    assert set(full["notebooks"]) == set(check.BUDGETS)
    assert set(full["backends"]) < set(weekly["backends"])
    assert "chapters/keras/layer.ipynb on torch" in full["backends"]
    assert "chapters/foundations/forward.ipynb on jax" in weekly["backends"]
    assert "chapters/beyond/today.ipynb on an old processor" in weekly["backends"]
    assert not any("bptt.ipynb on jax" in name or "reproductions" in name for name in weekly["backends"])


def test_every_test_is_in_one_task():
    """Whatever is added under tests/ is run without being listed."""
    files = [path.relative_to(ROOT) for path in check.TESTS.rglob("test_*.py")]
    for file in files:
        rooms = [task for task in check.plan("full") if task.step == "tests" and str(file).startswith(task.name)]
        pages = [task for task in check.plan("full") if task.step == "browser" and task.name == file.stem]
        assert len(pages if "browser" in file.parts else rooms) == 1, file


def test_coverage_is_that_of_all_lines():
    found = covered.shares({"gru_lib/a/one.py": (30, 30), "gru_lib/a/two.py": (10, 0), "gru_lib/b.py": (10, 5)})
    assert found == {"gru_lib": 70.0, "gru_lib/a": 75.0, "gru_lib/b.py": 50.0}


def test_coverage_of_other_processes_is_measured_and_too_little_fails(tmp_path):
    environment = os.environ | check.MEASURED | {"COVERAGE_FILE": str(tmp_path / "data")}
    for command in (["-c", "import gru_lib.scratch"], ["-m", "tools.covered"]):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert re.search(r"^gru_lib \d\.\d %.* scratch [1-9]\d", done.stdout), done.stderr
    assert "below the floor" in done.stdout
    assert done.returncode == 1


def test_usage():
    done = subprocess.run([sys.executable, "-m", "tools.check", "quickly"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "fast | full | weekly" in done.stderr
