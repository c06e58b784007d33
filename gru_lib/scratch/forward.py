"""The forward pass of the GRU: one step in the open, then a whole sequence without waste."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.checks import boolean_mask, float_array, same_dtype, same_shape
from gru_lib.scratch.weights import GRUWeights


@dataclass(frozen=True, eq=False)
class GRUCache:
    """What the backward pass needs of a forward pass, time first.

    `reset_term` is what the reset gate decides about: ``h U_h + c_h`` with reset after (multiplied by r
    afterwards), ``r * h`` with reset before.
    """

    weights: GRUWeights
    inputs: NDArray  # (T, B, m), in the order of processing
    gates: NDArray  # (T, B, 3n): z, r and the candidate g
    reset_term: NDArray  # (T, B, n)
    states: NDArray  # (T + 1, B, n): h0 first
    reset_after: bool
    go_backwards: bool


def sigmoid(a: ArrayLike) -> NDArray:
    """Return 1 / (1 + exp(-a)) of any shape, written with tanh so that no `a` overflows."""
    return 0.5 * np.tanh(0.5 * np.asarray(a)) + 0.5


def _sigmoid_in_place(a: NDArray) -> None:
    """As `sigmoid`, without new memory."""
    a *= 0.5
    np.tanh(a, out=a)
    a *= 0.5
    a += 0.5


def matmul_last(stack: NDArray, matrix: NDArray) -> NDArray:
    """Multiply the last axis of (T, B, k) by a (k, j) matrix as one large product, not T small ones."""
    return (stack.reshape(-1, stack.shape[-1]) @ matrix).reshape(*stack.shape[:-1], matrix.shape[1])


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
    inputs, states, mask = _time_major(x, weights, h0, mask, go_backwards)
    b, c = weights.split_bias(reset_after)
    gates = matmul_last(inputs, weights.kernel)  # every input product at once, outside the loop
    if b is not None:
        gates += b
    reset_term = np.empty_like(states[1:])
    if reset_after:
        _run_reset_after(gates, reset_term, states, weights.recurrent_kernel, c, mask)
    else:
        _run_reset_before(gates, reset_term, states, weights.recurrent_kernel, mask)
    cache = GRUCache(weights, inputs, gates, reset_term, states, reset_after, go_backwards)
    return states[1:].swapaxes(0, 1).copy(), cache  # a copy: the caller may change it, the cache must not


def _time_major(
    x: ArrayLike, weights: GRUWeights, h0: ArrayLike | None, mask: ArrayLike | None, go_backwards: bool
) -> tuple[NDArray, NDArray, NDArray | None]:
    """Check the arguments; return inputs (T, B, m), room for the states, and mask (T, B), as processed."""
    x = same_dtype("x", float_array("x", x, 3), weights.dtype)
    same_shape("x", x, (*x.shape[:2], weights.input_size), "batch, steps, features of the kernel")
    batch, steps, _ = x.shape
    order = slice(None, None, -1 if go_backwards else 1)
    states = np.zeros((steps + 1, batch, weights.units), weights.dtype)
    if h0 is not None:
        h0 = same_dtype("h0", float_array("h0", h0, 2), weights.dtype)
        states[0] = same_shape("h0", h0, states[0].shape, "batch of x, units")
    if mask is not None:
        mask = boolean_mask(mask, (batch, steps))
        x = np.where(mask[:, :, None], x, 0)  # padding may hold anything, NaN included
        mask = mask.T[order]
    return x.swapaxes(0, 1)[order].copy(), states, mask


def _run_reset_after(
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    recurrent_kernel: NDArray,
    recurrent_bias: NDArray | None,
    mask: NDArray | None,
) -> None:
    """Fill the states; `gates` holds the input products and is overwritten with z, r, g."""
    n = states.shape[-1]
    product = np.empty(gates.shape[1:], gates.dtype)
    for t, h in enumerate(states[:-1]):
        np.matmul(h, recurrent_kernel, out=product)  # all three gates in one product
        if recurrent_bias is not None:
            product += recurrent_bias
        reset_term[t] = product[:, 2 * n :]
        _open_gates(gates[t, :, : 2 * n], product[:, : 2 * n], mask, t)
        reset_part = np.multiply(gates[t, :, n : 2 * n], reset_term[t], out=product[:, :n])
        _new_state(gates[t], reset_part, h, out=states[t + 1])


def _run_reset_before(
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    recurrent_kernel: NDArray,
    mask: NDArray | None,
) -> None:
    """As `_run_reset_after`; two products a step, since the second one waits for r. No bias of its own."""
    n = states.shape[-1]
    kernel_zr = np.ascontiguousarray(recurrent_kernel[:, : 2 * n])
    kernel_h = np.ascontiguousarray(recurrent_kernel[:, 2 * n :])
    product = np.empty((gates.shape[1], 2 * n), gates.dtype)
    reset_part = np.empty_like(states[0])
    for t, h in enumerate(states[:-1]):
        np.matmul(h, kernel_zr, out=product)
        _open_gates(gates[t, :, : 2 * n], product, mask, t)
        np.multiply(gates[t, :, n : 2 * n], h, out=reset_term[t])
        np.matmul(reset_term[t], kernel_h, out=reset_part)
        _new_state(gates[t], reset_part, h, out=states[t + 1])


def _open_gates(gates: NDArray, product: NDArray, mask: NDArray | None, t: int) -> None:
    """Turn the sums of z and r into gates in place; a masked row gets z = 1, which keeps its state."""
    gates += product
    _sigmoid_in_place(gates)
    if mask is not None:
        gates[~mask[t], : gates.shape[1] // 2] = 1


def _new_state(gates: NDArray, reset_part: NDArray, h: NDArray, out: NDArray) -> None:
    """Write z h + (1 - z) g to `out`; `reset_part` is used up."""
    n = h.shape[-1]
    z, g = gates[:, :n], gates[:, 2 * n :]
    g += reset_part
    np.tanh(g, out=g)
    np.multiply(z, h, out=out)
    np.subtract(1, z, out=reset_part)
    reset_part *= g
    out += reset_part
