"""The loops over time, compiled by Numba: the same four functions as in `loops`.

What NumPy does in a dozen passes over a step is one pass here, and the threads of `compiled` can run side by side,
since compiled code does not hold Python's lock.
"""

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload
from numpy.typing import NDArray

compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "nsz"})

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
def forward_reset_after(
    gates: NDArray, reset_term: NDArray, states: NDArray, recurrent_kernel: NDArray, c_h: NDArray, mask: NDArray | None
) -> None:
    """See `loops.forward_reset_after`."""
    n, batch = c_h.shape
    product, c_h = np.empty((3 * n, batch), gates.dtype), c_h.reshape(-1)
    for t in range(len(gates)):
        np.dot(recurrent_kernel.T, states[t], product)
        flat, term = product.reshape(-1), reset_term[t].reshape(-1)
        for i in range(n * batch):
            term[i] = flat[2 * n * batch + i] + c_h[i]
        _open_gates(gates[t, : 2 * n], flat, mask, t)
        _new_state(gates[t], term, True, states[t], states[t + 1])


@compiled
def forward_reset_before(
    gates: NDArray, reset_term: NDArray, states: NDArray, recurrent_kernel: NDArray, mask: NDArray | None
) -> None:
    """See `loops.forward_reset_before`."""
    _, n, batch = reset_term.shape
    kernel_zr = np.ascontiguousarray(recurrent_kernel[:, : 2 * n].T)
    kernel_h = np.ascontiguousarray(recurrent_kernel[:, 2 * n :].T)
    product, candidate = np.empty((2 * n, batch), gates.dtype), np.empty((n, batch), gates.dtype)
    for t in range(len(gates)):
        np.dot(kernel_zr, states[t], product)
        _open_gates(gates[t, : 2 * n], product.reshape(-1), mask, t)
        r, h, term = gates[t, n : 2 * n].reshape(-1), states[t].reshape(-1), reset_term[t].reshape(-1)
        for i in range(n * batch):
            term[i] = r[i] * h[i]
        np.dot(kernel_h, reset_term[t], candidate)
        _new_state(gates[t], candidate.reshape(-1), False, states[t], states[t + 1])


@compiled
def _open_gates(gates: NDArray, product: NDArray, mask: NDArray | None, t: int) -> None:
    half, flat = gates.dtype.type(0.5), gates.reshape(-1)
    for i in range(flat.size):
        flat[i] = half * _tanh(half * (flat[i] + product[i])) + half
    if mask is not None:
        for row in gates[: len(gates) // 2]:
            for i in range(row.size):
                if not mask[t, i]:
                    row[i] = 1


@compiled
def _new_state(gates: NDArray, candidate: NDArray, reset_after: bool, h: NDArray, out: NDArray) -> None:
    one, (z, r, g) = gates.dtype.type(1), _pieces(gates, len(h))
    h, out = h.reshape(-1), out.reshape(-1)
    for i in range(h.size):
        g[i] = _tanh(g[i] + (r[i] * candidate[i] if reset_after else candidate[i]))
        out[i] = z[i] * h[i] + (one - z[i]) * g[i]


@compiled
def backward_reset_after(
    d_states: NDArray,
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    recurrent_kernel: NDArray,
    limit: float,
    d_sums: NDArray,
) -> NDArray:
    """See `loops.backward_reset_after`."""
    steps, n, batch = d_states.shape
    size, one, zero, limit = n * batch, gates.dtype.type(1), gates.dtype.type(0), gates.dtype.type(limit)
    kernel_hzr = np.hstack((recurrent_kernel[:, 2 * n :], recurrent_kernel[:, : 2 * n]))
    d_h, back = np.zeros(size, gates.dtype), np.zeros((n, batch), gates.dtype)
    arriving = back.reshape(-1)
    for t in range(steps - 1, -1, -1):
        new, term, h = d_states[t].reshape(-1), reset_term[t].reshape(-1), states[t].reshape(-1)
        z, r, g = _pieces(gates[t], n)
        d_rg, (d_z, d_r, d_g) = d_sums[t, :n].reshape(-1), _pieces(d_sums[t, n:], n)
        for i in range(size):
            d = d_h[i] + arriving[i] + new[i]
            d = zero if abs(d) < limit else d
            through_g = d * (one - z[i])
            d_g[i] = through_g * (one - g[i] * g[i])
            d_rg[i] = d_g[i] * r[i]
            d_z[i] = through_g * z[i] * (h[i] - g[i])
            d_r[i] = d_rg[i] * term[i] * (one - r[i])
            d_h[i] = d * z[i]
        np.dot(kernel_hzr, d_sums[t, : 3 * n], back)
    return d_h.reshape((n, batch)) + back


@compiled
def backward_reset_before(
    d_states: NDArray,
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    recurrent_kernel: NDArray,
    limit: float,
    d_sums: NDArray,
) -> NDArray:
    """See `loops.backward_reset_before`."""
    steps, n, batch = d_states.shape
    size, one, zero, limit = n * batch, gates.dtype.type(1), gates.dtype.type(0), gates.dtype.type(limit)
    kernel_zr = np.ascontiguousarray(recurrent_kernel[:, : 2 * n])
    kernel_h = np.ascontiguousarray(recurrent_kernel[:, 2 * n :])
    d_h = np.zeros(size, gates.dtype)
    back, through_r = np.zeros((n, batch), gates.dtype), np.zeros((n, batch), gates.dtype)
    arriving, d_rh = back.reshape(-1), through_r.reshape(-1)
    for t in range(steps - 1, -1, -1):
        new, term, h = d_states[t].reshape(-1), reset_term[t].reshape(-1), states[t].reshape(-1)
        z, r, g = _pieces(gates[t], n)
        d_z, d_r, d_g = _pieces(d_sums[t], n)
        for i in range(size):
            d = d_h[i] + arriving[i] + new[i]
            d = zero if abs(d) < limit else d
            through_g = d * (one - z[i])
            d_g[i] = through_g * (one - g[i] * g[i])
            d_z[i] = through_g * z[i] * (h[i] - g[i])
            d_h[i] = d * z[i]
        np.dot(kernel_h, d_sums[t, 2 * n :], through_r)
        for i in range(size):
            d_r[i] = d_rh[i] * term[i] * (one - r[i])
            d_h[i] += d_rh[i] * r[i]
        np.dot(kernel_zr, d_sums[t, : 2 * n], back)
    return d_h.reshape((n, batch)) + back


@compiled
def _pieces(rows: NDArray, n: int) -> tuple[NDArray, NDArray, NDArray]:
    """Return three pieces of n rows, each as one run of numbers."""
    return rows[:n].reshape(-1), rows[n : 2 * n].reshape(-1), rows[2 * n :].reshape(-1)
