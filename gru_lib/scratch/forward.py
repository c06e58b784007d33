"""The forward pass of the GRU as its equations are; `fast_forward` computes the same in less time."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.cache import Activations, GRUCache
from gru_lib.scratch.checks import boolean, boolean_mask, float_array, instance, same_dtype, same_shape
from gru_lib.scratch.weights import GRUWeights


def sigmoid(a: ArrayLike) -> NDArray:
    """Return 1 / (1 + exp(-a)) of any shape, by tanh, so that no `a` overflows (stage 4 of *Making it fast*)."""
    return 0.5 * np.tanh(0.5 * np.asarray(a)) + 0.5


def gru_forward_plain(
    x: ArrayLike,
    weights: GRUWeights,
    *,
    h0: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    reset_after: bool = True,
    go_backwards: bool = False,
) -> tuple[NDArray, GRUCache]:
    """Run a GRU over a batch of sequences, one equation a line: the form that every faster one is held against.

    Parameters, returned (B, T, n) states and cache, and errors are those of `gru_forward`.

    Notes
    -----
    Derived in the chapter *The GRU equations*, run in the chapter *The forward pass*; it is the loop with which
    the chapter *Making it fast* begins. The numbers beside the lines are those of Cho et al. (2014).
    """
    x, h, mask = checked_arguments(x, weights, h0, mask, go_backwards)
    W_z, W_r, W_h = np.split(weights.kernel, 3, axis=1)
    U_z, U_r, U_h = np.split(weights.recurrent_kernel, 3, axis=1)
    (b_z, b_r, b_h), (c_z, c_r, c_h) = (np.split(bias, 3) for bias in weights.split_bias(reset_after))
    kept = reserve(x, h)
    for t in range(x.shape[1]):
        x_t = x[:, t]
        z = sigmoid(x_t @ W_z + b_z + h @ U_z + c_z)  # (6)
        r = sigmoid(x_t @ W_r + b_r + h @ U_r + c_r)  # (5)
        q = h @ U_h + c_h if reset_after else r * h
        g = np.tanh(x_t @ W_h + b_h + (r * q if reset_after else q @ U_h))  # (8)
        if mask is not None:
            z = np.where(mask[:, t, None], z, 1)  # a masked step keeps its state
        h = z * h + (1 - z) * g  # (7)
        kept.gates[t], kept.reset_term[t], kept.states[t + 1] = np.hstack([z, r, g]).T, q.T, h.T
    return batch_first(kept.states[1:]), GRUCache(weights, (kept,), reset_after, go_backwards)


def checked_arguments(
    x: ArrayLike, weights: GRUWeights, h0: ArrayLike | None, mask: ArrayLike | None, go_backwards: bool
) -> tuple[NDArray, NDArray, NDArray[np.bool_] | None]:
    """Return x (B, T, m), h0 (B, n) and mask (B, T) as arrays, in the order of processing, or raise an error.

    What the mask hides is set to zero: padding may hold anything, NaN included.
    """
    dtype = instance("weights", weights, GRUWeights).dtype
    x = same_dtype("x", float_array("x", x, 3), dtype)
    same_shape("x", x, (*x.shape[:2], weights.input_size), "batch, steps, features of the kernel")
    h0 = np.zeros((len(x), weights.units), dtype) if h0 is None else same_dtype("h0", float_array("h0", h0, 2), dtype)
    same_shape("h0", h0, (len(x), weights.units), "batch of x, units")
    if mask is not None:
        mask = boolean_mask(mask, x.shape[:2])
        x = np.where(mask[:, :, None], x, 0)
    if boolean("go_backwards", go_backwards):
        x, mask = x[:, ::-1], None if mask is None else mask[:, ::-1]
    return x, h0, mask


def reserve(x: NDArray, h0: NDArray) -> Activations:
    """Return the activations of (B, T, m) inputs with the inputs and the first state filled in."""
    (batch, steps, m), n = x.shape, h0.shape[1]
    sizes = ((steps, m + 1), (steps, 3 * n), (steps, n), (steps + 1, n))
    kept = Activations(*(np.empty((*size, batch), x.dtype) for size in sizes))
    kept.inputs[:, :m], kept.inputs[:, m], kept.states[0] = x.transpose(1, 2, 0), 1, h0.T
    return kept


def batch_first(array: NDArray) -> NDArray:
    """Return (T, n, B) as (B, T, n), a copy: the caller may change it, the cache must not."""
    steps, size, batch = array.shape
    result = np.empty((batch, steps, size), array.dtype)
    for t in range(steps):  # one step fits into the processor's cache, the whole may not
        result[:, t] = array[t].T
    return result
