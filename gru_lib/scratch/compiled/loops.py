"""The loops over time of `fast_forward` and `fast_backward`, compiled by Numba.

What NumPy does in a dozen passes over a step is one pass here (*One pass over the numbers* in the chapter *Making it
fast*), and the threads of `compiled` can run side by side, since compiled code does not hold Python's lock.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

from gru_lib.scratch.cache import Activations


def compiled(function: Callable) -> Callable:
    """Compile a function at its first call, and keep the result on disk where there is a place for it."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz"}}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # a read-only installation and no home folder: every process compiles anew
        return njit(**options)(function)


# tanh(x) = x P(x²) / Q(x²) for |x| <= 8, relative error 7e-9 before rounding: a fit, see the chapter on speed.
# A loop over tanhf cannot be vectorised, a loop over this can.
P = tuple(np.float32(p) for p in (0.999999994, 0.134446365, 0.00357176275, 2.18973897e-05, 1.52342587e-08))
Q = tuple(np.float32(q) for q in (1, 0.467779639, 0.0261650691, 0.000341156199, 8.52400385e-07))
EDGE, ONE = np.float32(8), np.float32(1)  # beyond the edge 1 is as near


def _tanh(x: Any) -> Any:
    raise NotImplementedError("only compiled code calls this")


@overload(_tanh, inline="always")
def _tanh_of_type(x: Any) -> Any:
    if x != types.float32:

        def tanh(x: Any) -> Any:
            return math.tanh(x)

        return tanh

    def tanh_float32(x: Any) -> Any:
        s = x * x
        numerator = x * ((((P[4] * s + P[3]) * s + P[2]) * s + P[1]) * s + P[0])
        denominator = (((Q[4] * s + Q[3]) * s + Q[2]) * s + Q[1]) * s + Q[0]
        inside = numerator / denominator
        return ONE if x > EDGE else -ONE if x < -EDGE else inside  # NaN stays NaN

    return tanh_float32


@compiled
def forward_loop(kept: Activations, kernel: NDArray, c_h: NDArray, mask: NDArray, reset_after: bool) -> None:
    """See `fast_forward.forward_loop`; here the kernel is (3n, n), c_h (n B,), and a mask without steps is none."""
    _, n, batch = kept.states.shape
    product = np.empty((3 * n, batch), c_h.dtype)
    from_past, rest = product[: 2 * n].reshape(-1), product[2 * n :].reshape(-1)
    first, one = 3 * n if reset_after else 2 * n, c_h.dtype.type(1)  # with reset before, the last rows wait for r
    for t in range(len(kept.gates)):
        z, r, g = split_gates(kept.gates[t])
        q, h, new = kept.reset_term[t].reshape(-1), kept.states[t].reshape(-1), kept.states[t + 1].reshape(-1)
        np.dot(kernel[:first], kept.states[t], product[:first])
        _open_gates(kept.gates[t, : 2 * n], from_past, mask, t)
        if reset_after:
            for i in range(h.size):
                q[i] = rest[i] + c_h[i]
        else:
            for i in range(h.size):
                q[i] = r[i] * h[i]
            np.dot(kernel[2 * n :], kept.reset_term[t], product[2 * n :])
        for i in range(h.size):
            g[i] = _tanh(g[i] + (r[i] * q[i] if reset_after else rest[i]))
            new[i] = z[i] * h[i] + (one - z[i]) * g[i]


@compiled
def _open_gates(gates: NDArray, from_past: NDArray, mask: NDArray, t: int) -> None:
    half, flat = gates.dtype.type(0.5), gates.reshape(-1)
    for i in range(flat.size):
        flat[i] = half * _tanh(half * (flat[i] + from_past[i])) + half
    if len(mask):
        for row in gates[: len(gates) // 2]:
            for i in range(row.size):
                if not mask[t, i]:
                    row[i] = 1


@compiled
def backward_loop(
    grad: NDArray, kept: Activations, kernel: NDArray, threshold: float, reset_after: bool, d_sums: NDArray
) -> NDArray:
    """See `fast_backward.backward_loop`; here the kernel is (3n, n), rows of h before those of z and r."""
    (steps, n, batch), dtype = kept.reset_term.shape, kept.gates.dtype
    one, zero, smallest = dtype.type(1), dtype.type(0), dtype.type(threshold)
    kernel_back = kernel if reset_after else kernel[n:]
    d_h, back, through_q = np.zeros((n, batch), dtype), np.zeros((n, batch), dtype), np.zeros((n, batch), dtype)
    d, arriving, d_q = d_h.reshape(-1), back.reshape(-1), through_q.reshape(-1)
    for t in range(steps - 1, -1, -1):
        (z, r, g), (d_z, d_r, d_g) = split_gates(kept.gates[t]), split_gates(d_sums[t, -3 * n :])
        q, h, d_rg = kept.reset_term[t].reshape(-1), kept.states[t].reshape(-1), d_sums[t, :n].reshape(-1)
        for i in range(n):
            for b in range(batch):
                d_h[i, b] += grad[b, t, i]
        for i in range(d.size):
            total = d[i] + arriving[i]
            total = zero if abs(total) < smallest else total
            through_g = total * (one - z[i])
            d_g[i] = through_g * (one - g[i] * g[i])
            d_z[i] = through_g * z[i] * (h[i] - g[i])
            d[i] = total * z[i]
            if reset_after:
                d_rg[i] = d_g[i] * r[i]
                d_r[i] = d_rg[i] * q[i] * (one - r[i])
        if not reset_after:
            np.dot(kernel[:n].T, d_sums[t, 2 * n :], through_q)
            for i in range(d.size):
                d_r[i] = d_q[i] * q[i] * (one - r[i])
                d[i] += d_q[i] * r[i]
        np.dot(kernel_back.T, d_sums[t, : len(kernel_back)], back)
    for i in range(d.size):
        d[i] += arriving[i]
    return d_h


@compiled
def split_gates(rows: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return the rows of z, r and g, each as one run of numbers."""
    n = len(rows) // 3
    return rows[:n].reshape(-1), rows[n : 2 * n].reshape(-1), rows[2 * n :].reshape(-1)
