"""Argument checks that name the argument, what came, and what was expected."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
Kind = TypeVar("Kind")


def plain_array(name: str, value: ArrayLike) -> NDArray:
    """Return `value` as an array; raise TypeError for a masked array, whose own mask would be lost in silence."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; expected a plain one (steps are masked by the argument mask)")
    return np.asarray(value)


def float_array(name: str, value: ArrayLike, ndim: int) -> NDArray:
    """Return `value` as a float32 or float64 array with `ndim` axes, or raise ValueError."""
    array = plain_array(name, value)
    if array.dtype not in FLOATS:
        raise ValueError(f"{name} has dtype {array.dtype}; expected float32 or float64")
    if array.ndim != ndim:
        raise ValueError(f"{name} has shape {array.shape}; expected {ndim} axes")
    return array


def finite(name: str, array: NDArray) -> NDArray:
    """Return `array` if all its values are finite, or raise ValueError."""
    bad = array.size - np.count_nonzero(np.isfinite(array))
    if bad:
        raise ValueError(f"{name} has {bad} values that are NaN or infinite; expected finite numbers")
    return array


def same_shape(name: str, array: NDArray, expected: tuple[int, ...], why: str) -> NDArray:
    """Return `array` if it has the `expected` shape, or raise ValueError."""
    if array.shape != expected:
        raise ValueError(f"{name} has shape {array.shape}; expected {expected} ({why})")
    return array


def same_dtype(name: str, array: NDArray, expected: np.dtype) -> NDArray:
    """Return `array` if its dtype is that of the weights, or raise ValueError."""
    if array.dtype != expected:
        raise ValueError(f"{name} has dtype {array.dtype}; expected {expected}, as the weights")
    return array


def boolean_mask(mask: ArrayLike, expected: tuple[int, int]) -> NDArray[np.bool_]:
    """Return `mask` as a (B, T) boolean array, or raise ValueError."""
    array = plain_array("mask", mask)
    if array.dtype != np.bool_:
        raise ValueError(f"mask has dtype {array.dtype}; expected bool (True = a valid step)")
    return same_shape("mask", array, expected, "batch, steps of x")


def positive_integer(name: str, value: int) -> int:
    """Return `value` if it is an integer of at least 1, or raise ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} is {value!r}; expected an integer of at least 1")
    return int(value)


def boolean(name: str, value: bool) -> bool:
    """Return `value` if it is True or False, or raise ValueError: the text "no" would count as True."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} is {value!r}; expected True or False")
    return bool(value)


def instance(name: str, value: Any, kind: type[Kind]) -> Kind:
    """Return `value` if it is a `kind`, or raise TypeError."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} is a {type(value).__name__}; expected a {kind.__name__}")
    return value
