"""Workers that do something else than they should, for the tests of the benchmark."""

import sys

from tests.support import ROOT

ALTERED = """\
import os, sys
sys.path.insert(0, {root!r})
from dataclasses import replace
import numpy as np
from gru_lib.benchmark import accelerator, memory, worker
from gru_lib.benchmark.implementations import IMPLEMENTATIONS
{lines}
worker.main(*sys.argv[1:])
"""
OTHER_STEP = """\
def make(problem):
{lines}
    return step
IMPLEMENTATIONS['scratch'] = replace(IMPLEMENTATIONS['scratch'], make=make)
"""


def shorten_turns(monkeypatch):
    """Take the waiting out of a comparison whose times nobody reads."""
    monkeypatch.setattr("gru_lib.benchmark.runner.TURN_SECONDS", 0.001)
    monkeypatch.setattr("gru_lib.benchmark.runner.PAUSE_SECONDS", 0)


def alter_workers(lines, tmp_path, monkeypatch):
    """Let every worker run some lines before it begins; turns are short."""
    script = tmp_path / "altered.py"
    script.write_text(ALTERED.format(root=str(ROOT), lines=lines), encoding="utf-8")
    monkeypatch.setattr("gru_lib.benchmark.process.COMMAND", [sys.executable, str(script)])
    shorten_turns(monkeypatch)


def alter_step(lines, tmp_path, monkeypatch):
    """Let some indented lines define the `step` of scratch in every worker."""
    alter_workers(OTHER_STEP.format(lines=lines), tmp_path, monkeypatch)
