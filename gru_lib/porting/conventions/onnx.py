"""ONNX: the inputs W, R and B of the operator GRU, and its attributes linear_before_reset and activations."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import CANDIDATES, GATES, USUAL
from gru_lib.porting.checks import expect_keys, own_array, shaped_array
from gru_lib.porting.stack import DIRECTIONS, StackedGRU, gru_weights
from gru_lib.scratch import GRUWeights

ACTIVATIONS, ALPHA, BETA = OPTIONAL = ("activations", "activation_alpha", "activation_beta")
OPERATORS = {"sigmoid": "Sigmoid", "hard_sigmoid_0.2": "HardSigmoid", "hard_sigmoid_6": "HardSigmoid"}
OPERATORS |= {"tanh": "Tanh", "relu": "Relu"}
SLOPES = {"hard_sigmoid_0.2": 0.2, "hard_sigmoid_6": 1 / 6}


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read the inputs of one operator, or a list of those of several layers."""
    nodes = weights if isinstance(weights, list) else [weights]
    layers = [_layer(index, node, reset_after) for index, node in enumerate(nodes)]
    kinds = {activations(node, len(layer)) for node, layer in zip(nodes, layers, strict=True)}
    if len(kinds) > 1:
        raise ValueError(f"the layers have activations {sorted(kinds)}; expected the same in all, port them one by one")
    return StackedGRU(layers, reset_after, kinds.pop())


def write(stack: StackedGRU) -> Any:
    """Return the inputs of one operator, or a list if there are several layers."""
    nodes = [
        _node(layer, stack.reset_after) | activation_attributes(stack.activations, len(layer)) for layer in stack.layers
    ]
    return nodes if len(nodes) > 1 else nodes[0]


def activation_attributes(used: tuple[str, str], directions: int) -> dict[str, Any]:
    """Return the operator's attributes for these activations, none for sigmoid and tanh."""
    if used == USUAL:
        return {}
    gates, candidate = used
    attributes: dict[str, Any] = {ACTIVATIONS: [OPERATORS[gates], OPERATORS[candidate]] * directions}
    if gates in SLOPES:
        attributes |= {ALPHA: [SLOPES[gates]] * directions, BETA: [0.5] * directions}
    return attributes


def activations(node: Mapping[str, Any], directions: int) -> tuple[str, str]:
    """Return the activations of gates and candidate that attributes name; ValueError if we have no name for them."""
    names = [str(name) for name in node.get(ACTIVATIONS, ())] or [OPERATORS[name] for name in USUAL] * directions
    slopes, offsets = (iter(node.get(name, ())) for name in (ALPHA, BETA))
    found = [_named(name, slopes, offsets) for name in names]
    if len(found) != 2 * directions or len({*zip(found[::2], found[1::2], strict=True)}) != 1:
        raise ValueError(f"activations are {names}; expected two, and the same in both directions")
    if found[0] not in GATES or found[1] not in CANDIDATES:
        known = f"{', '.join(GATES)} for the gates, {', '.join(CANDIDATES)} for the candidate"
        raise ValueError(f"activations are {found[:2]}; expected {known}")
    return found[0], found[1]


def _named(name: str, slopes: Iterator[float], offsets: Iterator[float]) -> str:
    """Return our name of an activation; those with a slope and an offset take the next ones."""
    if name.lower() != "hardsigmoid":
        return {operator.lower(): ours for ours, operator in OPERATORS.items()}.get(name.lower(), name)
    slope, offset = float(next(slopes, 0.2)), float(next(offsets, 0.5))  # ONNX's defaults
    for ours, usual in SLOPES.items():
        if np.allclose((slope, offset), (usual, 0.5), rtol=1e-6, atol=0):
            return ours
    return f"HardSigmoid({slope:.3g}, {offset:.3g})"


def _layer(index: int, node: Any, reset_after: bool) -> tuple[GRUWeights, ...]:
    has_bias = isinstance(node, Mapping) and "B" in node
    arrays = ["W", "R", "B"] if has_bias else ["W", "R"]
    optional = [name for name in OPTIONAL if isinstance(node, Mapping) and name in node]
    expect_keys(f"layer {index}", node, [*arrays, "linear_before_reset", *optional])
    if node["linear_before_reset"] not in (0, 1) or bool(node["linear_before_reset"]) != reset_after:
        raise ValueError(
            f"layer {index}: linear_before_reset is {node['linear_before_reset']!r}; expected {int(reset_after)}, "
            f"since reset_after={reset_after} was given"
        )
    kernel, recurrent = own_array("W", node["W"], 3), own_array("R", node["R"], 3)
    directions, _, n = recurrent.shape
    shaped_array("R", recurrent, (directions, 3 * n, n), "directions, gates z, r, h of n units, n")
    shaped_array("W", kernel, (directions, 3 * n, kernel.shape[2]), "directions, gates of R, features")
    if directions not in (1, 2):
        raise ValueError(f"R has shape {recurrent.shape}; expected 1 or 2 directions on its first axis")
    biases: list[Any] = [None] * directions
    if has_bias:
        both = shaped_array("B", node["B"], (directions, 6 * n), "directions, input and recurrent biases")
        biases = [_bias(rows, reset_after) for rows in both.reshape(directions, 2, 3 * n)]
    return tuple(
        gru_weights(f"layer {index} {DIRECTIONS[d]}", kernel[d].T, recurrent[d].T, biases[d]) for d in range(directions)
    )


def _bias(rows: NDArray, reset_after: bool) -> NDArray:
    """Return both rows with reset after; with reset before only their sum counts."""
    if reset_after:
        return rows
    return np.where(rows[1] == 0, rows[0], rows[0] + rows[1])  # b + 0 would turn a -0 into a +0


def _node(layer: tuple[GRUWeights, ...], reset_after: bool) -> dict[str, Any]:
    node: dict[str, Any] = {
        "W": np.array([gru.kernel.T for gru in layer]),
        "R": np.array([gru.recurrent_kernel.T for gru in layer]),
    }
    biases = [gru.bias for gru in layer if gru.bias is not None]
    if biases:
        rows = biases if reset_after else [np.stack([bias, np.zeros_like(bias)]) for bias in biases]
        node["B"] = np.stack(rows).reshape(len(layer), -1)
    return node | {"linear_before_reset": int(reset_after)}
