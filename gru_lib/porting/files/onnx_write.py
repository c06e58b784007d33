"""Write an ONNX model: one operator GRU for each layer, with the batch first on the outside."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.conventions import onnx as layout
from gru_lib.porting.stack import StackedGRU
from gru_lib.scratch import GRUWeights

OPSET, IR_VERSION = 14, 8  # the first opset with today's GRU; old enough for any runtime


def write(stack: StackedGRU) -> bytes:
    """Return a model that maps X (B, T, m) to the states Y (B, T, D n) and the last states Y_h (D, B, n).

    B and T are free, D is 2 for two directions, else 1. The input initial_h (D, B, n) may be left out: then the
    states begin at zero. Of several layers each has its own: initial_h_0, Y_h_0, initial_h_1 and so on.
    """
    import onnx

    model = onnx.helper.make_model(
        _Graph().build(stack),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="gru_lib.porting",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


class _Graph:
    """Collects nodes, constants, inputs and outputs of the model, layer by layer."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, NDArray] = {}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []

    def build(self, stack: StackedGRU) -> Any:
        """Return the whole graph."""
        from onnx import helper, numpy_helper

        layers = stack.layers
        dtype = layers[0][0].dtype
        self.inputs.append(_value("X", dtype, "batch", "time", layers[0][0].input_size))
        self.outputs.append(_value("Y", dtype, "batch", "time", len(layers[-1]) * layers[-1][0].units))
        sequence = self.add("Transpose", ["X"], "time_first", perm=[1, 0, 2])
        batch = self.add("Gather", [self.add("Shape", ["X"], "shape"), self.constant("first", [0])], "batch", axis=0)
        for index, layer in enumerate(layers):
            suffix = f"_{index}" if len(layers) > 1 else ""
            start = self._initial_state(suffix, layer, batch)
            sequence = self._layer(suffix, layout.write(replace(stack, layers=[layer])), sequence, start)
            self.outputs.append(_value("Y_h" + suffix, dtype, len(layer), "batch", layer[0].units))
        self.add("Transpose", [sequence], "Y", perm=[1, 0, 2])
        stored = [numpy_helper.from_array(array, name) for name, array in self.constants.items()]
        return helper.make_graph(self.nodes, "gru", self.inputs, self.outputs, stored)

    def add(self, operator: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        """Append a node; return the name of its first output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, outputs, **attributes))
        return outputs[0]

    def constant(self, name: str, value: Any) -> str:
        """Store an array in the model; return its name."""
        self.constants[name] = np.asarray(value)
        return name

    def _initial_state(self, suffix: str, layer: tuple[GRUWeights, ...], batch: str) -> str:
        """Add an input that has a stored value, which makes it optional: zeros of batch 1, repeated to that of X."""
        directions, n, dtype = len(layer), layer[0].units, layer[0].dtype
        name = "initial_h" + suffix
        self.inputs.append(_value(name, dtype, directions, "batch of " + name, n))
        self.constant(name, np.zeros((directions, 1, n), dtype))
        ends = [self.constant(f"{axis}{suffix}", [size]) for axis, size in (("directions", directions), ("units", n))]
        shape = self.add("Concat", [ends[0], batch, ends[1]], "shape_of_h" + suffix, axis=0)
        return self.add("Expand", [name, shape], "start" + suffix)

    def _layer(self, suffix: str, node: dict[str, Any], sequence: str, start: str) -> str:
        """Append one GRU; return the name of its states (T, B, D n)."""
        directions, _, n = node["R"].shape
        parts = [self.constant(part + suffix, node[part]) if part in node else "" for part in "WRB"]
        states = self.add(
            "GRU",
            [sequence, *parts, "", start],
            "states" + suffix,
            "Y_h" + suffix,
            hidden_size=n,
            linear_before_reset=node["linear_before_reset"],
            direction="bidirectional" if directions == 2 else "forward",
            **{name: node[name] for name in layout.OPTIONAL if name in node},
        )
        beside = self.add("Transpose", [states], "beside" + suffix, perm=[0, 2, 1, 3])
        joined = self.constant("joined_shape" + suffix, [0, 0, directions * n])
        return self.add("Reshape", [beside, joined], "joined" + suffix)


def _value(name: str, dtype: np.dtype, *shape: int | str) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(dtype), shape)
