"""equinox: the arrays of GRUCell, rows in the order r, z, n; one bias for each gate and two for the candidate."""

from typing import Any

import numpy as np

from gru_lib.porting.checks import expect_keys, own_array, shaped_array
from gru_lib.porting.conventions.pytorch import swap_gates
from gru_lib.porting.stack import StackedGRU, folded, gru_weights, single


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read ``{"weight_ih": (3n, m), "weight_hh": (3n, n), "bias": (3n,), "bias_n": (n,)}``."""
    expect_keys("weights", weights, ["weight_ih", "weight_hh", "bias", "bias_n"])
    hidden = own_array("weight_hh", weights["weight_hh"], 2)
    n = hidden.shape[1]
    b = shaped_array("bias", weights["bias"], (3 * n,), f"gates of {n} units")
    c_h = shaped_array("bias_n", weights["bias_n"], (n,), f"{n} units")
    bias = np.stack([b, np.concatenate([np.zeros(2 * n, b.dtype), c_h])])
    kernel = own_array("weight_ih", weights["weight_ih"], 2)
    return StackedGRU([(gru_weights("weights", *map(swap_gates, (kernel.T, hidden.T, bias))),)], reset_after)


def write(stack: StackedGRU) -> dict[str, Any]:
    """Return the arrays of GRUCell; b + c of the gates becomes one bias."""
    gru = single("equinox's GRUCell", stack)
    b, c_h = folded(gru)
    kernel, recurrent, b = map(swap_gates, (gru.kernel, gru.recurrent_kernel, b))
    arrays = np.ascontiguousarray(kernel.T), np.ascontiguousarray(recurrent.T), b, c_h
    return dict(zip(("weight_ih", "weight_hh", "bias", "bias_n"), arrays, strict=True))
