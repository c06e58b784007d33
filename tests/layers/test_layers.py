"""gru_lib.layers on every Keras backend: our suite, and Keras's own tests of its GRU, with our layers in its place.

A process can have one backend only, so each run is a process of its own.
"""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

TESTS = Path(__file__).parent
BACKENDS = ("tensorflow", "jax", "torch")
KERAS_TESTS = """
import sys, pytest
from keras.src import layers
from gru_lib.layers import GRU, GRUCell
layers.GRU, layers.GRUCell = GRU, GRUCell
modules = ["gru_test", "stacked_rnn_cells_test", "time_distributed_test"]
names = ["keras.src.layers.rnn." + module for module in modules]
options = ["-q", "-c", sys.argv[1], "--rootdir", ".", "-p", "no:cacheprovider", "--junitxml=" + sys.argv[2]]
sys.exit(pytest.main([*options, "--pyargs", *names]))
"""


@pytest.fixture
def run_on(require_backend, tmp_path):
    """Return a function that runs a pytest command on a backend, and returns its cases by name."""

    def run(backend, *command):
        require_backend(backend)
        report = tmp_path / "report.xml"
        (tmp_path / "empty.ini").touch()
        filled = [part.format(report=report, ini=tmp_path / "empty.ini") for part in command]
        environment = os.environ | {
            "KERAS_BACKEND": backend,
            "JAX_DISABLE_MOST_OPTIMIZATIONS": "true",  # it compiles longer than it computes
            "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)]),
        }
        done = subprocess.run([sys.executable, *filled], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        cases = list(ElementTree.parse(report).iter("testcase"))
        return {case.get("name"): case.find("skipped") for case in cases}

    return run


@pytest.mark.parametrize("backend", BACKENDS)
def test_layers_are_those_of_keras(run_on, backend):
    suite = TESTS / "layers_suite.py"
    cases = run_on(backend, "-m", "pytest", "-q", str(suite), "-p", "no:cacheprovider", "--junitxml={report}")
    assert len(cases) > 130
    assert not any(skip is not None for skip in cases.values())


@pytest.mark.parametrize("backend", BACKENDS)
def test_layers_pass_the_tests_of_keras(run_on, backend):
    cases = run_on(backend, "-c", KERAS_TESTS, "{ini}", "{report}")
    assert {"test_basics", "test_correctness0", "test_statefulness", "test_masking", "test_pass_initial_state"} <= set(
        cases
    )
    for_others = {"test_stateful_with_symbolic_batch_size", "test_torch_cudnn_dispatch_fires"}
    assert {name for name, skip in cases.items() if skip is not None} <= for_others
