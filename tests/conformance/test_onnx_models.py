"""The kit on the GRU nodes of ONNX models: alone, inside networks, of two directions, and with faults in them."""

import sys

import numpy as np
import pytest

from gru_lib.conformance import check_gru
from gru_lib.porting import port
from gru_lib.scratch import GRUWeights
from tests.support.parts import problems, random_like


@pytest.fixture(scope="module")
def onnx(require):
    require("onnxruntime")
    return require("onnx")


@pytest.fixture(scope="module")
def parts_of(onnx):  # noqa: ARG001 - asked for, since without it nothing can be tested
    from gru_lib.conformance.adapters.onnx import from_onnx

    return from_onnx


def named(report):
    return [mutant.id for mutant in report.mistakes]


def model(onnx, *, operator="GRU", dtype="float32", directions=1, nodes=1, stored=True, bias=True, **attributes):
    """A model whose GRU has stored weights."""
    helper, kind = onnx.helper, onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    weights = GRUWeights.init(3, 5, rng=np.random.default_rng(0), dtype="float64")
    names = "WRB" if bias else "WR"
    arrays = port(random_like(weights.arrays()), "keras", "onnx")
    arrays = {name: np.concatenate([arrays[name] * (k + 1) for k in range(directions)]) for name in names}
    tensors = [onnx.numpy_helper.from_array(arrays[name].astype(dtype), name) for name in names]
    made = [helper.make_node(operator, ["X", *names], [f"Y{k}"], hidden_size=5, **attributes) for k in range(nodes)]
    inputs = [helper.make_tensor_value_info("X", kind, [None] * 3)]
    if not stored:
        inputs += [helper.make_tensor_value_info(t.name, kind, list(t.dims)) for t in tensors]
    outputs = [helper.make_tensor_value_info("Y0", kind, [None] * 4)]
    graph = helper.make_graph(made, "my-gru", inputs, outputs, tensors if stored else [])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("after", [1, 0], ids=["after", "before"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_node_passes_with_other_weights_and_with_its_own(onnx, dtype, after, direction):
    report = check_gru(model(onnx, dtype=dtype, linear_before_reset=after, direction=direction))
    assert report.passed, report
    assert str(report).count("on ONNX Runtime" if dtype == "float32" else "on ONNX's reference") >= 2
    assert "own weights" in str(report)
    assert {case.reset_after for case in report.cases} == {bool(after)}
    assert {case.features["dtype"] for case in report.cases} == {dtype}
    assert {case.go_backwards for case in report.cases} == {direction == "reverse"}
    assert any(case.features["mask"] == "mask right" for case in report.cases) == (dtype == "float32")


def test_a_node_passes_on_the_reference_where_there_is_no_runtime(onnx, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    report = check_gru(model(onnx, linear_before_reset=1, bias=False))
    assert report.passed and "ONNX's reference" in str(report)


def test_each_direction_of_each_node_is_tested(onnx, parts_of):
    parts = parts_of(model(onnx, directions=2, direction="bidirectional", nodes=2))
    names = [f"my-gru, GRU {k}, {half} on ONNX Runtime" for k in (1, 2) for half in ("forward", "backward")]
    assert [part.name for part in parts] == [name + own for name in names for own in ("", ", own weights")]
    assert [problems(part) for part in parts] == [[] for _ in parts]


def test_a_gru_inside_a_network_is_cut_out(parts_of, require, tmp_path):
    torch = require("torch")

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.after = torch.nn.Linear(2, 3), torch.nn.Linear(8, 1)
            self.gru = torch.nn.GRU(3, 4, 2, batch_first=True, bidirectional=True)

        def forward(self, x):
            return self.after(self.gru(self.before(x))[0])

    path, x = tmp_path / "network.onnx", torch.randn(2, 5, 2)
    torch.onnx.export(Network(), (x,), path, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "b", 1: "t"}})
    parts = parts_of(path)
    assert len(parts) == 2 * 2 * 2 and parts[-1].name.startswith("network.onnx, /gru/GRU_1, backward on ")
    assert [problems(part) for part in parts] == [[] for _ in parts]


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"activations": ["HardSigmoid", "Relu"]}, ("hard_sigmoid_0.2", "relu")),
        ({"activations": ["HardSigmoid", "Tanh"], "activation_alpha": [1 / 6]}, ("hard_sigmoid_6", "tanh")),
        ({"activations": ["Sigmoid", "Tanh"]}, (None, None)),
    ],
    ids=str,
)
def test_activations_that_the_kit_knows_are_tested(onnx, parts_of, attributes, words):
    for part in parts_of(model(onnx, linear_before_reset=1, **attributes)):
        assert (part.fixed.get("gates"), part.fixed.get("candidate")) == words
        assert problems(part) == []


def test_slopes_are_counted_over_both_directions(onnx, parts_of):
    names = ["HardSigmoid", "Tanh", "HardSigmoid", "Tanh"]
    options = {"directions": 2, "direction": "bidirectional", "activations": names}
    parts = parts_of(model(onnx, **options, activation_alpha=[0.2, 1 / 6], activation_beta=[0.5, 0.5]))
    assert [part.fixed["gates"] for part in parts[::2]] == ["hard_sigmoid_0.2", "hard_sigmoid_6"]
    assert [problems(part) for part in parts] == [[] for _ in parts]


def test_a_file_with_the_wrong_reset_is_named(onnx, tmp_path):
    path = tmp_path / "gru.onnx"
    onnx.save(model(onnx), path)
    assert check_gru(path).passed  # taken at its word
    report = check_gru(path, reset_after=True)
    assert "before-for-after" in named(report) and "linear_before_reset=1" in str(report)


def test_own_weights_that_a_runtime_spoils_are_seen(onnx, parts_of, monkeypatch):
    """The weights of the cases are small; those of the file are large, and a runtime may round them."""
    from gru_lib.conformance.adapters import onnx as adapter

    class Rounding:
        def __init__(self, content):
            self.session = session(content)

        def run(self, names, inputs):
            spoilt = {name: np.clip(a, -2, 2) if name == "R" else a for name, a in inputs.items()}
            return self.session.run(names, spoilt)

    session = adapter.session
    monkeypatch.setattr(adapter, "session", Rounding)
    _other, own = parts_of(model(onnx))
    assert problems(own)


def test_what_cannot_be_tested_is_said(onnx, tmp_path):
    wrong = {
        "(operators: LSTM)": model(onnx, operator="LSTM"),
        "it has clip=0.5": model(onnx, clip=0.5),
        "activations are ['HardSigmoid(0.3, 0.5)'": model(
            onnx, activations=["HardSigmoid", "Tanh"], activation_alpha=[0.3]
        ),
        "activations are ['Softsign'": model(onnx, activations=["Softsign", "Tanh"]),
        "ONNX's reference has sigmoid and tanh only": model(onnx, dtype="float64", activations=["Sigmoid", "Relu"]),
        "it has layout=1": model(onnx, layout=1),
        "W of GRU '' is no stored array": model(onnx, stored=False),
        "contradicts the direction 'bidirectional'": model(onnx, direction="bidirectional"),
        "holds no GRU node": onnx.ModelProto(),
    }
    for message, wanted in wrong.items():
        report = check_gru(wanted)
        assert not report.tested and message in str(report), report
    for content in (b"", b"this is no model", b"\x08\x08"):
        (tmp_path / "broken.onnx").write_bytes(content)
        assert "broken.onnx: damaged, or no ONNX model" in str(check_gru(tmp_path / "broken.onnx"))
    assert "NodeProto is no GRU" in str(check_gru(onnx.NodeProto()))


def test_a_quantised_node_is_said_to_be_one(onnx):
    """As quantising tools write it: integers, and an operator that makes numbers of them."""
    quantised = model(onnx)
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in quantised.graph.initializer}
    del quantised.graph.initializer[0]
    for name, array in {"w": np.round(tensors["W"] * 50).astype(np.int8), "scale": np.float32(0.02)}.items():
        quantised.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(array), name))
    quantised.graph.node.insert(0, onnx.helper.make_node("DequantizeLinear", ["w", "scale"], ["W"]))
    assert "its weights are integers (DequantizeLinear)" in str(check_gru(quantised))


def test_a_missing_package_is_reported(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    (tmp_path / "gru.onnx").write_bytes(b"")
    assert "the package onnx is not installed" in str(check_gru(tmp_path / "gru.onnx"))
