"""Backpropagation through time for the GRU."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch import loops
from gru_lib.scratch.checks import float_array, same_dtype, same_shape
from gru_lib.scratch.forward import GRUCache
from gru_lib.scratch.weights import GRUWeights


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
    grad = checked_gradient(grad_hidden_states, cache.reset_term.shape, cache.weights)
    n, recurrent_kernel = cache.weights.units, cache.weights.recurrent_kernel
    steps, gate_rows, batch = cache.gates.shape
    walk = loops.backward_reset_after if cache.reset_after else loops.backward_reset_before
    d_sums = np.empty((steps, gate_rows + n if cache.reset_after else gate_rows, batch), grad.dtype)
    d_states = grad.transpose(1, 2, 0).copy()
    kept = cache.gates, cache.reset_term, cache.states
    d_h0 = walk(d_states, *kept, recurrent_kernel, vanished(grad), d_sums)

    d_flat, h_flat = _flat(d_sums), _flat(cache.states[:-1])
    if cache.reset_after:
        d_recurrent = np.roll(d_flat[: 3 * n] @ h_flat.T, -n, axis=0)
        d_c = np.roll(d_flat[: 3 * n].sum(axis=1), -n)
        d_flat = d_flat[n:]
    else:
        d_recurrent = np.vstack([d_flat[: 2 * n] @ h_flat.T, d_flat[2 * n :] @ _flat(cache.reset_term).T])
        d_c = None
    d_x = (cache.weights.kernel @ d_flat).reshape(cache.weights.input_size, steps, batch).transpose(2, 1, 0)
    d_kernel = d_flat @ _flat(cache.inputs).T  # the last input is 1, and its weight is b
    return GRUGradients(
        kernel=d_kernel[:, :-1].T.copy(),
        recurrent_kernel=d_recurrent.T.copy(),
        bias=bias_gradient(cache.weights, d_kernel[:, -1].copy(), d_c),
        x=np.ascontiguousarray(d_x[:, ::-1] if cache.go_backwards else d_x),
        h0=d_h0.T.copy(),
    )


def checked_gradient(grad: ArrayLike, shape: tuple[int, int, int], weights: GRUWeights) -> NDArray:
    """Return grad_hidden_states as an array for a cache of shape (T, n, B), or raise ValueError."""
    steps, n, batch = shape
    grad = float_array("grad_hidden_states", grad, 3)
    same_shape("grad_hidden_states", grad, (batch, steps, n), "as the hidden states")
    return same_dtype("grad_hidden_states", grad, weights.dtype)


def bias_gradient(weights: GRUWeights, d_b: NDArray, d_c: NDArray | None) -> NDArray | None:
    """Return the gradient of the bias in its shape: two rows with reset after, one with reset before, None for none."""
    if weights.bias is None:
        return None
    return d_b if d_c is None else np.stack([d_b, d_c])


def _flat(stack: NDArray) -> NDArray:
    """Return (T, k, B) as (k, T B): a product of two such matrices sums over steps and batch at once."""
    steps, k, batch = stack.shape
    return stack.swapaxes(0, 1).reshape(k, steps * batch)


def vanished(grad: NDArray) -> float:
    """Return the size below which the walk back sets a gradient to zero: 1e-31 in float32, 1e-292 in float64.

    Below 1e-38 a float32 is subnormal, and many processors compute with subnormal numbers very slowly.
    The limit moves down with gradients that all come in small, so that what is lost is never seen in a sum.
    """
    info = np.finfo(grad.dtype)
    largest = max(grad.max(initial=0), -grad.min(initial=0))
    return float(min(1, largest) * info.tiny / info.eps)
