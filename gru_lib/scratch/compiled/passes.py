"""A whole forward or backward pass in one compiled call, so that a thread never waits for Python.

What `forward` and `backward` do around their loops is done here in the same order, with loops where NumPy would copy.
"""

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.compiled.loops import (
    backward_reset_after,
    backward_reset_before,
    compiled,
    forward_reset_after,
    forward_reset_before,
)


@compiled
def forward_pass(
    x: NDArray,
    kernel: NDArray,
    recurrent_kernel: NDArray,
    c_h: NDArray,
    h0: NDArray,
    mask: NDArray | None,
    reset_after: bool,
    go_backwards: bool,
    hidden_states: NDArray,
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Fill hidden_states (B, T, n), and return the four arrays of a `GRUCache`.

    x is (B, T, m), kernel (m + 1, 3n) with the bias in its last row, c_h (n,), h0 (B, n), mask (T, B) as processed.
    """
    (batch, steps, m), n = x.shape, len(recurrent_kernel)
    inputs, gates = np.ones((steps, m + 1, batch), x.dtype), np.empty((steps, 3 * n, batch), x.dtype)
    for t in range(steps):
        read = steps - 1 - t if go_backwards else t
        for b in range(batch):
            for k in range(m):
                inputs[t, k, b] = x[b, read, k]
        np.dot(kernel.T, inputs[t], gates[t])
    reset_term, states = np.empty((steps, n, batch), x.dtype), np.empty((steps + 1, n, batch), x.dtype)
    states[0] = h0.T
    if reset_after:
        c = np.empty((n, batch), x.dtype)
        for i in range(n):
            c[i] = c_h[i]
        forward_reset_after(gates, reset_term, states, recurrent_kernel, c, mask)
    else:
        forward_reset_before(gates, reset_term, states, recurrent_kernel, mask)
    for t in range(steps):
        for b in range(batch):
            for i in range(n):
                hidden_states[b, t, i] = states[t + 1, i, b]
    return inputs, gates, reset_term, states


@compiled
def backward_pass(
    grad: NDArray,
    inputs: NDArray,
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    kernel: NDArray,
    recurrent_kernel: NDArray,
    limit: float,
    reset_after: bool,
    go_backwards: bool,
    d_x: NDArray,
    d_h0: NDArray,
) -> tuple[NDArray, NDArray, NDArray]:
    """Fill d_x (B, T, m) and d_h0 (B, n); return the gradients of kernel and b (3n, m + 1), recurrent kernel, and c.

    grad is (B, T, n), then follow the arrays of a `GRUCache`, and kernel (m, 3n) without the bias.
    """
    (steps, n, batch), m = reset_term.shape, len(kernel)
    d_states = np.empty_like(reset_term)
    for t in range(steps):
        for i in range(n):
            for b in range(batch):
                d_states[t, i, b] = grad[b, t, i]
    past = _flat(states[:-1])
    if reset_after:
        d_sums = np.empty((steps, 4 * n, batch), gates.dtype)
        d_h = backward_reset_after(d_states, gates, reset_term, states, recurrent_kernel, limit, d_sums)
        d_flat = _flat(d_sums)
        ones = np.ones(steps * batch, gates.dtype)  # Numba's sum over an axis would take 40 times as long
        d_hzr, d_c_hzr = np.dot(d_flat[: 3 * n], past.T), np.dot(d_flat[: 3 * n], ones)
        d_recurrent, d_c = np.concatenate((d_hzr[n:], d_hzr[:n])), np.concatenate((d_c_hzr[n:], d_c_hzr[:n]))
        d_flat = d_flat[n:]
    else:
        d_sums = np.empty_like(gates)
        d_h = backward_reset_before(d_states, gates, reset_term, states, recurrent_kernel, limit, d_sums)
        d_flat = _flat(d_sums)
        d_zr, d_g = np.dot(d_flat[: 2 * n], past.T), np.dot(d_flat[2 * n :], _flat(reset_term).T)
        d_recurrent, d_c = np.concatenate((d_zr, d_g)), np.empty(0, gates.dtype)
    d_kernel = np.dot(d_flat, _flat(inputs).T)
    d_inputs = np.dot(kernel, d_flat)
    for t in range(steps):
        read = steps - 1 - t if go_backwards else t
        for b in range(batch):
            for k in range(m):
                d_x[b, read, k] = d_inputs[k, t * batch + b]
    d_h0[:] = d_h.T
    return d_kernel, d_recurrent, d_c


@compiled
def _flat(stack: NDArray) -> NDArray:
    """Return (T, k, B) as (k, T B), as `backward` does."""
    steps, rows, batch = stack.shape
    flat = np.empty((rows, steps * batch), stack.dtype)
    for k in range(rows):
        for t in range(steps):
            for b in range(batch):
                flat[k, t * batch + b] = stack[t, k, b]
    return flat
