"""The scratch GRU against keras.layers.GRU, on every Keras backend: states, gradients, shapes, initialisers."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gru_lib.scratch import GRUWeights, gru_step, parameter_count
from tests.support.gru_cases import all_cases, by_name, differences, run_gru_lib
from tests.support.keras_oracle import DRAWN_SHAPE, DRAWS, SIZES, dtypes, grad_without_leading

BACKENDS = ("tensorflow", "jax", "torch")
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
ON_EVERY_BACKEND = pytest.mark.parametrize("backend", BACKENDS)
RUNS = [pytest.param(b, dtype, case, id=f"{b}-{dtype.__name__}-{case.name}")
        for b in BACKENDS for dtype in dtypes(b) for case in all_cases(dtype)]  # fmt: skip


@pytest.fixture(scope="module")
def keras_answers(require_backend, tmp_path_factory):
    """Return a function from a backend to the answers of Keras on it, computed once, in a process of its own."""
    known = {}

    def ask(backend):
        require_backend(backend)
        if backend not in known:
            path = tmp_path_factory.mktemp("keras") / f"{backend}.npz"
            script = Path(__file__).with_name("keras_oracle.py")
            environment = os.environ | {"KERAS_BACKEND": backend}
            run = subprocess.run([sys.executable, script, path], env=environment, capture_output=True, text=True)
            assert run.returncode == 0, run.stderr
            known[backend] = dict(np.load(path))
        return known[backend]

    return ask


def answer_to(answers, case, dtype):
    """Pick the answer to one case; the states leave out masked steps before the first real one, if there is an h0."""
    prefix = f"{np.dtype(dtype)}/{case.name}/"
    return {key.removeprefix(prefix): value for key, value in answers.items() if key.startswith(prefix)}


@pytest.mark.parametrize(("backend", "dtype", "case"), RUNS)
def test_states_and_gradients_are_those_of_keras(keras_answers, backend, dtype, case):
    wanted = answer_to(keras_answers(backend), case, dtype)
    actual = run_gru_lib(replace(case, grad=grad_without_leading(case)))
    actual["last"] = actual["states"][:, -1].copy()
    leading = ~np.maximum.accumulate(case.valid, axis=1)
    actual["states"][leading] = wanted["states"][leading]  # the next test is about them
    assert len(wanted) == 7 - (case.bias is None) - (case.h0 is None)
    assert all(value.dtype == dtype for value in wanted.values())
    assert not differences(actual, wanted, TOLERANCE[dtype])


@ON_EVERY_BACKEND
@pytest.mark.parametrize("case", [c for c in all_cases(np.float32) if not c.valid[:, 0].all()], ids=by_name)
def test_masked_steps_before_the_first_real_one(keras_answers, backend, case):
    # They carry h0 on in the state on every backend. What is *returned* for them differs in Keras:
    # h0 on JAX, as here; zeros on TensorFlow and PyTorch ("the previous output" of the first step is zero).
    states = run_gru_lib(case)["states"]
    leading = ~np.maximum.accumulate(case.valid, axis=1)
    h0 = np.broadcast_to(case.start[:, None], states.shape)
    np.testing.assert_array_equal(states[leading], h0[leading])
    theirs = answer_to(keras_answers(backend), case, np.float32)["states"]
    np.testing.assert_array_equal(theirs[leading], h0[leading] if backend == "jax" else 0 * h0[leading])


@ON_EVERY_BACKEND
def test_a_row_without_a_real_step_has_its_h0_as_state_but_not_as_output(keras_answers, backend):
    answers = keras_answers(backend)
    np.testing.assert_array_equal(answers["masked_state"], [[0.25, -0.5]])
    np.testing.assert_array_equal(answers["masked_output"], [[0.25, -0.5]] if backend == "jax" else [[0, 0]])


@ON_EVERY_BACKEND
def test_go_backwards_returns_the_last_step_first(keras_answers, backend):
    for case in all_cases(np.float32):
        if case.go_backwards and case.mask is None:
            first = gru_step(case.x[:, -1], case.start, case.weights, reset_after=case.reset_after)
            theirs = answer_to(keras_answers(backend), case, np.float32)["states"]
            assert not differences({"first": first}, {"first": theirs[:, 0]}, 1e-6)


@ON_EVERY_BACKEND
def test_shapes_and_parameter_counts_are_those_of_keras(keras_answers, backend):
    answers, rng = keras_answers(backend), np.random.default_rng(0)
    for (m, n, after, bias), count, shapes in zip(SIZES, answers["counts"], answers["shapes"], strict=True):
        weights = GRUWeights.init(m, n, rng=rng, reset_after=after, use_bias=bias)
        assert parameter_count(m, n, reset_after=after, use_bias=bias) == count
        assert sum(array.size for array in weights.arrays()) == count
        assert str([array.shape for array in weights.arrays()]) == shapes


@pytest.fixture(scope="module")
def drawn():
    """Many draws of GRUWeights.init, stacked."""
    rng = np.random.default_rng(0)
    weights = [GRUWeights.init(*DRAWN_SHAPE, rng=rng, dtype=np.float64) for _ in range(DRAWS)]
    return np.stack([w.kernel for w in weights]), np.stack([w.recurrent_kernel for w in weights])


def distance_of_distributions(a, b):
    """Largest distance of two empirical distribution functions (Kolmogorov and Smirnov)."""
    values = np.sort(np.concatenate([a.ravel(), b.ravel()]))
    return np.abs(np.searchsorted(np.sort(a.ravel()), values, "right") / a.size
                  - np.searchsorted(np.sort(b.ravel()), values, "right") / b.size).max()  # fmt: skip


@ON_EVERY_BACKEND
def test_initialisers_have_the_distributions_of_keras(keras_answers, drawn, backend):
    answers = keras_answers(backend)
    for ours, name in zip(drawn, ("drawn_kernels", "drawn_recurrent_kernels"), strict=True):
        assert ours.shape == answers[name].shape
        # 400 draws of 36 or 48 numbers: 0.03 is far above chance, and a normal instead of a uniform is 0.06 away
        assert distance_of_distributions(ours, answers[name]) < 0.03
        assert np.std(ours) == pytest.approx(np.std(answers[name]), rel=0.02)
        # QR alone would give the corner one sign; 400 numbers scatter more, so a wider bound
        assert distance_of_distributions(ours[:, 0, 0], answers[name][:, 0, 0]) < 0.14


def test_initialisers_keep_their_promises(drawn):
    (m, n), (kernels, recurrent_kernels) = DRAWN_SHAPE, drawn
    limit = np.sqrt(6 / (m + 3 * n))
    assert 0.999 * limit < np.abs(kernels).max() <= limit
    identity = np.broadcast_to(np.eye(n), (DRAWS, n, n))
    np.testing.assert_allclose(recurrent_kernels @ recurrent_kernels.swapaxes(1, 2), identity, atol=1e-14)
    assert not GRUWeights.init(m, n, rng=np.random.default_rng(0)).bias.any()
