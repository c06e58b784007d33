"""PyTorch: the state_dict of nn.GRU and of nn.GRUCell, rows in the order r, z, n."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.checks import expect_keys, own_array, shaped_array
from gru_lib.porting.stack import StackedGRU, gru_weights, require_reset_after, require_uniform, single
from gru_lib.scratch import GRUWeights

PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read the state_dict of nn.GRU."""
    require_reset_after("nn.GRU", reset_after)
    suffixes = _suffixes(weights)
    parts = _parts(weights)
    expect_keys("state_dict", weights, [part + s for layer in suffixes for s in layer for part in parts])
    return StackedGRU([tuple(_gru(weights, s, parts) for s in layer) for layer in suffixes], reset_after)


def write(stack: StackedGRU) -> dict[str, NDArray]:
    """Return the state_dict of nn.GRU."""
    require_uniform("nn.GRU", stack)
    state: dict[str, NDArray] = {}
    for index, layer in enumerate(stack.layers):
        for suffix, gru in zip((f"_l{index}", f"_l{index}_reverse"), layer, strict=False):
            state |= {part + suffix: array for part, array in _rows(gru).items()}
    return state


def read_cell(weights: Any, reset_after: bool) -> StackedGRU:
    """Read the state_dict of nn.GRUCell."""
    require_reset_after("nn.GRUCell", reset_after)
    parts = _parts(weights)
    expect_keys("state_dict", weights, parts)
    return StackedGRU([(_gru(weights, "", parts),)], reset_after)


def write_cell(stack: StackedGRU) -> dict[str, NDArray]:
    """Return the state_dict of nn.GRUCell."""
    return _rows(single("nn.GRUCell", stack))


def swap_gates(columns: NDArray) -> NDArray:
    """Exchange the first two thirds of the last axis: z, r, h becomes r, z, h, and back."""
    first, second, last = np.split(columns, 3, axis=-1)
    return np.concatenate([second, first, last], axis=-1)


def _suffixes(weights: Any) -> list[tuple[str, ...]]:
    """Tell from the keys which layers and directions there are; the caller looks for what is missing."""
    keys = list(weights) if isinstance(weights, Mapping) else []
    layers = {match[1] for key in keys if (match := re.fullmatch(r"weight_hh_l(\d+)(_reverse)?", str(key)))}
    directions = ("", "_reverse") if any(str(key).endswith("_reverse") for key in keys) else ("",)
    # Counted, not up to the highest: a state_dict that begins at layer 5 lacks layer 0.
    return [tuple(f"_l{index}{suffix}" for suffix in directions) for index in range(max(len(layers), 1))]


def _parts(weights: Any) -> tuple[str, ...]:
    has_bias = isinstance(weights, Mapping) and any(str(key).startswith("bias_") for key in weights)
    return PARTS if has_bias else PARTS[:2]


def _gru(state: Mapping[str, Any], suffix: str, parts: tuple[str, ...]) -> GRUWeights:
    """Read the arrays of one direction of one layer."""
    name = "weight_hh" + suffix
    hidden = own_array(name, state[name], 2)
    n = hidden.shape[1]
    others = {4 * n: " (this one looks like an LSTM)", n: " (this one looks like a plain RNN)"}
    if len(hidden) != 3 * n:
        hint = others.get(len(hidden), "")
        raise ValueError(f"{name} has shape {hidden.shape}; expected {(3 * n, n)}, gates r, z, n of n units{hint}")
    name = "weight_ih" + suffix
    inputs = own_array(name, state[name], 2)
    shaped_array(name, inputs, (3 * n, inputs.shape[1]), f"gates r, z, n of {n} units, as in weight_hh{suffix}")
    biases = [shaped_array(p + suffix, state[p + suffix], (3 * n,), f"gates of {n} units") for p in parts[2:]]
    dtypes = {array.dtype.name for array in (inputs, hidden, *biases)}
    if len(dtypes) > 1:
        raise ValueError(f"the arrays of {suffix or 'the cell'} have dtypes {sorted(dtypes)}; expected one")
    bias = swap_gates(np.stack(biases)) if biases else None
    return gru_weights(f"state_dict {suffix}".strip(), swap_gates(inputs.T), swap_gates(hidden.T), bias)


def _rows(gru: GRUWeights) -> dict[str, NDArray]:
    arrays = [np.ascontiguousarray(swap_gates(matrix).T) for matrix in (gru.kernel, gru.recurrent_kernel)]
    if gru.bias is not None:
        arrays += list(swap_gates(gru.bias))
    return dict(zip(PARTS, arrays, strict=False))
