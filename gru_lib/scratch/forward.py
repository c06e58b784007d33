"""The forward pass of the GRU: one step in the open, then a whole sequence without waste."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch import loops
from gru_lib.scratch.checks import boolean_mask, float_array, same_dtype, same_shape
from gru_lib.scratch.weights import GRUWeights


@dataclass(frozen=True, eq=False)
class GRUCache:
    """What the backward pass needs of a forward pass: time first, and the sequences of the batch last.

    `reset_term` is what the reset gate decides about: ``h U_h + c_h`` with reset after (multiplied by r
    afterwards), ``r * h`` with reset before.
    """

    weights: GRUWeights
    inputs: NDArray  # (T, m + 1, B), in the order of processing; the last row is 1
    gates: NDArray  # (T, 3n, B): z, r and the candidate g
    reset_term: NDArray  # (T, n, B)
    states: NDArray  # (T + 1, n, B): h0 first
    reset_after: bool
    go_backwards: bool


def sigmoid(a: ArrayLike) -> NDArray:
    """Return 1 / (1 + exp(-a)) of any shape, written with tanh so that no `a` overflows."""
    return 0.5 * np.tanh(0.5 * np.asarray(a)) + 0.5


def gru_step(x_t: ArrayLike, h: ArrayLike, weights: GRUWeights, *, reset_after: bool = True) -> NDArray:
    """Return the state after one step, written as the equations are.

    Parameters
    ----------
    x_t : (B, m) array
        Input at this step.
    h : (B, n) array
        State before this step.
    weights : GRUWeights
        Of m features and n units, in the dtype of `x_t` and `h`.
    reset_after : bool
        True: the reset gate acts after the recurrent product (Keras's default, Cho et al. 2014 v1).
        False: it acts on the state before the product (Cho et al. 2014 v3, equations 5 to 8).

    Returns
    -------
    (B, n) array

    Raises
    ------
    ValueError
        If a shape or a dtype does not fit the weights.
    """
    x_t, h = float_array("x_t", x_t, 2), float_array("h", h, 2)
    n = weights.units
    same_shape("x_t", x_t, (len(x_t), weights.input_size), "batch, features of the kernel")
    same_shape("h", h, (len(x_t), n), "batch of x_t, units")
    same_dtype("x_t", x_t, weights.dtype)
    same_dtype("h", h, weights.dtype)
    b, c = weights.split_bias(reset_after)

    x_part = x_t @ weights.kernel + (0 if b is None else b)
    h_part = h @ weights.recurrent_kernel + (0 if c is None else c)
    z = sigmoid(x_part[:, :n] + h_part[:, :n])
    r = sigmoid(x_part[:, n : 2 * n] + h_part[:, n : 2 * n])
    reset_part = r * h_part[:, 2 * n :] if reset_after else (r * h) @ weights.recurrent_kernel[:, 2 * n :]
    g = np.tanh(x_part[:, 2 * n :] + reset_part)
    return z * h + (1 - z) * g


def gru_forward(
    x: ArrayLike,
    weights: GRUWeights,
    *,
    h0: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    reset_after: bool = True,
    go_backwards: bool = False,
) -> tuple[NDArray, GRUCache]:
    """Run a GRU over a batch of sequences.

    Parameters
    ----------
    x : (B, T, m) array
        Input sequences, float32 or float64 as the weights. B = 0 and T = 0 are allowed.
    weights : GRUWeights
        Of m features and n units.
    h0 : (B, n) array, optional
        State before the first step; zeros if None.
    mask : (B, T) bool array, optional
        False marks a step that carries the state on unchanged, whatever x holds there.
    reset_after : bool
        See `gru_step`.
    go_backwards : bool
        Read the sequence from its end. As in Keras, the states come in the order of processing:
        the first one belongs to the last step of x.

    Returns
    -------
    hidden_states : (B, T, n) array
        The state after every step, in the dtype of the weights.
    cache : GRUCache
        For `gru_backward`; valid as long as the weights are not changed.

    Raises
    ------
    ValueError
        If a shape or a dtype does not fit.

    Notes
    -----
    Source: Cho et al. (2014), equations 5 to 8.
    A masked step is computed as a step whose update gate is held at 1, which carries the state on exactly.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weights = GRUWeights.init(3, 5, rng=rng, dtype=np.float64)
    >>> hidden_states, cache = gru_forward(rng.normal(size=(2, 7, 3)), weights)
    >>> hidden_states.shape
    (2, 7, 5)
    """
    x, h0, mask = checked_arguments(x, weights, h0, mask)
    kernel, c_h = with_bias(weights, reset_after)
    order = slice(None, None, -1 if go_backwards else 1)
    inputs = _with_ones(x[:, order])
    mask = None if mask is None else mask.T[order]
    gates = np.matmul(kernel.T, inputs)  # every input product, outside the loop
    batch, steps, _ = x.shape
    states = np.empty((steps + 1, weights.units, batch), weights.dtype)
    states[0] = h0.T
    reset_term = np.empty_like(states[1:])
    if reset_after:
        c_h = np.repeat(c_h[:, None], batch, axis=1)
        loops.forward_reset_after(gates, reset_term, states, weights.recurrent_kernel, c_h, mask)
    else:
        loops.forward_reset_before(gates, reset_term, states, weights.recurrent_kernel, mask)
    cache = GRUCache(weights, inputs, gates, reset_term, states, reset_after, go_backwards)
    return _batch_first(states[1:]), cache


def checked_arguments(
    x: ArrayLike, weights: GRUWeights, h0: ArrayLike | None, mask: ArrayLike | None
) -> tuple[NDArray, NDArray, NDArray | None]:
    """Return x (B, T, m) without what the mask hides, h0 (B, n) and mask (B, T) as arrays, or raise ValueError."""
    x = same_dtype("x", float_array("x", x, 3), weights.dtype)
    same_shape("x", x, (*x.shape[:2], weights.input_size), "batch, steps, features of the kernel")
    if h0 is None:
        h0 = np.zeros((len(x), weights.units), weights.dtype)
    h0 = same_dtype("h0", float_array("h0", h0, 2), weights.dtype)
    same_shape("h0", h0, (len(x), weights.units), "batch of x, units")
    if mask is not None:
        mask = boolean_mask(mask, x.shape[:2])
        x = np.where(mask[:, :, None], x, 0)  # padding may hold anything, NaN included
    return x, h0, mask


def _with_ones(x: NDArray) -> NDArray:
    """Return (B, T, m) as (T, m + 1, B), with an input that is always 1: its weight is the bias."""
    batch, steps, m = x.shape
    inputs = np.ones((steps, m + 1, batch), x.dtype)
    inputs[:, :m] = x.transpose(1, 2, 0)
    return inputs


def with_bias(weights: GRUWeights, reset_after: bool) -> tuple[NDArray, NDArray]:
    """Return the kernel with a row for that input, and c_h, the one bias that has to wait for the reset gate."""
    n = weights.units
    outside, c_h = np.zeros(3 * n, weights.dtype), np.zeros(n, weights.dtype)
    b, c = weights.split_bias(reset_after)
    if b is not None:
        outside += b
    if c is not None:
        outside[: 2 * n] += c[: 2 * n]
        c_h += c[2 * n :]
    return np.vstack([weights.kernel, outside]), c_h


def _batch_first(array: NDArray) -> NDArray:
    """Return (T, n, B) as (B, T, n), a copy: the caller may change it, the cache must not."""
    steps, size, batch = array.shape
    result = np.empty((batch, steps, size), array.dtype)
    for t in range(steps):  # one step fits into the processor's cache, the whole may not
        result[:, t] = array[t].T
    return result
