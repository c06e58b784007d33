"""The compiled GRU: shares of a batch, its tanh, what is not finite, and the threads of a process."""

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gru_lib
from gru_lib.conformance import check_gru
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward
from tests.support.gru_cases import GRADIENTS, differences, make_case, run_gru_lib

TOLERANCE = {np.float32: 3e-6, np.float64: 1e-13}


@pytest.fixture(scope="module")
def compiled(require):
    require("numba")
    from gru_lib.scratch import compiled

    return compiled


def answer(compiled, case, threads=1):
    states, cache = compiled.gru_forward(case.x, case.weights, **case.options, threads=threads)
    gradients = compiled.gru_backward(case.grad, cache)
    return {"states": states} | {name: getattr(gradients, name) for name in GRADIENTS}


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
    states, cache = compiled.gru_forward(x, one_unit(np.float32))
    numpy_states, _ = gru_forward(x, one_unit(np.float32))
    np.testing.assert_allclose(states, numpy_states, rtol=1e-6)
    assert np.isnan(states[0, 0, 0])
    grad = np.ones_like(states)
    grad[3] = np.nan
    for gradients in (compiled.gru_backward(grad, cache), gru_backward(grad, cache)):
        assert np.isnan(gradients.h0[3])
        assert np.isfinite(gradients.h0[1:3]).all()


def test_arguments_are_left_alone_and_the_cache_owns_its_arrays(compiled):
    case = make_case(1, mask="right")
    before = {
        name: None if value is None else value.copy() for name, value in vars(case).items() if hasattr(value, "copy")
    }
    states, cache = compiled.gru_forward(case.x, case.weights, **case.options, threads=2)
    states[:] = np.nan
    again = compiled.gru_backward(case.grad, cache)
    assert np.isfinite(again.kernel).all()
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(case, name), value)
    np.testing.assert_array_equal(compiled.gru_backward(case.grad, cache).kernel, again.kernel)


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
    _, cache = compiled.gru_forward(case.x, case.weights, threads=2)
    with pytest.raises(ValueError, match=r"grad_hidden_states has shape \(3, 5, 3\); expected \(4, 5, 3\)"):
        compiled.gru_backward(case.grad[:3], cache)
    with pytest.raises(TypeError, match="cache is a list; expected a GRUCache"):
        compiled.gru_backward(case.grad, [cache])


# --- the threads of a process --------------------------------------------------------------------------------------


def blas_threads():
    from threadpoolctl import threadpool_info

    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.usefixtures("compiled")
def test_the_products_get_their_threads_back_when_the_last_call_ends():
    from threadpoolctl import threadpool_limits

    from gru_lib.scratch.compiled.threads import process

    with threadpool_limits(2, user_api="blas"):
        first, second = ExitStack(), ExitStack()
        first.enter_context(process.single_threaded_blas())
        second.enter_context(process.single_threaded_blas())
        first.close()  # it began first and ends first, as calls from two threads may
        assert blas_threads() == {1}
        second.close()
        assert blas_threads() == {2}


def test_threads_are_no_more_than_cores(compiled):
    from gru_lib.scratch.compiled.threads import usable_cores

    case = make_case(0, shape=(40, 2, 2, 3))
    assert not differences(answer(compiled, case, 40), run_gru_lib(case), 1e-13)
    mine = [thread for thread in threading.enumerate() if thread.name.startswith("gru_")]
    assert 1 <= len(mine) <= len(usable_cores())


@pytest.mark.usefixtures("compiled")
def test_processes_take_turns_at_the_cores():
    from gru_lib.scratch.compiled.threads import cores_in_turn

    cores = [0, 1, 4, 5]
    assert [cores_in_turn(cores, process, 2)[:2] for process in (6, 7, 8)] == [[0, 1], [4, 5], [0, 1]]
    assert sorted(cores_in_turn(cores, 12345, 3)) == cores


def run_python(code, **options):
    return subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, **options)


FORK = """
import multiprocessing
import numpy as np
from gru_lib.scratch import GRUWeights, compiled

weights, x = GRUWeights.init(2, 3, rng=np.random.default_rng(0)), np.ones((4, 5, 2), np.float32)
call = lambda: compiled.gru_forward(x, weights, threads=2)
call()
child = multiprocessing.get_context("fork").Process(target=call)
child.start()
child.join(60)
print("child:", child.exitcode)
child.kill()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_threads_of_its_own():
    run = run_python(FORK)
    assert run.stdout == "child: 0\n", run.stderr


def test_it_is_imported_where_nothing_can_be_kept(require, tmp_path):
    """A file stands where the compiled code would be kept, in an installation of its own and in the home folder."""
    require("numba")
    package = tmp_path / "gru_lib"
    shutil.copytree(Path(gru_lib.__file__).parent / "scratch", package / "scratch", ignore=lambda *_: {"__pycache__"})
    for path in (package / "__init__.py", package / "scratch" / "compiled" / "__pycache__", tmp_path / "home"):
        path.touch()
    code = "from gru_lib.scratch.compiled import loops; print(loops.__file__, loops.forward_loop.stats.cache_path)"
    home = str(tmp_path / "home")
    run = run_python(code, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path), "HOME": home, "XDG_CACHE_HOME": home})
    assert run.stdout == f"{package / 'scratch' / 'compiled' / 'loops.py'} None\n", run.stderr


def test_without_numba_the_remedy_is_named():
    run = run_python("import sys; sys.modules['numba'] = None; import gru_lib.scratch.compiled")
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
