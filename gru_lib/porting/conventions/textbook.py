"""Textbook: one matrix for each letter, column vectors, and z = 1 overwrites: h = (1 - z) h + z g."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.checks import expect_keys, own_array, shaped_array
from gru_lib.porting.conventions.scratch import from_layers, read_layers
from gru_lib.porting.stack import StackedGRU, gru_weights
from gru_lib.scratch import GRUWeights

GATES = ("z", "r", "h")


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read one mapping of letters, a (forward, backward) tuple of them, or a list of either."""
    return read_layers(weights, partial(_gru, reset_after), reset_after)


def write(stack: StackedGRU) -> Any:
    """Return one mapping of letters, a pair, or a list of either."""
    return from_layers([tuple(_letters(gru) for gru in layer) for layer in stack.layers])


def _gru(reset_after: bool, where: str, letters: Any) -> GRUWeights:
    has_bias = hasattr(letters, "get") and any(str(key)[:2] in ("b_", "c_") for key in letters)
    rows = (("b", "c") if reset_after else ("b",)) if has_bias else ()
    expect_keys(where, letters, [f"{letter}_{gate}" for letter in ("W", "U", *rows) for gate in GATES])
    n = len(own_array("U_z", letters["U_z"], 2))
    m = own_array("W_z", letters["W_z"], 2).shape[1]
    shapes: dict[str, tuple[int, ...]] = {"W": (n, m), "U": (n, n), "b": (n,), "c": (n,)}

    def columns(letter: str) -> NDArray:
        names = [f"{letter}_{gate}" for gate in GATES]
        z, r, h = (shaped_array(f"{where}: {k}", letters[k], shapes[letter], f"{n} units") for k in names)
        if not z.dtype == r.dtype == h.dtype:
            raise ValueError(f"{where}: {names} have dtypes {z.dtype}, {r.dtype}, {h.dtype}; expected one")
        return np.concatenate([-z.T, r.T, h.T], axis=-1)

    biases = [columns(letter) for letter in rows]
    bias = (np.stack(biases) if reset_after else biases[0]) if biases else None
    return gru_weights(where, columns("W"), columns("U"), bias)


def _letters(gru: GRUWeights) -> dict[str, NDArray]:
    rows = [] if gru.bias is None else list(np.atleast_2d(gru.bias))
    arrays: dict[str, NDArray] = {}
    for letter, columns in zip("WUbc", (gru.kernel, gru.recurrent_kernel, *rows), strict=False):
        z, r, h = np.split(columns, 3, axis=-1)
        parts = zip(GATES, (-z, r, h), strict=True)
        arrays |= {f"{letter}_{gate}": np.ascontiguousarray(part.T) for gate, part in parts}
    return arrays
