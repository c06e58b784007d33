"""gru_lib.layers on every Keras backend: our suites, and Keras's own tests of its GRU, with our layers in its place.

A process can have one backend only, so each backend is a process of its own, which runs both.
"""

import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.support import ROOT

RUN = """
import sys, pytest
options = ["-q", "-p", "no:cacheprovider"]
failed = pytest.main([*options, *sys.argv[1:], "--junitxml=suite.xml"])

from keras.src import layers  # Keras's tests take the layers from here, our suite takes them from keras.layers
from gru_lib.layers import GRU, GRUCell
layers.GRU, layers.GRUCell = GRU, GRUCell
names = ["keras.src.layers.rnn." + name for name in ("gru_test", "stacked_rnn_cells_test", "time_distributed_test")]
open("empty.ini", "w").close()
options += ["-c", "empty.ini", "--rootdir", ".", "--junitxml=keras.xml", "--pyargs", *names]
sys.exit(failed or pytest.main(options))
"""
OF_KERAS = {"test_basics", "test_correctness0", "test_statefulness", "test_masking", "test_pass_initial_state"}
FOR_OTHER_BACKENDS = {"test_stateful_with_symbolic_batch_size", "test_torch_cudnn_dispatch_fires"}


def cases(report):
    """Return the names of the cases that ran, and of those that were skipped."""
    found = list(ElementTree.parse(report).iter("testcase"))
    skipped = {case.get("name") for case in found if case.find("skipped") is not None}
    return {case.get("name") for case in found} - skipped, skipped


SUITES = [str(ROOT / "tests" / "support" / name) for name in ("layers_suite.py", "drop_in_suite.py")]


def run_on(backend, folder, *command):
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "true",  # it compiles longer than it computes
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, *command]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


WEEKLY = [pytest.param(backend, marks=pytest.mark.weekly) for backend in ("jax", "torch")]


@pytest.mark.parametrize("backend", ["tensorflow", *WEEKLY])
def test_layers_are_those_of_keras_and_pass_its_tests(require_backend, tmp_path, backend):
    require_backend(backend)
    run_on(backend, tmp_path, "-c", RUN, *SUITES)
    ran, skipped = cases(tmp_path / "suite.xml")
    assert len(ran) > (70 if backend == "jax" else 150)
    assert not skipped
    ran, skipped = cases(tmp_path / "keras.xml")
    assert ran >= OF_KERAS
    assert skipped <= FOR_OTHER_BACKENDS


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_states_and_gradients_are_those_of_keras(require_backend, tmp_path, backend):
    """As every day; the rest of the suites, which takes minutes there, is left to the weekly run."""
    require_backend(backend)
    run_on(backend, tmp_path, "-m", "pytest", "-q", SUITES[0], "-k", "states_and_gradients", "--junitxml=suite.xml")
    ran, skipped = cases(tmp_path / "suite.xml")
    assert len(ran) > 10
    assert not skipped
