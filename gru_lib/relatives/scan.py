"""All steps of a linear recurrence at once.

    h_t = h_{t-1} a_t + b_t

where a_t is a number for each unit, or a matrix. Two steps in a row are one step of the same kind,
(a, b) then (a', b') = (a a', b a' + b'), so that steps can be joined in any grouping.
W. Daniel Hillis & Guy L. Steele, Data Parallel Algorithms, 1986; for networks Eric Martin & Chris Cundy, 2018.
"""

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.checks import float_array, same_shape


def scan(a: NDArray, b: NDArray, h0: NDArray | None = None) -> NDArray:
    """Return all states in about log2(T) rounds: in each one, every step is joined to what is d steps before it.

    Parameters
    ----------
    a : (B, T, n) or (B, T, n, n) array
        What the state is multiplied by; a row vector times a matrix, where it is one.
    b : (B, T, n) array
        What is added.
    h0 : (B, n) array, optional
        The state before the first step; by default 0.

    Returns
    -------
    (B, T, n) array

    Notes
    -----
    Derived in the chapter *All steps at once*.

    Examples
    --------
    >>> scan(np.full((1, 4, 1), 0.5), np.ones((1, 4, 1))).ravel().tolist()
    [1.0, 1.5, 1.75, 1.875]
    """
    float_array("b", b, 3)
    mixes = np.ndim(a) == 4
    same_shape("a", a, (*b.shape, *b.shape[2:] * mixes), "as b, or a matrix for each step")
    a, states, distance = np.array(a), np.array(b), 1
    if h0 is not None and b.shape[1]:
        same_shape("h0", h0, b[:, 0].shape, "batch, units of b")
        states[:, 0] += times(h0, a[:, 0])
    while distance < b.shape[1]:
        states[:, distance:] += times(states[:, :-distance], a[:, distance:])
        earlier, later = a[:, :-distance], a[:, distance:]
        a[:, distance:] = earlier @ later if mixes else earlier * later
        distance *= 2
    return states


def times(h: NDArray, a: NDArray) -> NDArray:
    """Return h (..., n) times a, which is (..., n), or (..., n, n) matrices."""
    return h * a if a.ndim == h.ndim else (h[..., None, :] @ a)[..., 0, :]
