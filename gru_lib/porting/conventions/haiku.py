"""haiku: the parameters of GRU; reset before, columns z, r, a, and z = 1 takes the new state."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.checks import expect_keys, own_array
from gru_lib.porting.stack import StackedGRU, gru_weights, single


def read(weights: Any, reset_after: bool) -> StackedGRU:
    """Read ``{"w_i": (m, 3n), "w_h": (n, 3n), "b": (3n,)}``."""
    expect_keys("params", weights, ["w_i", "w_h", "b"])
    if reset_after:
        raise ValueError("reset_after is True, and haiku's GRU has reset before only")
    arrays = (own_array(name, weights[name], rank) for name, rank in (("w_i", 2), ("w_h", 2), ("b", 1)))
    return StackedGRU([(gru_weights("params", *map(_z_negated, arrays)),)], reset_after)


def write(stack: StackedGRU) -> dict[str, Any]:
    """Return the parameters of GRU."""
    gru = single("haiku's GRU", stack, reset_after=False)
    bias = np.zeros(3 * gru.units, gru.dtype) if gru.bias is None else gru.bias
    return dict(zip(("w_i", "w_h", "b"), map(_z_negated, (gru.kernel, gru.recurrent_kernel, bias)), strict=True))


def _z_negated(columns: NDArray) -> NDArray:
    """Negate the first third: 1 - sigmoid(a) is sigmoid(-a)."""
    if columns.shape[-1] % 3:
        raise ValueError(f"an array has {columns.shape[-1]} columns; expected three gates")
    z, r, a = np.split(columns, 3, axis=-1)
    return np.concatenate([-z, r, a], axis=-1)
