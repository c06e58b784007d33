"""Workers that do something else than they should, for the tests of the benchmark."""

import sys

from tests.support import ROOT

FAKE = """\
import os, sys
sys.path.insert(0, {root!r})
from dataclasses import replace
import numpy as np
from gru_lib.benchmark import accelerator, memory, worker
from gru_lib.benchmark.peers import PEERS, on_torch
{lines}
worker.main(*sys.argv[1:])
"""


def alter_workers(lines, tmp_path, monkeypatch):
    """Let every worker run some lines before it begins; turns are short."""
    script = tmp_path / "altered.py"
    script.write_text(FAKE.format(root=str(ROOT), lines=lines), encoding="utf-8")
    monkeypatch.setattr("gru_lib.benchmark.process.COMMAND", [sys.executable, str(script)])
    monkeypatch.setattr("gru_lib.benchmark.turns.SLICE", 0.001)
