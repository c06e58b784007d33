"""The loops over time, in NumPy: what must be done step after step, and nothing else.

Everything is time first and batch last, (T, rows, B): each gate of a step is one piece of memory, and no call of
NumPy works on short rows. `compiled_loops` has the same four functions for Numba.
"""

import numpy as np
from numpy.typing import NDArray


def forward_reset_after(
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    recurrent_kernel: NDArray,
    c_h: NDArray,
    mask: NDArray | None,
) -> None:
    """Fill states and reset_term, and turn gates from the input products into z, r, g.

    Parameters
    ----------
    gates : (T, 3n, B) array
        Input products and all biases but c_h.
    reset_term : (T, n, B) array
        Becomes h U_h + c_h.
    states : (T + 1, n, B) array
        Of which the first one is given.
    recurrent_kernel : (n, 3n) array
    c_h : (n, B) array
    mask : (T, B) bool array or None
    """
    n, batch = c_h.shape
    product, reset_part = np.empty((3 * n, batch), gates.dtype), np.empty_like(c_h)
    for t, h in enumerate(states[:-1]):
        np.matmul(recurrent_kernel.T, h, out=product)  # all three gates in one product
        np.add(product[2 * n :], c_h, out=reset_term[t])
        _open_gates(gates[t, : 2 * n], product[: 2 * n], mask, t)
        np.multiply(gates[t, n : 2 * n], reset_term[t], out=reset_part)
        _new_state(gates[t], reset_part, h, out=states[t + 1])


def forward_reset_before(
    gates: NDArray, reset_term: NDArray, states: NDArray, recurrent_kernel: NDArray, mask: NDArray | None
) -> None:
    """As `forward_reset_after`; two products a step, since the second one waits for r. reset_term becomes r h."""
    _, n, batch = reset_term.shape
    kernel_zr, kernel_h = recurrent_kernel[:, : 2 * n], recurrent_kernel[:, 2 * n :]
    product, reset_part = np.empty((2 * n, batch), gates.dtype), np.empty((n, batch), gates.dtype)
    for t, h in enumerate(states[:-1]):
        np.matmul(kernel_zr.T, h, out=product)
        _open_gates(gates[t, : 2 * n], product, mask, t)
        np.multiply(gates[t, n : 2 * n], h, out=reset_term[t])
        np.matmul(kernel_h.T, reset_term[t], out=reset_part)
        _new_state(gates[t], reset_part, h, out=states[t + 1])


def _open_gates(gates: NDArray, product: NDArray, mask: NDArray | None, t: int) -> None:
    """Turn the sums of z and r into gates in place; a masked sequence gets z = 1, which keeps its state."""
    gates += product
    gates *= 0.5  # the sigmoid, by tanh: no a overflows
    np.tanh(gates, out=gates)
    gates *= 0.5
    gates += 0.5
    if mask is not None:
        np.copyto(gates[: len(gates) // 2], 1, where=~mask[t])


def _new_state(gates: NDArray, reset_part: NDArray, h: NDArray, out: NDArray) -> None:
    """Write z h + (1 - z) g to `out`; `reset_part` is used up."""
    z, _, g = parts(gates, len(h))
    g += reset_part
    np.tanh(g, out=g)
    np.multiply(z, h, out=out)
    np.subtract(1, z, out=reset_part)
    reset_part *= g
    out += reset_part


def backward_reset_after(
    d_states: NDArray,
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    recurrent_kernel: NDArray,
    limit: float,
    d_sums: NDArray,
) -> NDArray:
    """Fill d_sums, and return the gradient of the initial state, (n, B).

    Parameters
    ----------
    d_states : (T, n, B) array
    gates, reset_term, states : arrays
        From the forward loop.
    recurrent_kernel : (n, 3n) array
    limit : float
        Smaller numbers are set to zero on the way back, see `gru_lib.scratch.backward.vanished`.
    d_sums : (T, 4n, B) array
        Gradients with respect to what is summed before r acts, z, r and g: rows n and later belong to the input
        product, the first 3n rows to the recurrent one.
    """
    n = len(recurrent_kernel)
    kernel_hzr = np.roll(recurrent_kernel, n, axis=1)
    d_h, back = np.zeros_like(states[0]), np.empty_like(states[0])
    for t in reversed(range(len(d_states))):
        z, r, _ = parts(gates[t], n)
        d_rg, d_z, d_r, d_g = parts(d_sums[t], n)
        d_h += d_states[t]
        _flush(d_h, limit, t)
        _through_update(d_h, gates[t], states[t], d_z, d_g)
        np.multiply(d_g, r, out=d_rg)
        np.subtract(1, r, out=d_r)
        d_r *= reset_term[t]
        d_r *= d_rg
        np.matmul(kernel_hzr, d_sums[t, : 3 * n], out=back)
        d_h *= z  # the straight way through the update gate
        d_h += back
    return d_h


def backward_reset_before(
    d_states: NDArray,
    gates: NDArray,
    reset_term: NDArray,
    states: NDArray,
    recurrent_kernel: NDArray,
    limit: float,
    d_sums: NDArray,
) -> NDArray:
    """As `backward_reset_after`; d_sums is (T, 3n, B), with respect to the sums in z, r and g."""
    n = len(recurrent_kernel)
    kernel_zr, kernel_h = recurrent_kernel[:, : 2 * n], recurrent_kernel[:, 2 * n :]
    d_h, back = np.zeros_like(states[0]), np.empty_like(states[0])
    for t in reversed(range(len(d_states))):
        z, r, _ = parts(gates[t], n)
        d_z, d_r, d_g = parts(d_sums[t], n)
        d_h += d_states[t]
        _flush(d_h, limit, t)
        _through_update(d_h, gates[t], states[t], d_z, d_g)
        np.matmul(kernel_h, d_g, out=back)  # with respect to r h
        np.subtract(1, r, out=d_r)
        d_r *= reset_term[t]  # r h (1 - r)
        d_r *= back
        back *= r
        d_h *= z
        d_h += back
        np.matmul(kernel_zr, d_sums[t, : 2 * n], out=back)
        d_h += back
    return d_h


def _flush(d_h: NDArray, limit: float, t: int) -> None:
    if t % 8 == 0:  # often enough: in so few steps nothing falls from the limit to a subnormal number
        d_h *= np.abs(d_h) >= limit


def _through_update(d_h: NDArray, gates: NDArray, h: NDArray, d_z: NDArray, d_g: NDArray) -> None:
    """Write the gradients of the sums in the update gate and in the candidate."""
    z, _, g = parts(gates, len(h))
    through_g = 1 - z
    through_g *= d_h
    np.multiply(g, g, out=d_g)
    np.subtract(1, d_g, out=d_g)
    d_g *= through_g
    np.subtract(h, g, out=d_z)
    d_z *= z
    d_z *= through_g


def parts(array: NDArray, n: int) -> list[NDArray]:
    """Return the pieces of n rows; `np.split` would take longer than a small product."""
    return [array[row : row + n] for row in range(0, len(array), n)]
