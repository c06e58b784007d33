"""The compiled GRU is the one in NumPy: on every case, with any number of threads, and with what is not finite."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_lib.conformance import check_gru
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward
from tests.support.gru_cases import GRADIENTS, all_cases, differences, make_case, run_gru_lib

TOLERANCE = {np.float32: 3e-6, np.float64: 1e-13}
CASES = [(dtype, case) for dtype in TOLERANCE for case in all_cases(dtype)]


@pytest.fixture(scope="module")
def compiled(require):
    require("numba")
    from gru_lib.scratch import compiled

    return compiled


def answer(compiled, case, threads=1):
    states, caches = compiled.gru_forward(case.x, case.weights, **case.options, threads=threads)
    gradients = compiled.gru_backward(case.grad, caches)
    return {"states": states} | {name: getattr(gradients, name) for name in GRADIENTS}


@pytest.mark.parametrize(("dtype", "case"), CASES, ids=[f"{d.__name__}-{c.name}" for d, c in CASES])
def test_states_and_gradients_are_those_of_numpy(compiled, dtype, case):
    wanted = run_gru_lib(case)
    for threads in (1, 3):
        actual = answer(compiled, case, threads)
        assert all(array is None or array.dtype == dtype for array in actual.values())
        assert not differences(actual, wanted, TOLERANCE[dtype])


def test_the_test_kit_finds_nothing_wrong(compiled):
    def gradients(x, weights, grad, **options):
        return compiled.gru_backward(grad, compiled.gru_forward(x, weights, **options)[1])

    report = check_gru(compiled.gru_forward, gradients=gradients)
    assert report.passed, report


SIZES = st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(1, 3), st.integers(1, 4))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), SIZES, st.integers(1, 7), st.booleans(), st.sampled_from([np.float32, np.float64]))
def test_any_batch_is_shared_by_any_number_of_threads(compiled, seed, shape, threads, reset_after, dtype):
    case = make_case(seed, shape=shape, reset_after=reset_after, mask="holes", dtype=dtype)
    assert not differences(answer(compiled, case, threads), run_gru_lib(case), TOLERANCE[dtype])


@pytest.mark.parametrize("reset_after", [True, False])
def test_either_backward_pass_reads_either_cache(compiled, reset_after):
    case = make_case(0, reset_after=reset_after, mask="left")
    cache = gru_forward(case.x, case.weights, **case.options)[1]
    [compiled_cache] = compiled.gru_forward(case.x, case.weights, **case.options)[1]
    wanted = gru_backward(case.grad, cache)
    for gradients in (gru_backward(case.grad, compiled_cache), compiled.gru_backward(case.grad, [cache])):
        for name in GRADIENTS:
            np.testing.assert_allclose(getattr(gradients, name), getattr(wanted, name), rtol=0, atol=1e-13)


def one_unit(dtype):
    """A GRU whose first state is tanh(x): z = 0, no recurrence."""
    kernel = np.array([[0, 0, 1]], dtype)
    return GRUWeights(kernel, np.zeros((1, 3), dtype), np.array([[-100, 0, 0], [0, 0, 0]], dtype))


def test_the_tanh_in_single_precision(compiled):
    a = np.concatenate([np.linspace(0, 9, 900_001), np.geomspace(1e-37, 1e4, 100_000)]).astype(np.float32)
    ours, _ = compiled.gru_forward(a[:, None, None], one_unit(np.float32))
    opposite, _ = compiled.gru_forward(-a[:, None, None], one_unit(np.float32))
    exact = np.tanh(a.astype(np.float64))
    error = np.abs(ours[:, 0, 0] - exact)
    assert (error <= 4e-7 * exact).all(), "three units in the last place"
    assert (ours <= 1).all()
    np.testing.assert_array_equal(opposite, -ours)


def test_what_is_not_finite_is_not_hidden(compiled):
    x = np.array([np.nan, 1e30, -1e30, 0.5], np.float32)[:, None, None]
    states, caches = compiled.gru_forward(x, one_unit(np.float32))
    numpy_states, _ = gru_forward(x, one_unit(np.float32))
    np.testing.assert_allclose(states, numpy_states, rtol=1e-6)
    assert np.isnan(states[0, 0, 0])
    grad = np.ones_like(states)
    grad[3] = np.nan
    for gradients in (compiled.gru_backward(grad, caches), gru_backward(grad, caches[0])):
        assert np.isnan(gradients.h0[3])
        assert np.isfinite(gradients.h0[1:3]).all()


def test_arguments_are_left_alone_and_the_caches_own_their_arrays(compiled):
    case = make_case(1, mask="right")
    before = {
        name: None if value is None else value.copy() for name, value in vars(case).items() if hasattr(value, "copy")
    }
    states, caches = compiled.gru_forward(case.x, case.weights, **case.options, threads=2)
    states[:] = np.nan
    again = compiled.gru_backward(case.grad, caches)
    assert np.isfinite(again.kernel).all()
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(case, name), value)
    np.testing.assert_array_equal(compiled.gru_backward(case.grad, caches).kernel, again.kernel)


def test_it_may_be_called_from_several_threads(compiled):
    cases = [make_case(seed, shape=(6, 20, 3, 8)) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda case: answer(compiled, case, 2), cases))
    for case, actual in zip(cases, found, strict=True):
        assert not differences(actual, run_gru_lib(case), 1e-13)


def test_errors_are_those_of_numpy_and_name_the_argument(compiled):
    case = make_case(0)
    with pytest.raises(ValueError, match="threads is 0; expected an integer of at least 1"):
        compiled.gru_forward(case.x, case.weights, threads=0)
    with pytest.raises(ValueError, match=r"h0 has shape \(5, 3\); expected \(4, 3\)"):
        compiled.gru_forward(case.x, case.weights, h0=np.zeros((5, 3)), threads=2)
    with pytest.raises(ValueError, match="mask has shape"):
        compiled.gru_forward(case.x, case.weights, mask=np.ones((5, 5), bool), threads=2)
    _, caches = compiled.gru_forward(case.x, case.weights, threads=2)
    with pytest.raises(ValueError, match=r"grad_hidden_states has shape \(3, 5, 3\); expected \(4, 5, 3\)"):
        compiled.gru_backward(case.grad[:3], caches)
    with pytest.raises(ValueError, match="grad_hidden_states has dtype float32"):
        compiled.gru_backward(case.grad.astype(np.float32), caches)
    other = replace(case, bias=np.zeros(9))
    with pytest.raises(ValueError, match="bias has shape"):
        compiled.gru_forward(other.x, other.weights, threads=2)


def test_without_numba_the_remedy_is_named():
    code = "import sys; sys.modules['numba'] = None; import gru_lib.scratch.compiled"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 1
    assert "gru_lib.scratch.compiled needs numba; pip install 'gru-book[fast]' brings it" in run.stderr


# --- subnormal numbers, in both ------------------------------------------------------------------------------------


def forgetful(dtype):
    """A GRU whose gradients halve at each step: z = 1/2 whatever it reads."""
    n = 3
    kernel = np.random.default_rng(0).normal(size=(1, 3 * n)).astype(dtype)
    kernel[:, :n] = 0
    return GRUWeights(kernel, np.zeros((n, 3 * n), dtype), np.zeros((2, 3 * n), dtype))


@pytest.mark.parametrize("scale", [1, 1e-20, 1e-36])
@pytest.mark.parametrize("threads", [0, 1, 2])
def test_vanished_gradients_become_zero_and_nothing_else_does(compiled, scale, threads):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 200, 1)).astype(np.float32)
    grad = np.zeros((2, 200, 3), np.float32)
    grad[:, -1] = scale * rng.normal(size=(2, 3))
    exact = gru_backward(grad.astype(np.float64), gru_forward(x.astype(np.float64), forgetful(np.float64))[1])
    if threads:
        ours = compiled.gru_backward(grad, compiled.gru_forward(x, forgetful(np.float32), threads=threads)[1])
    else:
        ours = gru_backward(grad, gru_forward(x, forgetful(np.float32))[1])
    np.testing.assert_allclose(ours.kernel, exact.kernel, rtol=1e-4, atol=0)
    if scale == 1:
        assert (ours.h0 == 0).all(), "2 ** -200 is smaller than any float32"
        near = np.abs(exact.x) > 1e-29
        np.testing.assert_allclose(ours.x[near], exact.x[near], rtol=1e-4)
        assert (np.abs(ours.x[ours.x != 0]) > np.finfo(np.float32).tiny).all(), "no subnormal number is left"
