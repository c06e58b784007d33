"""Other activations than sigmoid and tanh: carried with their numbers, or refused."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gru_lib.activations import CANDIDATES, GATES
from gru_lib.porting import CONVENTIONS, port
from gru_lib.porting.check import run
from gru_lib.porting.files import load, save
from tests.support.porting_cases import bits, compared, draw, scratch, sequences, stack_of, states_of

OTHERS = [pair for pair in product(GATES, CANDIDATES) if pair != ("sigmoid", "tanh")]


def stack_with(gate, candidate, **options):
    """Random weights with these activations, and sequences for them."""
    weights = draw(dtype=np.float32, **options)
    stack = stack_of(weights, options.get("reset_after", True))
    return replace(stack, activations=(gate, candidate)), sequences(weights)[0]


@pytest.mark.parametrize("reset_after", [True, False])
def test_with_the_usual_ones_the_check_computes_the_equations(reset_after):
    weights = draw(layers=2, directions=2, reset_after=reset_after)
    x, h0 = sequences(weights)
    states = run(stack_of(weights, reset_after), "scratch", x)
    np.testing.assert_allclose(states, states_of(weights, x, 0 * h0, reset_after), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("gate", "candidate"), OTHERS)
def test_onnx_runtime_computes_them(require, tmp_path, gate, candidate):
    onnxruntime = require("onnxruntime")
    for reset_after in (True, False):
        stack, x = stack_with(gate, candidate, layers=2, directions=2, reset_after=reset_after)
        path = tmp_path / f"{reset_after}.onnx"
        save(path, stack, "onnx")
        (states,) = onnxruntime.InferenceSession(path).run(["Y"], {"X": x})
        scale = np.abs(states).max() if candidate == "relu" else 1
        np.testing.assert_allclose(run(stack, "scratch", x) / scale, states / scale, rtol=0, atol=1e-5)
        back = load(path)[1]
        assert (back.activations, back.reset_after) == ((gate, candidate), reset_after)
        assert bits(back.layers) == bits(stack.layers)


@pytest.mark.parametrize(("gate", "candidate", "package"), [
    ("hard_sigmoid_6", "tanh", "keras"),
    ("hard_sigmoid_0.2", "relu", "tf_keras"),
])  # fmt: skip
def test_the_hard_sigmoid_is_that_of_its_framework(require, gate, candidate, package):
    keras = require(package)
    stack, x = stack_with(gate, candidate, reset_after=False)
    words = {"activation": candidate, "recurrent_activation": "hard_sigmoid"}
    layer = keras.layers.GRU(stack.layers[0][0].units, return_sequences=True, reset_after=False, **words)
    layer.build(x.shape)
    layer.set_weights(stack.layers[0][0].arrays())
    states = np.asarray(layer(x))
    np.testing.assert_allclose(run(stack, "scratch", x), states, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("gate", "candidate"), OTHERS)
def test_the_check_runs_them(require, gate, candidate):
    require("keras"), require("onnxruntime")
    stack, _ = stack_with(gate, candidate if gate == "sigmoid" else "tanh")
    for source in ("keras", "onnx"):
        assert "differ by" in compared(stack, source, "textbook")


@pytest.mark.parametrize(("gate", "candidate"), OTHERS)
def test_port_carries_them_or_refuses(gate, candidate):
    given = {"gates": gate, "candidate": candidate}
    start = draw(directions=2)
    there = port(scratch(start), "scratch", "onnx", **given)
    assert bits(port(there, "onnx", "keras", **given)) == bits(port(scratch(start), "scratch", "keras"))
    for target in ("pytorch", "cudnn", "scratch"):
        with pytest.raises(ValueError, match="has sigmoid and tanh only"):
            port(scratch(start), "scratch", target, **given)
    with pytest.raises(ValueError, match=r"nn.GRUCell has sigmoid and tanh only"):
        port(scratch(draw()), "scratch", "pytorch-cell", **given)


@pytest.mark.parametrize("convention", ["keras", "textbook", "onnx"])
@pytest.mark.parametrize(("gate", "candidate"), OTHERS)
def test_an_archive_names_them(tmp_path, convention, gate, candidate):
    stack, _ = stack_with(gate, candidate, directions=2)
    save(tmp_path / "gru.npz", stack, convention)
    found, back = load(tmp_path / "gru.npz")
    assert (found, back.activations) == (convention, (gate, candidate))
    assert bits(back.layers) == bits(stack.layers)


@pytest.mark.parametrize("convention", ["pytorch", "pytorch-cell", "cudnn", "scratch"])
def test_a_file_that_cannot_name_them_is_not_written(tmp_path, convention):
    stack, _ = stack_with("hard_sigmoid_0.2", "tanh")
    with pytest.raises(ValueError, match=r"sigmoid and tanh only"):
        save(tmp_path / "gru.npz", stack, convention)
    assert not list(tmp_path.iterdir())


def test_an_unknown_activation_names_those_that_are_known():
    weights = CONVENTIONS["keras"].write(stack_of(draw()))
    for name, value, known in (
        ("candidate", "gelu", "tanh, relu"),
        ("gates", "hard_sigmoid", "sigmoid, hard_sigmoid_0.2, hard_sigmoid_6"),
    ):
        with pytest.raises(ValueError, match=rf"^{name} is .*; expected one of {known}$"):
            port(weights, "keras", "onnx", **{name: value})


def test_one_row_of_biases_is_said_to_come_from_an_old_keras():
    with pytest.raises(ValueError, match=r"Keras before 2.3 trained, .* gates='hard_sigmoid_0.2'"):
        port(draw(reset_after=False)[0][0].arrays(), "keras", "onnx")
