"""Small files that ask for much: each ends soon, in one sentence or in weights, and takes no memory."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.hostile_files import EXPECTED


@pytest.fixture(scope="module")
def outcome(require, tmp_path_factory):
    """What the command says of every file, in a process that is stopped if it does not end."""
    require("torch"), require("onnx")
    folder = tmp_path_factory.mktemp("hostile")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "tests.support.hostile_files", str(folder)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_hostile_file_ends_in_one_sentence(outcome, name):
    status, complaint = outcome["found"][name]
    if EXPECTED[name] is None:
        assert (status, complaint) == (0, "")
        return
    assert status == 1 and complaint.startswith("error: ") and complaint.count("\n") == 1
    assert f"{name}: " in complaint and EXPECTED[name] in complaint
    assert "weights_only" not in complaint and "pickle" not in complaint


def test_no_hostile_file_takes_memory(outcome):
    assert outcome["grown"] < 100 << 20
