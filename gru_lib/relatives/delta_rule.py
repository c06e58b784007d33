"""The gated delta rule: the state is a matrix, and a step rewrites what it answers to one key.

    S_t = keep_t S_{t-1} + write_t k_t^T (v_t - k_t (keep_t S_{t-1}))

Songlin Yang, Jan Kautz & Ali Hatamizadeh, Gated Delta Networks, 2025: their beta is `write`, their alpha `keep`.
With one key of length 1 that never changes and keep = 1 the row k S is a GRU's state, and its z is 1 - write.
"""

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.checks import float_array, same_shape


def delta_rule(
    keys: NDArray, values: NDArray, write: NDArray, *, keep: NDArray | None = None, s0: NDArray | None = None
) -> NDArray:
    """Return the state after every step.

    Parameters
    ----------
    keys : (B, T, d) array
        Of length 1; the rule then rewrites a key's answer and no other's at right angles to it.
    values : (B, T, n) array
    write : (B, T) array
        Which share of a key's old answer is replaced.
    keep : (B, T) array, optional
        Which share of the whole state outlives the step; by default all of it, which is the delta rule without a gate.
    s0 : (B, d, n) array, optional
        The state before the first step; by default 0.

    Returns
    -------
    (B, T, d, n) array
        A query q (B, d) reads q S.

    Notes
    -----
    Derived in the chapter *From the GRU to today*.
    """
    batch, steps, d = float_array("keys", keys, 3).shape
    same_shape("values", float_array("values", values, 3), (batch, steps, values.shape[-1]), "as keys, and their size")
    keep = np.ones_like(write) if keep is None else keep
    for name, share in (("write", write), ("keep", keep)):
        same_shape(name, share, (batch, steps), "batch, steps of keys")
    state = np.zeros((batch, d, values.shape[-1]), values.dtype) if s0 is None else s0
    same_shape("s0", state, (batch, d, values.shape[-1]), "batch, size of keys, size of values")
    states = np.empty((batch, steps, *state.shape[1:]), values.dtype)
    for t in range(steps):
        k, state = keys[:, t, :, None], keep[:, t, None, None] * state
        answer = (k * state).sum(axis=1)
        state = states[:, t] = state + k * (write[:, t, None] * (values[:, t] - answer))[:, None]
    return states
