"""cuDNN: one flat buffer, first the matrices of every layer and direction, then their biases.

Per GRU come the parts 0 to 5 (W_r, W_z, W_h, R_r, R_z, R_h), each (n, m) or (n, n) row by row.
PyTorch stacks its rows in this very order, so that the buffer is nn.GRU's arrays, one after the other.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.checks import expect_keys, own_array
from gru_lib.porting.conventions import pytorch
from gru_lib.porting.stack import StackedGRU, require_reset_after, require_uniform
from gru_lib.scratch.checks import positive_integer

SIZES = ("input_size", "units", "layers", "directions")


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Cut the buffer into the state_dict of nn.GRU, and read that."""
    require_reset_after("cuDNN", reset_after)
    expect_keys("weights", weights, ["buffer", *SIZES])
    m, n, layers, directions = (positive_integer(name, weights[name]) for name in SIZES)
    if directions > 2:
        raise ValueError(f"directions is {directions}; expected 1 or 2")
    buffer = own_array("buffer", weights["buffer"], 1)
    matrices = 3 * n * directions * (m + n + (layers - 1) * (directions + 1) * n)
    biases = 6 * n * layers * directions
    if buffer.size not in (matrices, matrices + biases):
        raise ValueError(
            f"buffer has {buffer.size} numbers; expected {matrices + biases}, or {matrices} without biases "
            f"({m} features, {n} units, {layers} layer(s), {directions} direction(s))"
        )
    state, rest = {}, buffer
    for name, shape in _shapes(m, n, layers, directions):
        if rest.size:
            state[name] = rest[: math.prod(shape)].reshape(shape)
            rest = rest[math.prod(shape) :]
    return pytorch.read(state, reset_after)


def write(stack: StackedGRU) -> dict[str, Any]:
    """Return the buffer, and the sizes without which it means nothing."""
    require_uniform("cuDNN", stack)
    arrays: list[NDArray] = list(pytorch.write(stack).values())
    ordered = sorted(arrays, key=lambda array: -array.ndim)  # stable: matrices before vectors, else as they are
    first = stack.layers[0]
    sizes = (first[0].input_size, first[0].units, len(stack.layers), len(first))
    return {"buffer": np.concatenate([array.ravel() for array in ordered]), **dict(zip(SIZES, sizes, strict=True))}


def _shapes(m: int, n: int, layers: int, directions: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield name and shape of every array in the order of the buffer."""
    suffixes = [(k, f"_l{k}{reverse}") for k in range(layers) for reverse in ("", "_reverse")[:directions]]
    for index, suffix in suffixes:
        yield "weight_ih" + suffix, (3 * n, m if index == 0 else directions * n)
        yield "weight_hh" + suffix, (3 * n, n)
    for _, suffix in suffixes:
        yield "bias_ih" + suffix, (3 * n,)
        yield "bias_hh" + suffix, (3 * n,)
