"""Read an ONNX model that is a GRU: operators GRU, one after the other, and nothing else that computes."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.conventions import onnx as layout
from gru_lib.porting.stack import Stack

# Operators that move numbers and compute none; what may lie between two GRUs is checked more strictly.
MOVES = {"Transpose", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Concat", "Split", "Slice"}
MOVES |= {"Gather", "Expand", "Shape"}
STORED = {"Constant", "ConstantOfShape"}
ATTRIBUTES = {"hidden_size", "linear_before_reset", "direction", "activations", "layout", "output_sequence"}


def read(path: Path) -> tuple[str, Stack]:
    """Return the weights of a model of one GRU, or of several on top of each other."""
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        model = onnx.load(path)
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise ValueError(f"{path} is no complete ONNX model: {error}") from error
    try:
        nodes = _Model(model.graph).layers()
    except KeyError as error:  # by onnx.numpy_helper
        raise ValueError(f"{path} has an array of the unknown type {error}") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    reset_after = bool(nodes[0]["linear_before_reset"])
    return "onnx", layout.read(nodes, reset_after)


class _Model:
    """The graph of a model, by the names of its values."""

    def __init__(self, graph: Any) -> None:
        self.nodes = list(graph.node)
        self.inputs = {value.name for value in graph.input}
        self.stored = {tensor.name: tensor for tensor in graph.initializer}
        self.made_by = {name: node for node in graph.node for name in node.output if name}

    def layers(self) -> list[dict[str, Any]]:
        """Return W, R, B and linear_before_reset of every GRU, the first layer first."""
        others = sorted({node.op_type for node in self.nodes} - MOVES - STORED - {"GRU"})
        foreign = sorted({node.domain for node in self.nodes} - {"", "ai.onnx"})
        grus = [node for node in self.nodes if node.op_type == "GRU"]
        if others or foreign or not grus:
            raise ValueError(
                f"the model has {len(grus)} operators GRU, others {others} and foreign domains {foreign}; expected "
                "GRU alone: cut it out with onnx.utils.extract_model"
            )
        below = {id(node): self._below(node) for node in grus}
        chain = [node for node in grus if below[id(node)] is None]
        while chain and (above := [node for node in grus if below[id(node)] is chain[-1]]):
            chain += above
        if len(chain) != len(grus) or len({id(below[id(node)]) for node in grus}) != len(grus):
            raise ValueError(f"the {len(grus)} operators GRU are no chain; expected each to read the one before")
        return [self._layer(node) for node in chain]

    def constant(self, name: str) -> NDArray | None:
        """Return the stored array of this name, None if there is none."""
        from onnx import helper, numpy_helper

        node = self.made_by.get(name)
        if node is not None and node.op_type == "Identity":
            return self.constant(node.input[0])
        if node is not None and node.op_type == "Constant" and node.attribute[0].name == "value":
            return np.asarray(numpy_helper.to_array(helper.get_attribute_value(node.attribute[0])))
        if name in self.stored:
            return np.asarray(numpy_helper.to_array(self.stored[name]))
        return None

    def _below(self, gru: Any) -> Any:
        """Return the GRU whose states this one reads, None if it reads an input of the model."""
        name, moves = gru.input[0], list[Any]()
        while name not in self.inputs:
            node = self.made_by.get(name)
            if node is None or node.op_type in STORED:
                raise ValueError(f"GRU {gru.name!r} reads {name!r}; expected an input or the output of a GRU")
            if node.op_type == "GRU":
                self._check_between(node, name, moves)
                return node
            moves = [node, *moves] if node.op_type != "Identity" else moves
            name = node.input[0]
        if [_permutation(node) for node in moves] not in ([], [[1, 0, 2]]):
            raise ValueError(
                f"the input of GRU {gru.name!r} passes {[node.op_type for node in moves]}; "
                "expected nothing, or a Transpose 1, 0, 2 that puts time first"
            )
        return None

    def _check_between(self, below: Any, output: str, moves: list[Any]) -> None:
        """Raise ValueError unless both directions are put side by side, as the layer above expects them."""
        kinds = [node.op_type for node in moves]
        fits = kinds == ["Squeeze"] and _attributes(below).get("direction", b"forward") == b"forward"
        if kinds == ["Transpose", "Reshape"] and _permutation(moves[0]) == [0, 2, 1, 3]:
            shape = self.constant(moves[1].input[1])
            fits = shape is not None and len(shape) == 3 and not shape[:2].any()  # 0: as it is
        if output != below.output[0] or not fits:
            raise ValueError(
                f"between two operators GRU there is {kinds} on output {output!r}; expected the first output, "
                "and Squeeze (one direction), or Transpose 0, 2, 1, 3 and Reshape 0, 0, -1"
            )

    def _layer(self, gru: Any) -> dict[str, Any]:
        attributes = _checked_attributes(gru)
        names = dict(zip(("X", "W", "R", "B", "sequence_lens", "initial_h"), gru.input, strict=False))
        node: dict[str, Any] = {"linear_before_reset": attributes.get("linear_before_reset", 0)}
        for part in "WRB":
            if name := names.get(part):
                node[part] = self.constant(name)
                if node[part] is None:
                    raise ValueError(
                        f"{part} of GRU {gru.name!r} is no stored array; "
                        "export with constant folding, weights inside the model"
                    )
        if attributes.get("hidden_size") not in (None, *node["R"].shape[-1:]):
            raise ValueError(f"hidden_size is {attributes['hidden_size']}; expected that of R, {node['R'].shape}")
        self._check_start(gru, names)
        return node

    def _check_start(self, gru: Any, names: dict[str, str]) -> None:
        """Raise ValueError if the model fixes lengths, or a state to begin with: weights cannot carry them."""
        if names.get("sequence_lens") and names["sequence_lens"] not in self.inputs:
            raise ValueError(f"GRU {gru.name!r} has fixed sequence_lens; expected an input, or none")
        if self._is_fixed(names.get("initial_h", "")):
            raise ValueError(f"GRU {gru.name!r} has an initial_h of its own; expected an input, zeros, or none")

    def _is_fixed(self, name: str) -> bool:
        """Say if a value comes from stored numbers other than zero, or from another GRU."""
        from onnx import numpy_helper

        value, node = self.constant(name), self.made_by.get(name)
        if value is not None:
            return bool(value.any())
        if node is None or node.op_type == "GRU":
            return node is not None  # without a node it is an input, or nothing
        if node.op_type == "ConstantOfShape":
            return any(numpy_helper.to_array(filling).any() for filling in _attributes(node).values())
        sources = node.input if node.op_type == "Concat" else node.input[:1]
        return any(self._is_fixed(source) for source in sources)


def _attributes(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _permutation(node: Any) -> list[int] | None:
    """Return what a Transpose does, None for another operator."""
    return list(_attributes(node).get("perm", [])) if node.op_type == "Transpose" else None


def _checked_attributes(gru: Any) -> dict[str, Any]:
    """Return the attributes of a GRU that the other frameworks can compute, or raise ValueError."""
    attributes = _attributes(gru)
    activations = [name.decode().lower() for name in attributes.get("activations", [])]
    refused = {name: attributes[name] for name in attributes.keys() - ATTRIBUTES}
    if activations not in ([], ["sigmoid", "tanh"], ["sigmoid", "tanh"] * 2):
        refused["activations"] = activations
    if attributes.get("layout", 0) != 0:
        refused["layout"] = attributes["layout"]
    if attributes.get("direction", b"forward") not in (b"forward", b"bidirectional"):
        refused["direction"] = attributes["direction"].decode()
    if refused:
        raise ValueError(
            f"GRU {gru.name!r} has {refused}; expected direction forward or bidirectional, layout 0, "
            "Sigmoid and Tanh, no clip"
        )
    return attributes
