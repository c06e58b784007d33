"""The scratch GRU against the GRU node of ONNX Runtime, with the reset after and before the recurrent product."""

import numpy as np
import pytest

from tests.support.gru_cases import all_cases, by_name, differences, make_case, run_gru_lib

TOLERANCE = 1e-6  # ONNX Runtime has this node in float32 only
CASES = [
    *(case for case in all_cases(np.float32) if case.mask is None or case.features["mask"] == "mask right"),
    make_case(105, shape=(2, 30, 3, 8), dtype=np.float32),
    make_case(106, shape=(2, 30, 3, 8), dtype=np.float32, reset_after=False, go_backwards=True),
    make_case(107, shape=(1, 1, 1, 1), dtype=np.float32),
]


@pytest.fixture(scope="module")
def run_onnx(require):
    """Return a function from a case to the states and the last state of ONNX Runtime."""
    onnx, runtime = require("onnx"), require("onnxruntime")
    return lambda case: run_node(onnx, runtime, case)


def onnx_inputs(case):
    """Name the inputs of the node: gates in the order z, r, h as in Keras, but as rows; one axis of directions."""
    inputs = {
        "X": case.x.swapaxes(0, 1),
        "W": case.kernel.T[None],
        "R": case.recurrent_kernel.T[None],
    }
    if case.bias is not None:
        bias = case.bias if case.reset_after else np.stack([case.bias, np.zeros_like(case.bias)])
        inputs["B"] = bias.reshape(1, -1)
    if case.mask is not None:
        inputs["sequence_lens"] = case.mask.sum(1).astype(np.int32)
    if case.h0 is not None:
        inputs["initial_h"] = case.h0[None]
    return {name: np.ascontiguousarray(value) for name, value in inputs.items()}


def run_node(onnx, runtime, case):
    inputs = onnx_inputs(case)
    slots = [name if name in inputs else "" for name in ("X", "W", "R", "B", "sequence_lens", "initial_h")]
    node = onnx.helper.make_node(
        "GRU",
        slots,
        ["Y", "Y_h"],
        hidden_size=case.weights.units,
        linear_before_reset=int(case.reset_after),
        direction="reverse" if case.go_backwards else "forward",
    )
    of_numpy = onnx.helper.np_dtype_to_tensor_dtype
    given = [onnx.helper.make_tensor_value_info(k, of_numpy(v.dtype), v.shape) for k, v in inputs.items()]
    float32 = onnx.TensorProto.FLOAT
    wanted = [onnx.helper.make_tensor_value_info(name, float32, [None] * axes) for name, axes in (("Y", 4), ("Y_h", 3))]
    graph = onnx.helper.make_graph([node], "gru", given, wanted)
    opset = onnx.helper.make_opsetid("", 14)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)  # old enough for any runtime
    onnx.checker.check_model(model)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    states, last = session.run(None, inputs)
    return states[:, 0].swapaxes(0, 1), last[0]


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_states_are_those_of_onnx(run_onnx, case):
    states, last = run_onnx(case)
    actual = run_gru_lib(case)["states"]
    answer = {"last": actual[:, -1]}
    if case.go_backwards:
        actual = actual[:, ::-1]  # ONNX returns the states in the order of x, whatever the direction
    if case.mask is not None:
        actual = actual * case.mask[:, :, None]  # and zeros for padding
    assert not differences(answer | {"states": actual}, {"last": last, "states": states}, TOLERANCE)
