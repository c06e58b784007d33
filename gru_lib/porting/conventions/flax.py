"""flax: the parameters of linen's GRUCell and of nnx's, one GRU at a time.

linen has one bias for each gate and two for the candidate; nnx (0.12.8) has one row, and so no place for c_h
(https://github.com/google/flax/issues/5594).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.checks import expect_keys, shaped_array
from gru_lib.porting.conventions.pytorch import swap_gates
from gru_lib.porting.stack import StackedGRU, folded, gru_weights, single

GATES = ("z", "r", "n")


def read_linen(weights: Any, reset_after: bool) -> StackedGRU:
    """Read ``{"ir": {"kernel", "bias"}, "hr": {"kernel"}, …, "hn": {"kernel", "bias"}}``."""
    expect_keys("params", weights, [side + gate for gate in GATES for side in "ih"])
    n = _columns(weights["hz"], "hz").shape[1]
    parts = {name: _columns(weights[name], name) for name in weights}
    kernel, recurrent = (np.concatenate([parts[side + gate] for gate in GATES], axis=1) for side in "ih")
    b = np.concatenate([shaped_array(f"i{g} bias", weights[f"i{g}"]["bias"], (n,), "units") for g in GATES])
    c_h = shaped_array("hn bias", weights["hn"]["bias"], (n,), "units")
    bias = np.stack([b, np.concatenate([np.zeros(2 * n, b.dtype), c_h])])
    return StackedGRU([(gru_weights("params", kernel, recurrent, bias),)], reset_after)


def write_linen(stack: StackedGRU) -> dict[str, Any]:
    """Return the parameters of linen's GRUCell; b + c of the gates becomes one bias."""
    gru = single("linen's GRUCell", stack)
    b, c_h = folded(gru)
    tree: dict[str, Any] = {}
    columns = (np.split(array, 3, -1) for array in (gru.kernel, gru.recurrent_kernel, b))
    for gate, W, U, bias in zip(GATES, *columns, strict=True):
        tree |= {f"i{gate}": {"kernel": W.copy(), "bias": bias.copy()}, f"h{gate}": {"kernel": U.copy()}}
    tree["hn"]["bias"] = c_h
    return tree


def read_nnx(weights: Any, reset_after: bool) -> StackedGRU:
    """Read ``{"dense_i": {"kernel" (m, 3n), "bias" (3n,)}, "dense_h": {"kernel" (n, 3n)}}``, columns r, z, n."""
    expect_keys("params", weights, ["dense_i", "dense_h"])
    kernel, recurrent = (_columns(weights[name], name) for name in ("dense_i", "dense_h"))
    b = shaped_array("dense_i bias", weights["dense_i"]["bias"], kernel.shape[1:], "gates")
    bias = np.stack([b, np.zeros_like(b)])
    return StackedGRU([(gru_weights("params", *map(swap_gates, (kernel, recurrent, bias))),)], reset_after)


def write_nnx(stack: StackedGRU) -> dict[str, Any]:
    """Return the parameters of nnx's GRUCell, or raise ValueError if there is a c_h."""
    gru = single("nnx's GRUCell", stack)
    b, c_h = folded(gru)
    if c_h.any():
        raise ValueError("the candidate has a recurrent bias, and nnx's GRUCell has no place for it (flax #5594)")
    kernel, recurrent, b = map(swap_gates, (gru.kernel, gru.recurrent_kernel, b))
    return {"dense_i": {"kernel": kernel, "bias": b}, "dense_h": {"kernel": recurrent}}


def _columns(layer: Any, name: str) -> NDArray:
    if not isinstance(layer, Mapping) or "kernel" not in layer:
        raise ValueError(f"{name} is a {type(layer).__name__}; expected a mapping with a kernel")
    return np.array(layer["kernel"])
