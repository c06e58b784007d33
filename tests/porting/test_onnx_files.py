"""Models of ONNX that are read back: from PyTorch's exporter, with external data, and those that are refused."""

import re
import warnings

import numpy as np
import pytest

from gru_lib.porting import port
from gru_lib.porting.check import run
from gru_lib.porting.files import inventory, load, onnx_write, save
from tests.support.porting_cases import B, M, N, T, bits, draw, every_stack, loaded, scratch, stack_of


@pytest.fixture
def onnx(require):
    return require("onnx")


@pytest.mark.parametrize(("batch_first", "given_state"), [(True, True), (False, False)])
@every_stack
@pytest.mark.usefixtures("onnx")
def test_what_pytorch_exports_is_read(require, tmp_path, layers, directions, bias, batch_first, given_state):
    torch = require("torch")
    module = torch.nn.GRU(M, N, layers, bias, batch_first, 0.0, directions == 2)
    inputs = (torch.zeros(B, T, M), torch.zeros(layers * directions, B if batch_first else T, N))
    path, free = tmp_path / "gru.onnx", {0: "first", 1: "second"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, which is old, and of sizes that it fixes
        torch.onnx.export(
            module, inputs[: 1 + given_state], path, dynamo=False, input_names=["x"], dynamic_axes={"x": free}
        )
    convention, weights, reset_after = loaded(path)
    assert (convention, reset_after) == ("onnx", True)
    assert bits(weights) == bits(port(module.state_dict(), "pytorch", "scratch"))


def written(onnx, **shape):
    return onnx.load_from_string(onnx_write.write(stack_of(draw(**shape))))


def gru_of(model, index=0):
    return [node for node in model.graph.node if node.op_type == "GRU"][index]


def stored(model, name):
    (tensor,) = (tensor for tensor in model.graph.initializer if tensor.name == name)
    return tensor


def insert(onnx, model, operator, before, slot=0, **attributes):
    """Put an operator in front of an input of a node."""
    position = list(model.graph.node).index(before)
    node = onnx.helper.make_node(operator, [before.input[slot]], [f"new_{operator}"], **attributes)
    before.input[slot] = f"new_{operator}"
    model.graph.node.insert(position, node)


def set_attribute(onnx, node, name, value):
    for attribute in [attribute for attribute in node.attribute if attribute.name == name]:
        node.attribute.remove(attribute)
    node.attribute.append(onnx.helper.make_attribute(name, value))


def replace_stored(onnx, model, name, change):
    tensor = stored(model, name)
    tensor.CopyFrom(onnx.numpy_helper.from_array(change(onnx.numpy_helper.to_array(tensor)), name))


def attribute(name, value, **shape):
    def spoil(onnx):
        model = written(onnx, **shape)
        set_attribute(onnx, gru_of(model), name, value)
        return model

    return spoil


def array(name, change):
    def spoil(onnx):
        model = written(onnx)
        replace_stored(onnx, model, name, change)
        return model

    return spoil


def operator(name, index=0, layers=1, **attributes):
    def spoil(onnx):
        model = written(onnx, layers=layers)
        insert(onnx, model, name, gru_of(model, index), **attributes)
        return model

    return spoil


def without_gru(onnx):
    float32 = onnx.TensorProto.FLOAT
    node = onnx.helper.make_node("Relu", ["X"], ["Y"])
    ends = [[onnx.helper.make_tensor_value_info(name, float32, [2])] for name in "XY"]
    return onnx.helper.make_model(onnx.helper.make_graph([node], "g", *ends))


def weights_as_input(onnx):
    model = written(onnx)
    model.graph.initializer.remove(stored(model, "W"))
    model.graph.input.append(onnx.helper.make_tensor_value_info("W", onnx.TensorProto.DOUBLE, [1, 3 * N, M]))
    return model


def results_table(onnx):
    model = written(onnx, m=N, layers=2)
    gru_of(model, 1).input[0] = gru_of(model, 0).input[0]
    return model


def last_state_upstairs(onnx):
    model = written(onnx, layers=2)
    (transpose,) = (node for node in model.graph.node if node.output[0] == "beside_0")
    transpose.input[0] = "Y_h_0"
    return model


def state_from_below(onnx):
    model = written(onnx, layers=2)
    gru_of(model, 1).input[5] = "Y_h_0"
    return model


def start_from(onnx, operator, inputs, **attributes):
    """A model whose GRU begins with what an operator makes of stored arrays."""
    model = written(onnx, directions=2)
    for name, value in inputs.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(value), name))
    model.graph.node.insert(0, onnx.helper.make_node(operator, list(inputs), ["new_start"], **attributes))
    gru_of(model).input[5] = "new_start"
    return model


def learnt_for_one_direction(onnx):
    return start_from(onnx, "Concat", {"zeros": np.zeros((1, 1, N)), "learnt": np.ones((1, 1, N))}, axis=0)


def filled_with_ones(onnx):
    one = onnx.numpy_helper.from_array(np.ones(1))
    return start_from(onnx, "ConstantOfShape", {"shape_of_start": [2, 1, N]}, value=one)


def batch_reshaped(onnx):
    model = written(onnx, layers=2)
    replace_stored(onnx, model, "joined_shape_0", lambda _: np.array([B, T, N]))
    return model


def squeezed(onnx):
    model = written(onnx, layers=2, directions=2)
    nodes = {node.output[0]: node for node in model.graph.node if node.output}
    nodes["joined_0"].CopyFrom(onnx.helper.make_node("Squeeze", ["states_0"], ["joined_0"]))
    return model


def squeezed_over(*axes):
    def spoil(onnx):
        model = written(onnx, layers=2)
        nodes = {node.output[0]: node for node in model.graph.node if node.output}
        nodes["joined_0"].CopyFrom(onnx.helper.make_node("Squeeze", ["states_0", "axes"], ["joined_0"]))
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.array(axes), "axes"))
        return model

    return spoil


def zero_means_zero(onnx):
    model = written(onnx, layers=2)
    (reshape,) = (node for node in model.graph.node if node.output[0] == "joined_0")
    set_attribute(onnx, reshape, "allowzero", 1)
    return model


def with_a_function(onnx):
    model = written(onnx)
    body = onnx.helper.make_node("Identity", ["a"], ["b"])
    opset = [onnx.helper.make_opsetid("", 14)]
    model.functions.append(onnx.helper.make_function("", "Transpose", ["a"], ["b"], [body], opset))
    return model


def fixed_lengths(onnx):
    model = written(onnx)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.full(B, 2, np.int32), "lengths"))
    gru_of(model).input[4] = "lengths"
    return model


def features_in_turn(onnx):
    model = written(onnx, layers=2, directions=2)
    (transpose,) = (node for node in model.graph.node if node.output[0] == "beside_0")
    set_attribute(onnx, transpose, "perm", [0, 2, 3, 1])
    return model


def mixed_resets(onnx):
    model = written(onnx, layers=2)
    set_attribute(onnx, gru_of(model, 1), "linear_before_reset", 0)
    return model


def unknown_type(onnx):
    model = written(onnx)
    stored(model, "B").data_type = 92
    return model


def cut_short(onnx):
    model = written(onnx)
    stored(model, "W").raw_data = stored(model, "W").raw_data[:-8]
    return model


REFUSED = {
    "unknown type": (unknown_type, r"the array 'B' is damaged, or of an unknown type: 92"),
    "no GRU": (without_gru, r"0 operators GRU, others \['Relu'\].*choose one with --layer"),
    "another operator": (operator("Tanh"), r"1 operators GRU, others \['Tanh'\]"),
    "reverse": (attribute("direction", "reverse"), r"'direction': 'reverse'.*expected direction forward or bidir"),
    "layout": (attribute("layout", 1), r"'layout': 1"),
    "clip": (attribute("clip", 3.0), r"'clip': 3.0"),
    "activations": (attribute("activations", ["Sigmoid", "Elu"]), r"activations are \['sigmoid', 'Elu'\]; expected"),
    "hidden size": (attribute("hidden_size", 4), r"hidden_size is 4; expected that of R, \(1, 15, 5\)"),
    "input reordered": (
        operator("Transpose", perm=[0, 2, 1]),
        r"passes \['Transpose', 'Transpose'\]",
    ),
    "layers reordered": (
        operator("Transpose", 1, 2, perm=[1, 0, 2]),
        r"\['Transpose', 'Reshape', 'Transpose'\]",
    ),
    "features in turn": (features_in_turn, r"there is \['Transpose', 'Reshape'\] on output 'states_0'"),
    "last state": (last_state_upstairs, r"on output 'Y_h_0'; expected the first output"),
    "side by side": (results_table, r"the 2 operators GRU are no chain"),
    "state of a layer": (state_from_below, r"an initial_h of its own"),
    "learnt start": (
        array("initial_h", lambda a: a + 1),
        r"an initial_h of its own; expected an input",
    ),
    "learnt for one direction": (learnt_for_one_direction, r"an initial_h of its own"),
    "filled with ones": (filled_with_ones, r"an initial_h of its own"),
    "batch reshaped": (batch_reshaped, r"there is \['Transpose', 'Reshape'\]"),
    "squeezed": (squeezed, r"there is \['Squeeze'\]"),
    "squeezed over time": (squeezed_over(0), r"there is \['Squeeze'\].*expected .* Squeeze over axis 1"),
    "zero means zero": (zero_means_zero, r"there is \['Transpose', 'Reshape'\]"),
    "function": (with_a_function, r"and 1 functions; expected GRU alone"),
    "two directions of one": (attribute("direction", "bidirectional"), r"W has shape \(1, 15, 3\), which contradicts"),
    "one direction of two": (attribute("direction", "forward", directions=2), r"W has .*contradicts the direction 'fo"),
    "fixed lengths": (fixed_lengths, r"fixed sequence_lens"),
    "weights as input": (weights_as_input, r"W of GRU '' is no stored array; export with constant folding"),
    "half precision": (array("W", lambda a: a.astype(np.float16)), r"W has dtype float16; expected float32 or float64"),
    "NaN": (array("R", lambda a: a * np.nan), r"R has 75 values that are NaN"),
    "bytes": (cut_short, r"damaged"),
    "shape": (array("B", lambda a: a[:, 1:]), r"B has shape \(1, 29\); expected \(1, 30\)"),
    "rank": (array("R", lambda a: a.ravel()[0]), r"hidden_size is 5; expected that of R, \(\)"),
    "mixed resets": (mixed_resets, r"layer 1: linear_before_reset is 0; expected 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_model_that_is_no_plain_gru_is_refused(onnx, tmp_path, case):
    spoil, message = REFUSED[case]
    path = tmp_path / "gru.onnx"
    path.write_bytes(spoil(onnx).SerializeToString())
    with pytest.raises(ValueError, match=message):
        load(path)


@pytest.mark.parametrize("axis", [1, -3])
def test_one_direction_may_be_squeezed(onnx, tmp_path, axis):
    (tmp_path / "gru.onnx").write_bytes(squeezed_over(axis)(onnx).SerializeToString())
    assert bits(loaded(tmp_path / "gru.onnx")[1]) == bits(scratch(draw(layers=2)))


def test_the_attributes_that_say_the_default_are_read(onnx, tmp_path):
    model = written(onnx, directions=2)
    set_attribute(onnx, gru_of(model), "activations", ["Sigmoid", "Tanh"] * 2)
    set_attribute(onnx, gru_of(model), "layout", 0)
    (tmp_path / "gru.onnx").write_bytes(model.SerializeToString())
    assert bits(loaded(tmp_path / "gru.onnx")[1]) == bits(scratch(draw(directions=2)))


def test_without_the_attribute_the_reset_comes_before(onnx, tmp_path):
    """Zero is ONNX's default for linear_before_reset."""
    model = onnx.load_from_string(onnx_write.write(stack_of(draw(reset_after=False), False)))
    node = gru_of(model)
    node.attribute.remove(next(entry for entry in node.attribute if entry.name == "linear_before_reset"))
    (tmp_path / "gru.onnx").write_bytes(model.SerializeToString())
    assert loaded(tmp_path / "gru.onnx")[2] is False
    assert bits(loaded(tmp_path / "gru.onnx")[1]) == bits(scratch(draw(reset_after=False)))


def test_external_data_is_read_and_missed(onnx, tmp_path):
    path, weights = tmp_path / "gru.onnx", draw(n=40)
    save(path, stack_of(weights), "onnx")
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, location="gru.data", size_threshold=0)
    assert bits(loaded(path)[1]) == bits(scratch(weights))
    (tmp_path / "gru.data").unlink()
    with pytest.raises((ValueError, OSError), match=r"gru.data"):
        load(path)


@pytest.mark.usefixtures("onnx")
def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "gru.onnx"
    for content in (b"", b"no model", np.random.default_rng(0).bytes(500)):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"gru.onnx: damaged, or no ONNX model"):
            load(path)


@pytest.mark.usefixtures("onnx")
def test_a_gru_inside_a_network_is_chosen_by_name(require, tmp_path):
    torch = require("torch")

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.after = torch.nn.Linear(M, M), torch.nn.Linear(N, 2)
            self.gru = torch.nn.GRU(M, N, batch_first=True)

        def forward(self, x):
            return self.after(self.gru(self.before(x))[0])

    network, path = Network(), tmp_path / "network.onnx"
    axes = {"x": {0: "rows", 1: "steps"}}
    with warnings.catch_warnings(action="ignore"):
        torch.onnx.export(network, (torch.randn(2, 5, M),), path, dynamo=False, input_names=["x"], dynamic_axes=axes)
    with pytest.raises(ValueError, match="expected GRU alone: choose one with --layer"):
        load(path)
    [found] = inventory(path)
    _, stack = load(path, layers=[found.name])
    x = np.random.default_rng(0).normal(size=(3, 7, M)).astype("float32")
    with torch.no_grad():
        expected = network.gru(torch.tensor(x))[0].numpy()
    np.testing.assert_allclose(run(stack, "pytorch", x), expected, rtol=0, atol=2e-6)
    with pytest.raises(ValueError, match=r"no operator GRU \['other'\]; choose with --layer from"):
        load(path, layers=["other"])


@pytest.fixture(scope="module")
def side_by_side(require, tmp_path_factory):
    """A network of four GRUs: b reads a, c reads the input too, and d reads b through a product."""
    torch = require("torch")

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = torch.nn.GRU(M, N), torch.nn.GRU(N, N), torch.nn.GRU(M, N)
            self.mid, self.d = torch.nn.Linear(N, N), torch.nn.GRU(N, N)

        def forward(self, x):
            return self.d(self.mid(self.b(self.a(x)[0])[0]))[0] + self.c(x)[0]

    path, network = tmp_path_factory.mktemp("onnx") / "network.onnx", Network()
    with warnings.catch_warnings(action="ignore"):
        torch.onnx.export(network, torch.randn(5, 2, M), path, dynamo=False, input_names=["x"])
    by_weights = {load(path, layers=[gru.name])[1].layers[0][0].kernel[0, 0]: gru.name for gru in inventory(path)}
    names = {}
    for letter in "abcd":
        z = getattr(network, letter).weight_ih_l0[N, 0].item()  # PyTorch's z stands second
        names[letter] = by_weights[np.float32(z)]
    return path, network, names


def test_operators_on_top_of_each_other_are_read_as_layers(side_by_side):
    path, network, names = side_by_side
    x = np.random.default_rng(0).normal(size=(2, 6, M)).astype("float32")
    expected = network.b(network.a(network.a.weight_ih_l0.new_tensor(x.swapaxes(0, 1)))[0])[0].detach().numpy()
    stack = load(path, layers=[names["a"], names["b"]])[1]
    np.testing.assert_allclose(run(stack, "pytorch", x), expected.swapaxes(0, 1), rtol=0, atol=2e-6)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("ad", "GRU '{d}' reads '.*', which comes from Add; expected an input, or another GRU's states"),
        ("cb", "GRU '{b}' reads GRU '{a}' and not GRU '{c}'; port them one by one"),
        ("bb", "GRU '{b}' reads GRU '{a}' and not GRU '{b}'"),
        ("ac", "GRU '{c}' reads an input of the model and not GRU '{a}'"),
    ],
)
def test_operators_that_do_not_feed_each_other_are_no_layers(side_by_side, chosen, message):
    path, _, names = side_by_side
    with pytest.raises(ValueError, match=message.format(**{k: re.escape(name) for k, name in names.items()})):
        load(path, layers=[names[letter] for letter in chosen])
