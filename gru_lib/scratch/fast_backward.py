"""Backpropagation through time without waste: the way back of the chapter *Making it fast*, in the batch-last form.

Each step does only what the step before it waits for; the gradients of the weights are gathered after the loop.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.backward import GRUGradients, checked_gradient, gradients_of
from gru_lib.scratch.cache import Activations, GRUCache
from gru_lib.scratch.fast_forward import split_gates


def gru_backward(grad_hidden_states: ArrayLike, cache: GRUCache) -> GRUGradients:
    """Carry the gradient of a loss from the hidden states to weights, inputs and initial state.

    Parameters
    ----------
    grad_hidden_states : (B, T, n) array
        Gradient with respect to what the forward pass returned, in the same order.
        If only the last state enters the loss, it is zero everywhere else.
    cache : GRUCache
        From that call of `gru_forward`, or of its plain or compiled form.

    Returns
    -------
    GRUGradients
        ``.kernel``, ``.recurrent_kernel``, ``.bias``, ``.x`` of (B, T, m) in the order of x, ``.h0`` of (B, n).

    Raises
    ------
    ValueError
        If the shape or the dtype is not that of the hidden states.
    TypeError
        If the cache is no GRUCache, or the gradient a masked array.

    Notes
    -----
    Derived in the chapter *Backpropagation through time*, after Werbos (1990), and made fast in *Making it fast*.
    The mask needs no line here: a masked step had z = 1, and its factors are zero.
    """
    grad, kept = checked_gradient(grad_hidden_states, cache), cache.activations
    (steps, n, batch), kernel = kept.reset_term.shape, cache.weights.kernel
    d_sums = np.empty((steps, (4 if cache.reset_after else 3) * n, batch), grad.dtype)
    threshold = underflow_threshold(grad)
    d_h0 = backward_loop(grad, kept, cache.weights.recurrent_kernel, threshold, cache.reset_after, d_sums)

    d_flat, h_flat = _flat(d_sums), _flat(kept.states[:-1])
    d_input = d_flat[-3 * n :]
    if cache.reset_after:
        d_recurrent = np.roll(d_flat[: 3 * n] @ h_flat.T, -n, axis=0)
        d_c = np.roll(d_flat[: 3 * n].sum(axis=1), -n)
    else:
        d_recurrent = np.vstack([d_flat[: 2 * n] @ h_flat.T, d_flat[2 * n :] @ _flat(kept.reset_term).T])
        d_c = np.empty(0)  # there is no c
    d_kernel = d_input @ _flat(kept.inputs).T  # the last input is 1, and its weight is b
    d_x = (kernel @ d_input).reshape(len(kernel), steps, batch).transpose(2, 1, 0)
    return gradients_of(cache, d_kernel[:, :-1].T, d_recurrent.T, d_kernel[:, -1], d_c, d_x, d_h0.T)


def backward_loop(
    grad: NDArray,
    kept: Activations,
    recurrent_kernel: NDArray,
    threshold: float,
    reset_after: bool,
    d_sums: NDArray,
) -> NDArray:
    """Fill d_sums, and return the gradient of the initial state, (n, B).

    Parameters
    ----------
    grad : (B, T, n) array
        Of the hidden states.
    kept : Activations
    recurrent_kernel : (n, 3n) array
    threshold : float
        Smaller numbers are set to zero on the way back, see `underflow_threshold`.
    reset_after : bool
    d_sums : (T, 4n, B) array with reset after, (T, 3n, B) with reset before
        Gradients of the sums inside z, r and g are its last 3n rows, which belong to the input product.
        With reset after, its first 3n rows belong to the recurrent product: r * g's, then z's and r's.
    """
    n = len(recurrent_kernel)
    kernel_zr, kernel_h = recurrent_kernel[:, : 2 * n], recurrent_kernel[:, 2 * n :]
    kernel_hzr = np.hstack([kernel_h, kernel_zr])
    d_h, back = np.zeros_like(kept.states[0]), np.empty_like(kept.states[0])
    for t in reversed(range(len(d_sums))):
        (z, r, _), q, d_sum = split_gates(kept.gates[t]), kept.reset_term[t], d_sums[t]
        _, d_r, d_g = split_gates(d_sum[-3 * n :])
        d_h += grad[:, t].T
        if t % 8 == 0:  # often enough: in so few steps nothing falls from the threshold to a subnormal number
            d_h *= np.abs(d_h) >= threshold
        _through_update(d_h, kept.gates[t], kept.states[t], d_sum[-3 * n :])
        d_h *= z  # the identity path through the update gate
        np.subtract(1, r, out=d_r)
        d_r *= q
        if reset_after:
            d_r *= np.multiply(d_g, r, out=d_sum[:n])
            np.matmul(kernel_hzr, d_sum[: 3 * n], out=back)
        else:  # two products, since the second one waits for d_r
            np.matmul(kernel_h, d_g, out=back)  # with respect to q = r h
            d_r *= back
            back *= r
            d_h += back
            np.matmul(kernel_zr, d_sum[: 2 * n], out=back)
        d_h += back
    return d_h


def _through_update(d_h: NDArray, gates: NDArray, h: NDArray, d_sums: NDArray) -> None:
    """Write the gradients of the sums in the update gate and in the candidate, rows of (3n, B)."""
    (z, _, g), (d_z, _, d_g) = split_gates(gates), split_gates(d_sums)
    through_g = 1 - z
    through_g *= d_h
    np.multiply(g, g, out=d_g)
    np.subtract(1, d_g, out=d_g)
    d_g *= through_g
    np.subtract(h, g, out=d_z)
    d_z *= z
    d_z *= through_g


def _flat(stack: NDArray) -> NDArray:
    """Return (T, k, B) as (k, T B): a product of two such matrices sums over steps and batch at once."""
    steps, k, batch = stack.shape
    return stack.swapaxes(0, 1).reshape(k, steps * batch)


def underflow_threshold(grad: NDArray) -> float:
    """Return the size below which gradients become zero on the way back: 1e-31 in float32, 1e-292 in float64.

    Below 1e-38 a float32 is subnormal, and many processors compute with subnormal numbers very slowly.
    The threshold moves down with gradients that all come in small, so that what is lost is never seen in a sum.
    """
    info = np.finfo(grad.dtype)
    largest = max(grad.max(initial=0), -grad.min(initial=0))
    return float(min(1, largest) * info.tiny / info.eps)
