"""ONNX: the inputs W, R and B of the operator GRU, and its attribute linear_before_reset."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.checks import expect_keys, own_array, shaped_array
from gru_lib.porting.stack import DIRECTIONS, StackedGRU, gru_weights
from gru_lib.scratch import GRUWeights


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read the inputs of one operator, or a list of those of several layers."""
    nodes = weights if isinstance(weights, list) else [weights]
    return StackedGRU([_layer(index, node, reset_after) for index, node in enumerate(nodes)], reset_after)


def write(stack: StackedGRU) -> Any:
    """Return the inputs of one operator, or a list if there are several layers."""
    nodes = [_node(layer, stack.reset_after) for layer in stack.layers]
    return nodes if len(nodes) > 1 else nodes[0]


def _layer(index: int, node: Any, reset_after: bool) -> tuple[GRUWeights, ...]:
    has_bias = isinstance(node, Mapping) and "B" in node
    arrays = ["W", "R", "B"] if has_bias else ["W", "R"]
    expect_keys(f"layer {index}", node, [*arrays, "linear_before_reset"])
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
