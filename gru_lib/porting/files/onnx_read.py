"""Read an ONNX model that is a GRU: operators GRU, one after the other, and nothing else that computes."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.frameworks.onnx import Graph, attributes, open_model
from gru_lib.porting.checks import few
from gru_lib.porting.conventions import onnx as layout
from gru_lib.porting.files.found import ChoiceError
from gru_lib.porting.stack import StackedGRU

# Operators that move numbers and compute none; what may lie between two GRUs is checked more strictly.
MOVES = {"Transpose", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Concat", "Split", "Slice"}
MOVES |= {"Gather", "Expand", "Shape"}
STORED = {"Constant", "ConstantOfShape"}
ATTRIBUTES = {"hidden_size", "linear_before_reset", "direction", "layout", "output_sequence", *layout.OPTIONAL}


def read(path: Path, names: Sequence[str] = ()) -> StackedGRU:
    """Return the weights of a model of one GRU, or of several on top of each other.

    With `names` of operators GRU these alone are read, whatever else the model computes, the first one lowest.
    """
    graph, chain = grus(path, names)
    nodes = [graph.layer(gru) for gru in chain]
    return layout.read(nodes, bool(nodes[0]["linear_before_reset"]))


def grus(path: Path, names: Sequence[str] = ()) -> tuple["_Graph", list[Any]]:
    """Return the graph of a model, and the operators GRU that `read` reads, the lowest first."""
    model = open_model(path)
    graph = _Graph(model.graph)
    if names:
        by_name = {_name(gru): gru for gru in graph.grus()}
        if missing := [name for name in names if name not in by_name]:
            raise ChoiceError(f"it has no operator GRU {missing}; choose with --layer from {few(list(by_name))}")
        chosen = [by_name[name] for name in names]
        for lower, upper in pairwise(chosen):
            graph.check_feeds(lower, upper)
        return graph, chosen
    _refuse_other_operators(model)
    return graph, graph.chain()


def names(path: Path) -> list[str]:
    """Return the names of the operators GRU in a model."""
    return [_name(gru) for gru in Graph(open_model(path).graph).grus()]


def _name(gru: Any) -> str:
    """Return the name of an operator, or of its first output where it has none."""
    return str(gru.name or next(name for name in gru.output if name))


def _refuse_other_operators(model: Any) -> None:
    nodes = model.graph.node
    kinds = [node.op_type for node in nodes]
    others = sorted(set(kinds) - MOVES - STORED - {"GRU"})
    foreign = sorted({node.domain for node in [*nodes, *model.functions]} - {"", "ai.onnx"})
    if others or foreign or model.functions or "GRU" not in kinds:
        raise ChoiceError(
            f"the model has {kinds.count('GRU')} operators GRU, others {few(others)}, foreign domains {few(foreign)} "
            f"and {len(model.functions)} functions; expected GRU alone: choose one with --layer (--list names them)"
        )


class _Graph(Graph):
    """A graph of operators GRU and of operators that move numbers."""

    def __init__(self, graph: Any) -> None:
        super().__init__(graph)
        self._free: set[str] = set()  # values known to come from inputs or zeros

    def chain(self) -> list[Any]:
        """Return the operators GRU, the first layer first."""
        grus = self.grus()
        above = {self._below(gru): gru for gru in grus}
        if len(above) != len(grus):
            raise ChoiceError(f"the {len(grus)} operators GRU are no chain in which each reads the one before")
        chain = [above[None]]
        while chain[-1].output[0] in above:
            chain.append(above[chain[-1].output[0]])
        return chain

    def check_feeds(self, lower: Any, upper: Any) -> None:
        """Raise ValueError unless one GRU reads the states of another; say which does."""
        below = self._below(upper)
        if below != lower.output[0]:
            read = "an input of the model" if below is None else f"GRU {_name(self.made_by[below])!r}"
            raise ValueError(f"GRU {_name(upper)!r} reads {read} and not GRU {_name(lower)!r}; port them one by one")

    def layer(self, gru: Any) -> dict[str, Any]:
        """Return W, R, B and linear_before_reset of a GRU that other frameworks can compute."""
        settings = _checked_attributes(gru)
        lengths, start = [*gru.input[4:], "", ""][:2]
        if lengths and self.origin(lengths) not in self.inputs:
            raise ValueError(f"GRU {gru.name!r} has fixed sequence_lens; expected an input, or none")
        if self._is_fixed(start):
            raise ValueError(f"GRU {gru.name!r} has an initial_h of its own; expected an input, zeros, or none")
        said = {name: settings[name] for name in layout.OPTIONAL if name in settings}
        return {"linear_before_reset": settings.get("linear_before_reset", 0), **self.weights(gru), **said}

    def _below(self, gru: Any) -> str | None:
        """Return the states that a GRU reads: those of the GRU below it, None for an input of the model."""
        name, between = self.origin(gru.input[0]), list[Any]()
        while name not in self.inputs:
            node = self.made_by.get(name)
            if node is None or node.op_type not in MOVES | {"GRU"} or len(between) > 3:
                made = f", which comes from {node.op_type}" if node is not None else ""
                raise ValueError(f"GRU {_name(gru)!r} reads {name!r}{made}; expected an input, or another GRU's states")
            if node.op_type == "GRU":
                self._check_between(node, name, between)
                return name
            between.insert(0, node)
            name = self.origin(node.input[0])
        if between and not (len(between) == 1 and _permutation(between[0]) == [1, 0, 2]):
            raise ValueError(
                f"the input of GRU {gru.name!r} passes {[node.op_type for node in between]}; "
                "expected nothing, or a Transpose 1, 0, 2 that puts time first"
            )
        return None

    def _check_between(self, below: Any, output: str, between: list[Any]) -> None:
        """Raise ValueError unless the states (T, D, B, n) of a GRU reach the next one as (T, B, D n)."""
        kinds = [node.op_type for node in between]
        fits = False
        if kinds == ["Squeeze"]:
            fits = _checked_attributes(below).get("direction", "forward") == "forward" and self._axes(between[0]) == [1]
        elif kinds == ["Transpose", "Reshape"]:
            fits = _permutation(between[0]) == [0, 2, 1, 3] and self._joins_directions(between[1])
        if output != below.output[0] or not fits:
            raise ValueError(
                f"between two operators GRU there is {kinds} on output {output!r}; expected the first output, and "
                "Squeeze over axis 1 (one direction), or Transpose 0, 2, 1, 3 and Reshape 0, 0, -1"
            )

    def _axes(self, squeeze: Any) -> list[int]:
        """Return the axes of a Squeeze: an attribute in old models, an input since."""
        axes = self.constant(squeeze.input[1]) if len(squeeze.input) > 1 else attributes(squeeze).get("axes")
        return [] if axes is None else [int(axis) % 4 for axis in axes]

    def _joins_directions(self, reshape: Any) -> bool:
        shape = self.constant(reshape.input[1])
        if shape is None or len(shape) != 3 or attributes(reshape).get("allowzero"):
            return False
        return not shape[:2].any()  # 0: as it is

    def _is_fixed(self, name: str) -> bool:
        """Say if a value comes from stored numbers other than zero, or from another GRU."""
        waiting = [name]
        while waiting:
            name = self.origin(waiting.pop())
            if name in self._free:
                continue
            self._free.add(name)
            value, node = self.constant(name), self.made_by.get(name)
            if node is not None and node.op_type == "ConstantOfShape":
                value = _filling(node)
            if value is not None:
                if value.any():
                    return True
            elif node is not None:
                if node.op_type == "GRU":
                    return True
                waiting += node.input if node.op_type == "Concat" else node.input[:1]
        return False  # without a node it is an input, or nothing


def _filling(node: Any) -> NDArray:
    """Return the number that a ConstantOfShape repeats."""
    from onnx import numpy_helper

    value = attributes(node).get("value")
    return np.zeros(1) if value is None else np.asarray(numpy_helper.to_array(value))


def _permutation(node: Any) -> list[int] | None:
    """Return what a Transpose does, None for another operator."""
    return list(attributes(node).get("perm", [])) if node.op_type == "Transpose" else None


def _checked_attributes(gru: Any) -> dict[str, Any]:
    """Return the attributes of a GRU that the other frameworks can compute, or raise ValueError."""
    settings = attributes(gru)
    refused = {name: settings[name] for name in settings.keys() - ATTRIBUTES}
    if settings.get("layout", 0) != 0:
        refused["layout"] = settings["layout"]
    if settings.get("direction", "forward") not in ("forward", "bidirectional"):
        refused["direction"] = settings["direction"]
    if refused:
        raise ValueError(
            f"GRU {gru.name!r} has {refused}; expected direction forward or bidirectional, layout 0, no clip"
        )
    return settings
