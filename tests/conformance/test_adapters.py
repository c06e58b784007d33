"""The kit on the GRUs of Keras, PyTorch and ONNX: as classes, as live models, as files, and with faults in them."""

import sys

import numpy as np
import pytest

from gru_lib.conformance import check_gru
from gru_lib.porting import port
from gru_lib.scratch import GRUWeights


def ids(report):
    return [mutant.id for mutant in report.mistakes]


def weights_of(m, n, **options):
    rng = np.random.default_rng(0)
    weights = GRUWeights.init(m, n, rng=rng, **options)
    return [array + rng.normal(size=array.shape).astype(array.dtype) for array in weights.arrays()]


# ----- Keras ----------------------------------------------------------------------------------------------------------


def test_keras_passes(require):
    keras = require("keras")
    report = check_gru(keras.layers.GRU)
    assert report.passed, report
    assert len(report.cases) == 70 or keras.backend.backend() != "tensorflow"


def live_layer(keras, **options):
    layer = keras.layers.GRU(5, **options)
    layer.build((None, None, 3))
    layer.set_weights(weights_of(3, 5, reset_after=options.get("reset_after", True)))
    return layer


@pytest.mark.parametrize(
    "options", [{}, {"reset_after": False, "go_backwards": True, "return_sequences": True}], ids=["plain", "all"]
)
def test_a_live_keras_layer_passes_and_gets_its_own_back(require, options):
    keras = require("keras")
    layer = live_layer(keras, **options)
    before, switches = layer.get_weights(), (layer.return_sequences, layer.return_state, layer.stateful)
    report = check_gru(layer)
    assert report.passed, report
    assert {case.weights.input_size for case in report.cases} == {3}
    assert {case.go_backwards for case in report.cases} == {options.get("go_backwards", False)}
    assert all(map(np.array_equal, before, layer.get_weights()))
    assert switches == (layer.return_sequences, layer.return_state, layer.stateful)


def test_a_live_keras_layer_gets_its_own_back_after_an_error(require):
    keras = require("keras")

    class Broken(keras.layers.GRU):
        def inner_loop(self, *_args, **_kwargs):
            raise RuntimeError("out of order")

    layer = Broken(5)
    layer.build((None, None, 3))
    before = layer.get_weights()
    report = check_gru(layer)
    assert not report.passed and "out of order" in str(report)
    assert all(map(np.array_equal, before, layer.get_weights())) and not layer.return_sequences


def test_faults_in_a_keras_layer_are_named(require):
    keras = require("keras")
    hard = live_layer(keras, recurrent_activation="hard_sigmoid")
    assert ids(check_gru(hard)) == ["hard-sigmoid-6"]
    assert ids(check_gru(live_layer(keras, zero_output_for_mask=True))) == ["masked-output-zeroed"]


def test_what_is_no_keras_gru_is_reported(require):
    keras = require("keras")
    assert "not a built GRU layer" in str(check_gru(keras.layers.GRU(3)))
    lstm = keras.layers.LSTM(3)
    lstm.build((None, None, 2))
    report = check_gru(lstm)
    assert not report.tested and "has not the weights of a GRU" in str(report)
    assert not check_gru(keras.layers.LSTM).passed
    assert not check_gru(keras.layers.Dense).passed


# ----- PyTorch --------------------------------------------------------------------------------------------------------


def test_pytorch_passes_with_gradients(require):
    torch = require("torch")
    report = check_gru(torch.nn.GRU)
    assert report.passed, report
    assert {case.x.dtype.name for case in report.cases} == {"float32", "float64"}
    assert not any("gradient" in line for line in report.not_tested)
    assert {line.split(" (")[0] for line in report.not_tested} == {"reset before", "mask", "go_backwards"}


@pytest.mark.parametrize("options", [{}, {"batch_first": True, "bias": False}], ids=str)
def test_a_live_pytorch_module_passes_and_gets_its_own_back(require, options):
    torch = require("torch")
    module = torch.nn.GRU(3, 5, **options)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    assert check_gru(module).passed
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert module.training and all(p.requires_grad for p in module.parameters())


def test_faults_in_a_pytorch_module_are_named(require):
    torch = require("torch")

    class Shifted(torch.nn.GRU):
        def forward(self, x, h0=None):
            states, last = super().forward(x, h0)
            first = torch.zeros_like(last) if h0 is None else h0
            return torch.cat([first.swapaxes(0, 1), states[:, :-1]], 1), last

    class Cut(torch.nn.GRU):
        def forward(self, x, h0=None):
            return super().forward(x, None if h0 is None else h0.detach() + 0 * h0)

    class Forgetful(torch.nn.GRU):
        def forward(self, x, h0=None):
            return super().forward(x, 0 * h0 if h0 is not None else None)

    assert ids(check_gru(Shifted)) == ["output-before-step"]
    assert ids(check_gru(Cut)) == ["no-h0-gradient"]
    module = Forgetful(3, 5, batch_first=True)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    assert ids(check_gru(module)) == ["h0-ignored"]
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def test_what_is_no_pytorch_gru_is_reported(require):
    torch = require("torch")
    assert "several layers" in str(check_gru(torch.nn.GRU(3, 5, num_layers=2)))
    assert "several layers" in str(check_gru(torch.nn.GRU(3, 5, bidirectional=True)))
    assert "has the parameters ['bias', 'weight']" in str(check_gru(torch.nn.Linear(3, 5)))
    for lstm in (torch.nn.LSTM, torch.nn.LSTM(3, 5)):
        report = check_gru(lstm)
        assert report.tested and not report.passed


def test_what_only_comes_from_a_framework_is_no_layer(require):
    torch, onnx = require("torch"), require("onnx")
    assert "Tensor is no GRU" in str(check_gru(torch.zeros(3)))
    assert "NodeProto is no GRU" in str(check_gru(onnx.NodeProto()))
    report = check_gru(torch.relu)
    assert not report.passed


def test_what_breaks_while_it_is_prepared_is_reported(require):
    torch = require("torch")

    class Odd(torch.nn.GRU):
        def named_parameters(self, *_args, **_kwargs):
            raise RuntimeError("no parameters today")

    odd = Odd.__new__(Odd)
    torch.nn.Module.__init__(odd)
    assert "preparing it raised RuntimeError: no parameters today" in str(check_gru(odd))


def test_options_that_a_layer_cannot_have_are_refused(require):
    torch = require("torch")
    for options in ({"reset_after": False}, {"gradients": len}):
        report = check_gru(torch.nn.GRU, **options)
        assert not report.tested and "with a function" in str(report)


# ----- ONNX -----------------------------------------------------------------------------------------------------------


def onnx_model(onnx, *, operator="GRU", dtype=np.float32, directions=1, nodes=1, stored=True, **attributes):
    """A model whose GRU has stored weights."""
    helper, kind = onnx.helper, onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    arrays = port(weights_of(3, 5, dtype="float32"), "keras", "onnx"); arrays = {k: v.astype(dtype) if hasattr(v,"astype") else v for k,v in arrays.items()}
    tensors = [onnx.numpy_helper.from_array(np.concatenate([arrays[name]] * directions), name) for name in "WRB"]
    made = [
        helper.make_node(operator, ["X", "W", "R", "B"], [f"Y{i}"], hidden_size=5, **attributes) for i in range(nodes)
    ]
    inputs = [helper.make_tensor_value_info("X", kind, [None] * 3)]
    if not stored:
        inputs += [helper.make_tensor_value_info(t.name, kind, list(t.dims)) for t in tensors]
    outputs = [helper.make_tensor_value_info("Y0", kind, [None] * 4)]
    graph = helper.make_graph(made, "my-gru", inputs, outputs, tensors if stored else [])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("after", [1, 0], ids=["after", "before"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_onnx_passes(require, dtype, after, direction):
    onnx = require("onnx")
    require("onnxruntime")
    report = check_gru(onnx_model(onnx, dtype=dtype, linear_before_reset=after, direction=direction))
    assert report.passed, report
    assert report.name == "my-gru on " + ("ONNX Runtime" if dtype == np.float32 else "ONNX's reference")
    assert {case.reset_after for case in report.cases} == {bool(after)}
    assert {case.x.dtype for case in report.cases} == {np.dtype(dtype)}
    assert {case.go_backwards for case in report.cases} == {direction == "reverse"}


def test_onnx_without_its_runtime_passes_on_the_reference(require, monkeypatch):
    onnx = require("onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    report = check_gru(onnx_model(onnx, linear_before_reset=1))
    assert report.passed and report.name == "my-gru on ONNX's reference"


def test_an_onnx_file_with_the_wrong_reset_is_named(require, tmp_path):
    onnx = require("onnx")
    path = tmp_path / "gru.onnx"
    onnx.save(onnx_model(onnx), path)
    assert check_gru(path).passed  # taken at its word
    report = check_gru(path, reset_after=True)
    # a node without reset before cannot show whether it has the flag the wrong way round
    assert ids(report) == ["before-for-after", "reset-flag-inverted"] and "linear_before_reset=1" in str(report)


def test_what_is_no_onnx_gru_is_reported(require, tmp_path):
    onnx = require("onnx")
    wrong = {
        "(operators: LSTM); expected one": onnx_model(onnx, operator="LSTM"),
        "2 GRU nodes": onnx_model(onnx, nodes=2),
        "has clip; expected a plain GRU": onnx_model(onnx, clip=0.5),
        "has activations": onnx_model(onnx, activations=["HardSigmoid", "Tanh"]),
        "has layout": onnx_model(onnx, layout=1),
        "expected (1, 3n, m): one direction": onnx_model(onnx, directions=2, direction="bidirectional"),
        "W of GRU '' is no stored array": onnx_model(onnx, stored=False),
        "contradicts the direction 'bidirectional'": onnx_model(onnx, direction="bidirectional"),
        "holds no ONNX model with nodes": onnx.ModelProto(),
    }
    for message, model in wrong.items():
        report = check_gru(model)
        assert not report.tested and message in str(report), report
    for content in (b"", b"this is no model", b"\x08\x08"):
        (tmp_path / "broken.onnx").write_bytes(content)
        assert "broken.onnx: damaged, or no ONNX model" in str(check_gru(tmp_path / "broken.onnx"))


def test_a_missing_package_is_reported(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    (tmp_path / "gru.onnx").write_bytes(b"")
    assert "the package onnx is not installed" in str(check_gru(tmp_path / "gru.onnx"))
