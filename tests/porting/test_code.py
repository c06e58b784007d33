"""Code as output: the lines that were written are executed, and compared with a framework that did not write them."""

import shutil
import subprocess
import sys
from itertools import chain

import numpy as np
import pytest

from gru_lib.porting import __main__ as command
from gru_lib.porting import check
from gru_lib.porting.check import _compiled, _module
from gru_lib.porting.files import encoded, save
from tests.support.porting_cases import M, N, draw, every_stack, sequences, stack_of, states_of

RESETS = (True, False)
ACTIVATIONS = [("sigmoid", "tanh"), ("hard_sigmoid_0.2", "tanh"), ("hard_sigmoid_6", "relu")]


@pytest.fixture
def run(tmp_path):
    """Write a stack as code, and run that on random sequences: in Python, or compiled with every warning an error."""

    def call(suffix, stack, x, convention="scratch"):
        path = tmp_path / f"gru{suffix}"
        path.write_bytes(encoded(suffix, stack, convention))
        if suffix == ".py":
            return _module(path.read_bytes())(x)
        if shutil.which("cc") is None:
            pytest.skip("there is no C compiler `cc` here")
        words = ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-DGRU_MAIN", "-fsyntax-only"]
        subprocess.run([*words, path], check=True)
        return _compiled(path, stack, x)

    return call


@pytest.mark.parametrize("reset_after", RESETS)
@pytest.mark.parametrize("suffix", [".py", ".c"])
@every_stack
def test_the_lines_compute_the_equations(run, suffix, layers, directions, bias, reset_after):
    """In float64, so that a wrong line shows."""
    weights = draw(layers=layers, directions=directions, bias=bias, reset_after=reset_after)
    x, h0 = sequences(weights)
    expected = states_of(weights, x, 0 * h0, reset_after)
    np.testing.assert_allclose(run(suffix, stack_of(weights, reset_after), x), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("convention", ["scratch", "keras", "pytorch"])
def test_python_computes_what_another_framework_does(run, require, convention):
    require("keras"), require("torch"), require("onnxruntime")
    stack = stack_of(draw(layers=2, directions=2, dtype=np.float32))
    x = check.sequences(stack)
    oracle = check.run(stack, "keras" if convention == "pytorch" else "pytorch", x)
    states = run(".py", stack, x, convention)
    assert states.dtype == np.float32
    np.testing.assert_allclose(states, oracle, rtol=0, atol=5e-6)


@pytest.mark.parametrize("activations", ACTIVATIONS)
@pytest.mark.parametrize("reset_after", RESETS)
def test_activations_are_written_too(run, require, reset_after, activations):
    require("keras"), require("onnxruntime")
    from dataclasses import replace

    weights = draw(layers=2, directions=2, dtype=np.float32, reset_after=reset_after)
    for gru in chain(*weights):
        gru.recurrent_kernel[...] *= 0.2  # relu grows
    stack = replace(stack_of(weights, reset_after), activations=activations)
    x = check.sequences(stack)
    expected = check.run(stack, "onnx", x)
    for suffix, convention in ((".py", "scratch"), (".py", "keras"), (".c", "scratch")):
        np.testing.assert_allclose(run(suffix, stack, x, convention), expected, rtol=1e-5, atol=1e-5)


def test_c_computes_what_keras_does(run, require):
    require("keras")
    stack = stack_of(draw(layers=3, directions=2, dtype=np.float32))
    x = check.sequences(stack)
    np.testing.assert_allclose(run(".c", stack, x), check.run(stack, "keras", x), rtol=0, atol=5e-6)


def test_layers_of_different_kinds(run):
    weights = [draw(n=7)[0], draw(1, m=7, n=2, directions=2, bias=False)[0]]
    x, _ = sequences(weights)
    expected = states_of(weights, x, [np.zeros((len(x), 7)), *np.zeros((2, len(x), 2))])
    for suffix in (".py", ".c"):
        np.testing.assert_allclose(run(suffix, stack_of(weights), x), expected, rtol=0, atol=1e-12)


def test_what_the_framework_has_not_is_refused():
    with pytest.raises(ValueError, match=r"nn\.GRU has reset after only"):
        encoded(".py", stack_of(draw(reset_after=False), False), "pytorch")


@pytest.mark.parametrize(("target", "by"), [("scratch gru.py", "its own lines"), ("scratch gru.c", "C")])
def test_the_command_writes_and_checks_it(tmp_path, capsys, target, by):
    if by == "C" and shutil.which("cc") is None:
        pytest.skip("there is no C compiler `cc` here")
    save(tmp_path / "gru.npz", stack_of(draw(dtype=np.float32)), "scratch")
    convention, name = target.split()
    words = [str(tmp_path / "gru.npz"), "--to", convention, "-o", str(tmp_path / name), "--check"]
    assert command.main(words) == 0
    assert f"gru.npz in gru_lib and {name} in {by} differ by" in capsys.readouterr().out


def test_the_module_needs_numpy_alone(tmp_path):
    save(tmp_path / "gru.py", stack_of(draw()), "scratch")
    code = f"import sys, numpy, gru; print(gru.gru(numpy.ones((2, 4, {M}))).shape, 'gru_lib' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == f"(2, 4, {N}) False\n"
