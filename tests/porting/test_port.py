"""`port` against the frameworks themselves, on random weights of several layers and both directions."""

import importlib
import json
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.porting import port
from gru_lib.porting.conventions import WHOLE
from gru_lib.scratch import GRUWeights
from tests.support import ROOT
from tests.support.porting_cases import (
    AFTER_ONLY,
    BIAS,
    RESETS,
    B,
    M,
    N,
    T,
    bits,
    compared,
    draw,
    every_stack,
    scratch,
    sequences,
    stack_of,
    states_of,
)


@every_stack
def test_pytorch_computes_the_same_states(require, layers, directions, bias):
    torch = require("torch")
    weights = draw(layers=layers, directions=directions, bias=bias)
    x, h0 = sequences(weights)
    options = {"num_layers": layers, "bidirectional": directions == 2, "bias": bias, "batch_first": True}
    module = torch.nn.GRU(M, N, dtype=torch.float64, **options)
    module.load_state_dict({k: torch.tensor(a) for k, a in port(scratch(weights), "scratch", "pytorch").items()})
    with torch.no_grad():
        states, _ = module(torch.tensor(x), torch.tensor(h0))
    np.testing.assert_allclose(states.numpy(), states_of(weights, x, h0), rtol=0, atol=1e-12)


@every_stack
def test_a_module_of_pytorch_is_read(require, layers, directions, bias):
    torch = require("torch")
    torch.manual_seed(0)
    module = torch.nn.GRU(M, N, layers, bias, True, 0.0, directions == 2, dtype=torch.float64)
    ported = port(dict(module.named_parameters()), "pytorch", "scratch")  # they require gradients
    weights = [np.atleast_1d(layer).tolist() for layer in (ported if isinstance(ported, list) else [ported])]
    x, h0 = sequences(weights)
    with torch.no_grad():
        states, _ = module(torch.tensor(x), torch.tensor(h0))
    np.testing.assert_allclose(states_of(weights, x, h0), states.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("bias", BIAS)
def test_the_cell_of_pytorch_computes_the_same_states(require, bias):
    torch = require("torch")
    weights = draw(bias=bias)
    x, h0 = sequences(weights)
    cell = torch.nn.GRUCell(M, N, bias=bias, dtype=torch.float64)
    state_dict = port(scratch(weights), "scratch", "pytorch-cell")
    cell.load_state_dict({name: torch.tensor(array) for name, array in state_dict.items()})
    h, states = torch.tensor(h0[0]), []
    with torch.no_grad():
        for t in range(T):
            h = cell(torch.tensor(x[:, t]), h)
            states.append(h.numpy())
    np.testing.assert_allclose(np.stack(states, 1), states_of(weights, x, h0), rtol=0, atol=1e-12)


def keras_layers(keras, weights, reset_after):
    """Fresh layers of Keras that fit the weights."""
    for layer in weights:
        bias = layer[0].bias is not None
        gru = keras.layers.GRU(layer[0].units, return_sequences=True, use_bias=bias, reset_after=reset_after)
        module = keras.layers.Bidirectional(gru) if len(layer) == 2 else gru
        module.build((B, T, layer[0].input_size))
        yield module


def run_keras(keras, modules, x, h0):
    starts = iter(h0)
    for module in modules:
        count = 2 if isinstance(module, keras.layers.Bidirectional) else 1
        given_states = [keras.ops.convert_to_tensor(next(starts)) for _ in range(count)]
        x = module(x, initial_state=given_states if count == 2 else given_states[0])
    return keras.ops.convert_to_numpy(x)


@pytest.mark.parametrize("reset_after", RESETS)
@every_stack
def test_keras_computes_the_same_states(require, layers, directions, bias, reset_after):
    keras = require("keras")
    shape = {"layers": layers, "directions": directions, "bias": bias, "reset_after": reset_after}
    weights = draw(dtype=np.float32, **shape)
    x, h0 = sequences(weights)
    modules = list(keras_layers(keras, weights, reset_after))
    ported = port(scratch(weights), "scratch", "keras", reset_after=reset_after)
    for module, arrays in zip(modules, ported if layers > 1 else [ported], strict=True):
        module.set_weights(arrays)
    wanted = states_of(draw(**shape), *sequences(draw(**shape)), reset_after)
    np.testing.assert_allclose(run_keras(keras, modules, x, h0), wanted, rtol=0, atol=2e-5)
    back = [module.get_weights() for module in modules]
    again = port(back if layers > 1 else back[0], "keras", "scratch", reset_after=reset_after)
    assert bits(again) == bits(scratch(weights))


def test_the_check_runs_every_kind_of_layer(require):
    """Both frameworks that know reset before, against gru_lib."""
    require("keras"), require("onnxruntime")
    for reset_after, bias in product((True, False), (True, False)):
        weights = draw(layers=2, directions=2, bias=bias, reset_after=reset_after, dtype=np.float32)
        for convention in ("keras", "onnx"):
            said = compared(stack_of(weights, reset_after), convention, "scratch")
            assert float(said.split("differ by ")[1].split()[0]) < 1e-5


def test_the_variables_of_keras_are_read(require):
    keras = require("keras")
    layer = keras.layers.GRU(N)
    layer.build((B, T, M))
    assert bits(port(list(layer.weights))) == bits(port(layer.get_weights()))


@pytest.mark.parametrize("reset_after", RESETS)
def test_the_textbook_computes_the_same_states(reset_after):
    weights = draw(reset_after=reset_after)
    x, h0 = sequences(weights)
    p = port(scratch(weights), "scratch", "textbook", reset_after=reset_after)
    c_z, c_r, c_h = (p.get(f"c_{gate}", np.zeros(N)) for gate in "zrh")
    wanted = states_of(weights, x, h0, reset_after)
    for b in range(B):
        h = h0[0, b]
        for t in range(T):
            v = x[b, t]
            z = 1 / (1 + np.exp(-(p["W_z"] @ v + p["U_z"] @ h + p["b_z"] + c_z)))
            r = 1 / (1 + np.exp(-(p["W_r"] @ v + p["U_r"] @ h + p["b_r"] + c_r)))
            recurrent = r * (p["U_h"] @ h + c_h) if reset_after else p["U_h"] @ (r * h)
            h = (1 - z) * h + z * np.tanh(p["W_h"] @ v + p["b_h"] + recurrent)
            np.testing.assert_allclose(h, wanted[b, t], rtol=0, atol=1e-12)


def test_with_reset_before_only_the_sum_of_the_rows_of_onnx_counts():
    weights = draw(reset_after=False)
    x, h0 = sequences(weights)
    node = port(scratch(weights), "scratch", "onnx", reset_after=False)
    assert not node["B"][:, 3 * N :].any()
    node["B"] = np.concatenate([node["B"][:, : 3 * N] - 0.25, np.full((1, 3 * N), 0.25)], axis=1)
    back = port(node, "onnx", "scratch", reset_after=False)
    assert bits(port(back, "scratch", "onnx", reset_after=False)["B"][:, 3 * N :]) == bits(np.zeros((1, 3 * N)))
    np.testing.assert_allclose(states_of([[back]], x, h0, False), states_of(weights, x, h0, False), atol=1e-14)


def test_a_negative_zero_survives_the_sum_of_the_rows():
    kernel, recurrent_kernel, bias = draw(reset_after=False)[0][0].arrays()
    arrays = [kernel, recurrent_kernel, -0.0 * np.abs(bias)]
    there = port(arrays, "keras", "onnx", reset_after=False)
    assert bits(port(there, "onnx", "keras", reset_after=False)) == bits(arrays)


@pytest.fixture
def packed_by_keras(require, monkeypatch):
    """The buffer that Keras's TensorFlow backend hands to cuDNN; the operator itself needs a GPU."""
    require("keras")
    tf = require("tensorflow")
    rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")  # the package has a function of this name

    class Caught(Exception):
        pass

    def operator(params, **_):
        raise Caught(params.numpy())

    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", operator)
    monkeypatch.setattr(tf.sysconfig, "get_build_info", lambda: {"is_cuda_build": True})

    def pack(kernel, recurrent_kernel, bias):
        x, h0 = np.zeros((B, T, M), kernel.dtype), np.zeros((B, N), kernel.dtype)
        with pytest.raises(Caught) as caught:
            rnn._cudnn_gru(tf.constant(x), tf.constant(h0), kernel, recurrent_kernel, bias, None, False, False, True)
        return caught.value.args[0]

    return pack


def test_keras_packs_the_same_buffer_for_cudnn(packed_by_keras):
    arrays = draw(dtype=np.float32)[0][0].arrays()
    buffer = port(arrays, "keras", "cudnn")
    np.testing.assert_array_equal(buffer.pop("buffer"), packed_by_keras(*arrays))
    assert buffer == {"input_size": M, "units": N, "layers": 1, "directions": 1}


@every_stack
def test_the_buffer_holds_all_matrices_before_all_biases(layers, directions, bias):
    weights = draw(layers=layers, directions=directions, bias=bias)
    matrices, biases = [], []
    for gru in (gru for layer in weights for gru in layer):
        for columns in (gru.kernel, gru.recurrent_kernel):
            z, r, h = np.split(columns, 3, axis=1)
            matrices += [r.T.ravel(), z.T.ravel(), h.T.ravel()]
        for row in gru.bias if bias else ():
            z, r, h = np.split(row, 3)
            biases += [r, z, h]
    buffer = port(scratch(weights), "scratch", "cudnn")["buffer"]
    np.testing.assert_array_equal(buffer, np.concatenate(matrices + biases))


def test_the_chapter_derives_the_same_mappings():
    path = ROOT / "chapters" / "engineering" / "conventions.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names = {"np": np}
    for wanted in ("def negate_z", "def swap_gates", "def to_pytorch", "def to_onnx"):
        (source,) = (source for source in code if wanted in source)
        exec(source.partition("\n\n\ndef relabel")[0].partition("\n\n\nagain = ")[0], names)
    after, before = draw()[0][0].arrays(), draw(reset_after=False)[0][0].arrays()
    assert bits(port(after)) == bits(names["to_pytorch"](*after))
    assert bits(port(port(after), "pytorch", "keras")) == bits(names["from_pytorch"](port(after)))
    assert bits(port(after, target="onnx")) == bits(names["to_onnx"](*after))
    assert bits(port(before, target="onnx", reset_after=False)) == bits(names["to_onnx"](*before, reset_after=False))
    letters = port(after, target="textbook")
    for letter, array in zip("WU", after[:2], strict=True):
        written = np.concatenate([letters[f"{letter}_{gate}"].T for gate in "zrh"], axis=1)
        np.testing.assert_array_equal(written, names["negate_z"](array))


@st.composite
def stacks(draw_from):
    """Weights, reset_after, and two conventions that can both hold them."""
    layers, directions = draw_from(st.integers(1, 3)), draw_from(st.integers(1, 2))
    reset_after = draw_from(st.booleans())
    conventions = set(WHOLE) - (set() if reset_after else AFTER_ONLY)
    if layers * directions > 1:
        conventions -= {"pytorch-cell"}
    weights = draw(
        draw_from(st.integers(0, 99)),
        m=draw_from(st.integers(1, 4)),
        n=draw_from(st.integers(1, 4)),
        layers=layers,
        directions=directions,
        bias=draw_from(st.booleans()),
        reset_after=reset_after,
        dtype=draw_from(st.sampled_from([np.float32, np.float64])),
    )
    special = draw_from(st.sampled_from([-0.0, 0.0, 1e-40, 1.0]))
    for gru in (gru for layer in weights for gru in layer):
        for array in gru.arrays():
            array.flat[0], array.flat[-1] = special, -special
    pair = st.sampled_from(sorted(conventions))
    return weights, reset_after, draw_from(pair), draw_from(pair)


@given(stacks())
def test_there_and_back_gives_the_same_bits(stack):
    weights, reset_after, source, target = stack
    start = port(scratch(weights), "scratch", source, reset_after=reset_after)
    there = port(start, source, target, reset_after=reset_after)
    assert bits(port(there, target, source, reset_after=reset_after)) == bits(start)
    assert bits(port(start, source, "scratch", reset_after=reset_after)) == bits(scratch(weights))
    assert bits(port(there, target, "scratch", reset_after=reset_after)) == bits(scratch(weights))


def test_layers_may_differ_where_the_convention_allows_it():
    wide, narrow = draw(n=7)[0], draw(1, m=7, n=2, directions=2, bias=False)[0]
    weights = scratch([wide, narrow])
    for convention in ("keras", "onnx", "textbook", "scratch"):
        assert bits(port(port(weights, "scratch", convention), convention, "scratch")) == bits(weights)
    for convention in ("pytorch", "cudnn"):
        with pytest.raises(ValueError, match=r"7 units, 1 direction.*one by one"):
            port(weights, "scratch", convention)


def arrays_in(weights):
    if isinstance(weights, GRUWeights):
        return weights.arrays()
    if isinstance(weights, dict | list | tuple):
        values = weights.values() if isinstance(weights, dict) else weights
        return [array for value in values for array in arrays_in(value)]
    return [weights] if isinstance(weights, np.ndarray) else []


@pytest.mark.parametrize("target", sorted(set(WHOLE) - {"pytorch-cell"}))
@pytest.mark.parametrize("source", sorted(set(WHOLE) - {"pytorch-cell"}))
def test_the_result_owns_its_arrays(source, target):
    start = port(scratch(draw(layers=2, directions=2)), "scratch", source)
    before, result = bits(start), port(start, source, target)
    for array in arrays_in(result):
        assert array.flags.c_contiguous and array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in arrays_in(start))
        array[...] = 0
    assert bits(start) == before


def test_lists_of_numbers_are_read():
    arrays = draw()[0][0].arrays()
    assert bits(port([array.tolist() for array in arrays])) == bits(port(arrays))
    assert bits(port([[array.tolist() for array in arrays]])) == bits(port(arrays))


def test_the_import_loads_no_framework():
    code = """
import sys, gru_lib.porting, gru_lib.porting.files, gru_lib.porting.check, gru_lib.porting.__main__
print(sorted({"keras", "torch", "onnx", "onnxruntime", "tensorflow", "jax", "h5py"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
