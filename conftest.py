"""For every run of pytest, of notebooks too: the settings of a repeatable run, `--fast`, and a word on what is left."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from gru_lib.records.run_environment import CPU_ONLY, repeatable_run

# Before any framework is imported, and for every kernel and process that a test starts.
os.environ |= repeatable_run() | CPU_ONLY

FRAMEWORKS = {"jax", "keras", "numba", "onnxruntime", "playwright", "tensorflow", "torch"}
QUICK_PROGRAMS = {"git", "make"}
WEEKLY = pytest.StashKey[Counter]()


def pytest_addoption(parser):
    parser.addoption("--fast", action="store_true", help="skip what starts a framework or a process")


def pytest_configure(config):
    config.stash[WEEKLY] = Counter()
    if config.getoption("--fast"):
        sys.addaudithook(leave_what_is_slow)


def leave_what_is_slow(event, arguments):
    """Skip the test, or the module, that is about to start a process, or a framework that no test keeps off by None."""
    if event == "import" and (name := arguments[0].partition(".")[0]) in FRAMEWORKS and sys.modules.get(name, name):
        pytest.skip(f"left to `make test`: starts {name}", allow_module_level=True)
    if event == "subprocess.Popen" and Path(os.fsdecode(arguments[0])).name not in QUICK_PROGRAMS:
        pytest.skip("left to `make test`: starts a process", allow_module_level=True)


def pytest_collectstart(collector):
    """Let nbval compare no figure, whose last digits differ from machine to machine; it leaves out PNG by itself."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/svg+xml",)


def pytest_deselected(items):
    for item in items:
        if item.get_closest_marker("weekly"):
            item.config.stash[WEEKLY][f"{item.path.stem}::{getattr(item, 'originalname', None) or item.name}"] += 1


def pytest_terminal_summary(terminalreporter, config):
    for name, count in sorted(config.stash[WEEKLY].items()):
        terminalreporter.write_line(f"left to the weekly run: {name}" + (f" ({count})" if count > 1 else ""))
