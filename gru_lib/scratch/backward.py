"""Backpropagation through time as it is derived; `fast_backward` computes the same in less time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.cache import GRUCache
from gru_lib.scratch.checks import float_array, instance, same_dtype, same_shape


@dataclass(frozen=True, eq=False)
class GRUGradients:
    """Gradients of a scalar loss; each has the shape of what it belongs to (bias None if there is none).

    Derived in the chapter *Backpropagation through time*.
    """

    kernel: NDArray
    recurrent_kernel: NDArray
    bias: NDArray | None
    x: NDArray
    h0: NDArray

    def arrays(self) -> list[NDArray]:
        """Return the gradients of the weights in the order of `GRUWeights.arrays`."""
        return [array for array in (self.kernel, self.recurrent_kernel, self.bias) if array is not None]


def gru_backward_plain(grad_hidden_states: ArrayLike, cache: GRUCache) -> GRUGradients:
    """Carry the gradient of a loss back, one derivative a line: the form that every faster one is held against.

    Parameters, returned gradients and errors are those of `gru_backward`; the cache may come from any forward pass.

    Notes
    -----
    Derived in the chapter *Backpropagation through time*, whose names these are: delta is the gradient of a state,
    alpha those of the sums inside sigmoid and tanh.
    """
    grad, weights, kept = checked_gradient(grad_hidden_states, cache), cache.weights, cache.activations
    U_z, U_r, U_h = np.split(weights.recurrent_kernel, 3, axis=1)
    d_kernel, d_recurrent = np.zeros_like(weights.kernel), np.zeros_like(weights.recurrent_kernel)
    d_b, d_c = np.zeros((2, d_kernel.shape[1]), grad.dtype)
    d_x, delta = np.empty((*grad.shape[:2], weights.input_size), grad.dtype), np.zeros_like(kept.states[0].T)
    for t in reversed(range(grad.shape[1])):
        x_t, h, q = kept.inputs[t, :-1].T, kept.states[t].T, kept.reset_term[t].T
        z, r, g = np.split(kept.gates[t].T, 3, axis=1)
        delta = delta + grad[:, t]
        alpha_z = delta * (h - g) * z * (1 - z)
        alpha_h = delta * (1 - z) * (1 - g**2)
        if cache.reset_after:
            alpha_q = r * alpha_h
            alpha_r = alpha_h * q * r * (1 - r)
            through_q, d_U_h = alpha_q @ U_h.T, h.T @ alpha_q
        else:
            alpha_q = alpha_h @ U_h.T
            alpha_r = alpha_q * h * r * (1 - r)
            through_q, d_U_h = alpha_q * r, q.T @ alpha_h
        alphas = np.hstack([alpha_z, alpha_r, alpha_h])
        d_kernel += x_t.T @ alphas
        d_recurrent += np.hstack([h.T @ alpha_z, h.T @ alpha_r, d_U_h])
        d_b += alphas.sum(axis=0)
        d_c += np.hstack([alpha_z, alpha_r, alpha_q]).sum(axis=0)
        d_x[:, t] = alphas @ weights.kernel.T
        delta = z * delta + alpha_z @ U_z.T + alpha_r @ U_r.T + through_q
    return gradients_of(cache, d_kernel, d_recurrent, d_b, d_c, d_x, delta)


def checked_gradient(grad: ArrayLike, cache: GRUCache) -> NDArray:
    """Return grad_hidden_states (B, T, n) as an array that belongs to the cache, or raise an error."""
    expected = instance("cache", cache, GRUCache).shape
    grad = float_array("grad_hidden_states", grad, 3)
    same_shape("grad_hidden_states", grad, expected, "as the hidden states")
    return same_dtype("grad_hidden_states", grad, cache.weights.dtype)


def gradients_of(
    cache: GRUCache, kernel: NDArray, recurrent: NDArray, b: NDArray, c: NDArray, x: NDArray, h0: NDArray
) -> GRUGradients:
    """Return the gradients in the shapes of what they belong to, from those of b, c (3n,) and x as processed."""
    bias = np.stack([b, c]) if cache.reset_after else b
    return GRUGradients(
        kernel=np.ascontiguousarray(kernel),
        recurrent_kernel=np.ascontiguousarray(recurrent),
        bias=None if cache.weights.bias is None else np.ascontiguousarray(bias),
        x=np.ascontiguousarray(x[:, ::-1] if cache.go_backwards else x),
        h0=np.ascontiguousarray(h0),
    )
