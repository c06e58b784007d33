"""A whole forward or backward pass in one compiled call, so that a thread never waits for Python.

What `fast_forward` and `fast_backward` do around their loops is done here, with loops where NumPy would copy.
"""

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.cache import Activations
from gru_lib.scratch.compiled.loops import backward_loop, compiled, forward_loop


@compiled
def forward_pass(
    x: NDArray,
    h0: NDArray,
    mask: NDArray,
    kernel: NDArray,
    recurrent_kernel: NDArray,
    c_h: NDArray,
    reset_after: bool,
    hidden_states: NDArray,
) -> Activations:
    """Fill hidden_states (B, T, n), and return the activations.

    x is (B, T, m) as processed, h0 (B, n), mask (T, B) or without steps, kernel (m + 1, 3n) with the bias in its last
    row, recurrent_kernel (3n, n), c_h (n B,).
    """
    (batch, steps, m), n, dtype = x.shape, h0.shape[1], x.dtype
    inputs, gates = np.ones((steps, m + 1, batch), dtype), np.empty((steps, 3 * n, batch), dtype)
    for t in range(steps):
        for b in range(batch):
            for k in range(m):
                inputs[t, k, b] = x[b, t, k]
        np.dot(kernel.T, inputs[t], gates[t])
    kept = Activations(inputs, gates, np.empty((steps, n, batch), dtype), np.empty((steps + 1, n, batch), dtype))
    for b in range(batch):
        for i in range(n):
            kept.states[0, i, b] = h0[b, i]
    forward_loop(kept, recurrent_kernel, c_h, mask, reset_after)
    for t in range(steps):
        for b in range(batch):
            for i in range(n):
                hidden_states[b, t, i] = kept.states[t + 1, i, b]
    return kept


@compiled
def backward_pass(
    grad: NDArray,
    kept: Activations,
    kernel: NDArray,
    recurrent_kernel: NDArray,
    threshold: float,
    reset_after: bool,
    d_x: NDArray,
    d_h0: NDArray,
) -> tuple[NDArray, NDArray, NDArray]:
    """Fill d_x (B, T, m) as processed and d_h0 (B, n); return the gradients of the weights.

    They are those of the kernel with b as its last column, (3n, m + 1), of the recurrent kernel, (3n, n), and of
    c, (3n,), with reset after those of h before those of z and r. grad is (B, T, n), kernel (m, 3n) without the bias,
    recurrent_kernel (3n, n) in that order.
    """
    (steps, n, batch), dtype = kept.reset_term.shape, grad.dtype
    d_sums, rows = np.empty((steps, 4 * n if reset_after else 3 * n, batch), dtype), 3 * n if reset_after else 2 * n
    d_h = backward_loop(grad, kept, recurrent_kernel, threshold, reset_after, d_sums)
    d_flat, d_recurrent = _flat(d_sums), np.empty((3 * n, n), dtype)
    np.dot(d_flat[:rows], _flat(kept.states[:-1]).T, d_recurrent[:rows])
    if reset_after:  # Numba's sum over an axis would take 40 times as long as this product
        d_c = np.dot(d_flat[:rows], np.ones(steps * batch, dtype))
    else:
        d_c = np.empty(0, dtype)
        np.dot(d_flat[rows:], _flat(kept.reset_term).T, d_recurrent[rows:])
    d_inputs = np.dot(kernel, d_flat[-3 * n :])
    for b in range(batch):
        for i in range(n):
            d_h0[b, i] = d_h[i, b]
        for t in range(steps):
            for k in range(len(kernel)):
                d_x[b, t, k] = d_inputs[k, t * batch + b]
    return np.dot(d_flat[-3 * n :], _flat(kept.inputs).T), d_recurrent, d_c


@compiled
def _flat(stack: NDArray) -> NDArray:
    """Return (T, k, B) as (k, T B), as `fast_backward` does."""
    steps, rows, batch = stack.shape
    flat = np.empty((rows, steps * batch), stack.dtype)
    for k in range(rows):
        for t in range(steps):
            for b in range(batch):
                flat[k, t * batch + b] = stack[t, k, b]
    return flat
