"""Checks of what comes in: arrays of every framework, and mappings with the right keys."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.bounded_read import MAX_BYTES
from gru_lib.scratch.checks import finite, float_array, same_shape


def own_array(name: str, value: Any, ndim: int) -> NDArray:
    """Return a copy of `value` as a finite float32 or float64 array with `ndim` axes, or raise ValueError."""
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{name} is a masked array; expected one without a mask")
    try:
        if hasattr(value, "detach"):  # a PyTorch tensor: it may require gradients, or live on a GPU
            value = value.detach().cpu()
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{name} is no array of float32 or float64: {error}") from error
    if array.nbytes > MAX_BYTES:  # an array that repeats one number takes no memory until it is copied
        raise ValueError(f"{name} has {array.nbytes:,} bytes; expected {MAX_BYTES:,} at most")
    return finite(name, float_array(name, array.copy(), ndim))


def shaped_array(name: str, value: Any, shape: tuple[int, ...], why: str) -> NDArray:
    """As `own_array`, of exactly this `shape`."""
    return same_shape(name, own_array(name, value, len(shape)), shape, why)


def expect_keys(name: str, mapping: Any, expected: Iterable[str]) -> None:
    """Raise TypeError if there is no mapping, ValueError if it lacks a key or has another one."""
    if not isinstance(mapping, Mapping):
        raise TypeError(f"{name} is of type {type(mapping).__name__}; expected a mapping")
    expected = dict.fromkeys(expected)  # looked up as often as there are keys
    missing = [key for key in expected if key not in mapping]
    unexpected = [key for key in mapping if key not in expected]
    if missing or unexpected:
        found = (("lacks", missing), ("has unexpected", unexpected))
        complaints = " and ".join(f"{what} {few(keys)}" for what, keys in found if keys)
        raise ValueError(f"{name} {complaints}; expected the keys {few(list(expected))}")


def few(keys: list[str], limit: int = 12) -> str:
    """Return the keys for a message; a whole model has hundreds."""
    more = f" and {len(keys) - limit} more" if len(keys) > limit else ""
    return f"{keys[:limit]}{more}"
