"""Backpropagation through time for the GRU."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.checks import float_array, same_dtype, same_shape
from gru_lib.scratch.forward import GRUCache, matmul_last


@dataclass(frozen=True, eq=False)
class GRUGradients:
    """Gradients of a scalar loss; each has the shape of what it belongs to (bias None if there is none)."""

    kernel: NDArray
    recurrent_kernel: NDArray
    bias: NDArray | None
    x: NDArray
    h0: NDArray

    def arrays(self) -> list[NDArray]:
        """Return the gradients of the weights in the order of `GRUWeights.arrays`."""
        return [array for array in (self.kernel, self.recurrent_kernel, self.bias) if array is not None]


def gru_backward(grad_hidden_states: ArrayLike, cache: GRUCache) -> GRUGradients:
    """Carry the gradient of a loss from the hidden states to weights, inputs and initial state.

    Parameters
    ----------
    grad_hidden_states : (B, T, n) array
        Gradient with respect to what `gru_forward` returned, in the same order.
        If only the last state enters the loss, it is zero everywhere else.
    cache : GRUCache
        From that call of `gru_forward`.

    Returns
    -------
    GRUGradients
        ``.kernel``, ``.recurrent_kernel``, ``.bias``, ``.x`` of (B, T, m) in the order of x, ``.h0`` of (B, n).

    Raises
    ------
    ValueError
        If the shape or the dtype is not that of the hidden states.

    Notes
    -----
    Source: the chapter on backpropagation through time, after Werbos (1990).
    The mask needs no line here: a masked step had z = 1, and its factors are zero.
    """
    steps, batch, n = cache.reset_term.shape
    grad = float_array("grad_hidden_states", grad_hidden_states, 3)
    same_shape("grad_hidden_states", grad, (batch, steps, n), "as the hidden states")
    same_dtype("grad_hidden_states", grad, cache.weights.dtype)
    d_states = np.ascontiguousarray(grad.swapaxes(0, 1))
    walk = _walk_reset_after if cache.reset_after else _walk_reset_before
    return walk(d_states, cache)


def _local_factors(cache: GRUCache) -> tuple[NDArray, NDArray]:
    """Return, for all steps at once, d(h_next)/d(a_z) and d(h_next)/d(a_g), a being the sum in the gate."""
    n = cache.weights.units
    z, g = cache.gates[..., :n], cache.gates[..., 2 * n :]
    one_minus_z = 1 - z
    factor_z = (cache.states[:-1] - g) * z * one_minus_z
    factor_g = (1 - g * g) * one_minus_z
    return factor_z, factor_g


def _walk_reset_after(d_states: NDArray, cache: GRUCache) -> GRUGradients:
    n, gates = cache.weights.units, cache.gates
    z, r = gates[..., :n], gates[..., n : 2 * n]
    factor_z, factor_g = _local_factors(cache)
    factor_r = cache.reset_term * r * (1 - r)
    kernel_t = np.ascontiguousarray(cache.weights.recurrent_kernel.T)
    d_candidate = np.empty_like(d_states)  # with respect to the sum inside tanh
    d_recurrent = np.empty_like(gates)  # with respect to h U + c, all three gates
    d_h, back = np.zeros_like(cache.states[0]), np.empty_like(cache.states[0])
    for t in reversed(range(len(d_states))):
        d_h += d_states[t]
        d_a, d_rec = d_candidate[t], d_recurrent[t]
        np.multiply(d_h, factor_g[t], out=d_a)
        np.multiply(d_h, factor_z[t], out=d_rec[:, :n])
        np.multiply(d_a, factor_r[t], out=d_rec[:, n : 2 * n])
        np.multiply(d_a, r[t], out=d_rec[:, 2 * n :])
        np.matmul(d_rec, kernel_t, out=back)
        d_h *= z[t]  # the straight way through the update gate
        d_h += back
    d_kernel_h = _product(cache.states[:-1], d_recurrent)
    d_c = d_recurrent.sum((0, 1))
    d_recurrent[..., 2 * n :] = d_candidate  # the input product sees the candidate before the reset
    return _collect(cache, d_recurrent, d_kernel_h, d_c, d_h)


def _walk_reset_before(d_states: NDArray, cache: GRUCache) -> GRUGradients:
    n, gates = cache.weights.units, cache.gates
    z, r = gates[..., :n], gates[..., n : 2 * n]
    factor_z, factor_g = _local_factors(cache)
    factor_r = cache.reset_term * (1 - r)  # r h (1 - r)
    kernel_t = cache.weights.recurrent_kernel.T
    kernel_zr_t, kernel_h_t = np.ascontiguousarray(kernel_t[: 2 * n]), np.ascontiguousarray(kernel_t[2 * n :])
    d_sums = np.empty_like(gates)
    d_h, back = np.zeros_like(cache.states[0]), np.empty_like(cache.states[0])
    for t in reversed(range(len(d_states))):
        d_h += d_states[t]
        d_t = d_sums[t]
        np.multiply(d_h, factor_g[t], out=d_t[:, 2 * n :])
        np.multiply(d_h, factor_z[t], out=d_t[:, :n])
        np.matmul(d_t[:, 2 * n :], kernel_h_t, out=back)  # with respect to r h
        np.multiply(back, factor_r[t], out=d_t[:, n : 2 * n])
        back *= r[t]
        d_h *= z[t]
        d_h += back
        np.matmul(d_t[:, : 2 * n], kernel_zr_t, out=back)
        d_h += back
    d_kernel_zr = _product(cache.states[:-1], d_sums[..., : 2 * n])
    d_kernel_h = _product(cache.reset_term, d_sums[..., 2 * n :])
    return _collect(cache, d_sums, np.hstack([d_kernel_zr, d_kernel_h]), None, d_h)


def _product(left: NDArray, right: NDArray) -> NDArray:
    """Sum leftᵀ right over steps and batch in one matrix product."""
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])


def _collect(
    cache: GRUCache, d_sums: NDArray, d_recurrent_kernel: NDArray, d_c: NDArray | None, d_h0: NDArray
) -> GRUGradients:
    """Gather what needs no loop: kernel, bias and inputs, from the gradients of the gate sums."""
    d_x = matmul_last(d_sums, cache.weights.kernel.T).swapaxes(0, 1)
    d_bias = None
    if cache.weights.bias is not None:
        d_b = d_sums.sum((0, 1))
        d_bias = d_b if d_c is None else np.stack([d_b, d_c])
    return GRUGradients(
        kernel=_product(cache.inputs, d_sums),
        recurrent_kernel=d_recurrent_kernel,
        bias=d_bias,
        x=np.ascontiguousarray(d_x[:, ::-1] if cache.go_backwards else d_x),
        h0=d_h0,
    )
