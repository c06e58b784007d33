"""The chapter on conventions maps weights by hand; here PyTorch and ONNX Runtime say whether it is right."""

import json

import numpy as np
import pytest

from gru_lib.scratch import GRUWeights, gru_forward
from tests.support import ROOT
from tests.support.gru_cases import make_case

CHAPTER = ROOT / "chapters" / "engineering" / "conventions.ipynb"
SHAPES = [(4, 6, 3, 5), (2, 3, 1, 1), (1, 4, 5, 2)]  # B, T, m, n


@pytest.fixture(scope="module")
def chapter():
    """The functions of the chapter, from the cells that define them."""
    cells = json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names = {"np": np}
    for wanted in ("def swap_gates", "def to_pytorch", "def to_onnx"):
        (source,) = (source for source in code if wanted in source)
        exec(source.partition("\n\n\nagain = ")[0], names)
    return names


def case_of(shape, *, reset_after=True, go_backwards=False):
    return make_case(sum(shape), shape=shape, reset_after=reset_after, go_backwards=go_backwards)


def states_of(case):
    return gru_forward(case.x, case.weights, **case.options)[0]


def torch_layer(torch, case, state_dict, **options):
    m, n = case.weights.input_size, case.weights.units
    layer = torch.nn.GRU(m, n, dtype=torch.float64, **options)
    layer.load_state_dict({name: torch.tensor(array) for name, array in state_dict.items()})
    return layer


@pytest.mark.parametrize("shape", SHAPES)
def test_pytorch_computes_the_same_states(require, chapter, shape):
    torch, case = require("torch"), case_of(shape)
    layer = torch_layer(torch, case, chapter["to_pytorch"](*case.weights.arrays()), batch_first=True)
    with torch.no_grad():
        states, last = layer(torch.tensor(case.x), torch.tensor(case.h0[None]))
    np.testing.assert_allclose(states.numpy(), states_of(case), rtol=0, atol=1e-12)
    np.testing.assert_allclose(last[0].numpy(), states_of(case)[:, -1], rtol=0, atol=1e-12)


def test_the_weights_of_pytorch_fit_the_book(require, chapter):
    """The way from PyTorch, on weights that PyTorch itself has drawn."""
    torch, case = require("torch"), case_of(SHAPES[0])
    torch.manual_seed(0)
    layer = torch.nn.GRU(case.weights.input_size, case.weights.units, dtype=torch.float64, batch_first=True)
    with torch.no_grad():
        states, _ = layer(torch.tensor(case.x), torch.tensor(case.h0[None]))
    weights = GRUWeights(*chapter["from_pytorch"](layer.state_dict()))
    np.testing.assert_allclose(gru_forward(case.x, weights, h0=case.h0)[0], states.numpy(), rtol=0, atol=1e-12)


def test_pytorch_puts_time_first_unless_asked(require, chapter):
    torch, case = require("torch"), case_of(SHAPES[0])
    layer = torch_layer(torch, case, chapter["to_pytorch"](*case.weights.arrays()))
    with torch.no_grad():
        states, _ = layer(torch.tensor(case.x.swapaxes(0, 1).copy()), torch.tensor(case.h0[None]))
    np.testing.assert_allclose(states.numpy().swapaxes(0, 1), states_of(case), rtol=0, atol=1e-12)


def test_pytorch_returns_the_backward_states_in_input_order(require, chapter):
    torch, case = require("torch"), case_of(SHAPES[0], go_backwards=True)
    ported = chapter["to_pytorch"](*case.weights.arrays())
    ported |= {f"{name}_reverse": array for name, array in ported.items()}
    layer = torch_layer(torch, case, ported, batch_first=True, bidirectional=True)
    with torch.no_grad():
        states, _ = layer(torch.tensor(case.x), torch.tensor(np.stack([case.h0, case.h0])))
    backward = states.numpy()[..., case.weights.units :]
    np.testing.assert_allclose(backward, states_of(case)[:, ::-1], rtol=0, atol=1e-12)


def onnx_model(onnx, inputs, units, direction):
    """A model with one operator GRU, whose weights are inputs too."""
    attributes = {"hidden_size": units, "linear_before_reset": inputs["linear_before_reset"], "direction": direction}
    names = ["X", "W", "R", "B", "", "initial_h"]
    node = onnx.helper.make_node("GRU", names, ["Y", "Y_h"], **attributes)

    def value(name, rank):
        shape = [f"{name}{axis}" for axis in range(rank)]
        return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)

    ranks = zip(["X", "W", "R", "B", "initial_h"], [3, 3, 3, 2, 3], strict=True)
    graph = onnx.helper.make_graph([node], "gru", [value(*named) for named in ranks], [value("Y", 4), value("Y_h", 3)])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 22)], ir_version=10)


def run_onnx(require, chapter, case, direction="forward"):
    onnx, onnxruntime = require("onnx"), require("onnxruntime")
    inputs = chapter["to_onnx"](*case.weights.arrays(), reset_after=case.reset_after)
    model = onnx_model(onnx, inputs, case.weights.units, direction)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    arrays = {name: inputs[name] for name in "WRB"} | {"X": case.x.swapaxes(0, 1), "initial_h": case.h0[None]}
    states, _ = session.run(None, {name: np.ascontiguousarray(a, np.float32) for name, a in arrays.items()})
    return states[:, 0].swapaxes(0, 1)


@pytest.mark.parametrize("reset_after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("shape", SHAPES)
def test_onnx_runtime_computes_the_same_states(require, chapter, shape, reset_after):
    case = case_of(shape, reset_after=reset_after)
    # ONNX Runtime has this operator in 32 bits only, and approximates sigmoid and tanh.
    np.testing.assert_allclose(run_onnx(require, chapter, case), states_of(case), rtol=0, atol=1e-5)


def test_onnx_returns_the_backward_states_in_input_order(require, chapter):
    case = case_of(SHAPES[0], go_backwards=True)
    states = run_onnx(require, chapter, case, direction="reverse")
    np.testing.assert_allclose(states, states_of(case)[:, ::-1], rtol=0, atol=1e-5)
