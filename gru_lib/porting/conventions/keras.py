"""Keras: the lists of arrays that ``get_weights()`` returns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.stack import DIRECTIONS, StackedGRU, gru_weights
from gru_lib.scratch import GRUWeights

EXPECTED = "layer.get_weights(), or a list of such lists, one for each layer"


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read the weights of a GRU or Bidirectional layer, or a list of those of several layers."""
    depth = _depth(weights) if isinstance(weights, list | tuple) else 0
    if depth not in (3, 4):
        raise ValueError(f"weights of type {type(weights).__name__} has {depth} levels; expected {EXPECTED}")
    lists = [weights] if depth == 3 else weights
    return StackedGRU([_layer(index, arrays) for index, arrays in enumerate(lists)], reset_after)


def write(stack: StackedGRU) -> Any:
    """Return one list of arrays, or a list of lists if there are several layers."""
    lists: list[list[NDArray]] = [[array for gru in layer for array in gru.arrays()] for layer in stack.layers]
    return lists if len(lists) > 1 else lists[0]


def _depth(value: Any) -> int:
    """Count the axes of an array, and the lists around it; only the first element of a list is looked at."""
    if isinstance(value, list | tuple):
        return 1 + (_depth(value[0]) if value else 0)
    return len(value.shape) if hasattr(value, "shape") else np.ndim(value)


def _layer(index: int, arrays: Any) -> tuple[GRUWeights, ...]:
    if not isinstance(arrays, list | tuple) or len(arrays) not in (2, 3, 4, 6):
        came = f"{len(arrays)} arrays" if isinstance(arrays, list | tuple) else type(arrays).__name__
        raise ValueError(
            f"layer {index} is {came}; expected [kernel, recurrent_kernel, bias], the same without bias, "
            "or twice as many for a Bidirectional layer"
        )
    half = len(arrays) // 2
    parts = zip(DIRECTIONS, [arrays] if len(arrays) < 4 else [arrays[:half], arrays[half:]], strict=False)
    return tuple(gru_weights(f"layer {index} {direction}", *part) for direction, part in parts)
