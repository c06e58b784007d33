"""The forward pass without waste: stages 1 to 7 of the chapter *Making it fast* on top of `forward`."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.cache import Activations, GRUCache
from gru_lib.scratch.checks import float_array, instance, same_dtype, same_shape
from gru_lib.scratch.forward import batch_first, checked_arguments, reserve, sigmoid
from gru_lib.scratch.weights import GRUWeights


def gru_step(x_t: ArrayLike, h: ArrayLike, weights: GRUWeights, *, reset_after: bool = True) -> NDArray:
    """Return the state after one step, with one product for three gates (stage 1).

    Parameters
    ----------
    x_t : (B, m) array
        Input at this step.
    h : (B, n) array
        State before this step.
    weights : GRUWeights
        Of m features and n units, in the dtype of `x_t` and `h`.
    reset_after : bool
        True: the reset gate acts after the recurrent product (Keras's default, Cho et al. 2014 v1).
        False: it acts on the state before the product (Cho et al. 2014 v3, equations 5 to 8).

    Returns
    -------
    (B, n) array

    Raises
    ------
    ValueError
        If a shape or a dtype does not fit the weights, or `reset_after` is not True or False.
    TypeError
        If weights are no GRUWeights, or an array is a masked one.

    Notes
    -----
    Derived in the chapter *The GRU equations*.
    """
    x_t, h = float_array("x_t", x_t, 2), float_array("h", h, 2)
    n = instance("weights", weights, GRUWeights).units
    same_shape("x_t", x_t, (len(x_t), weights.input_size), "batch, features of the kernel")
    same_shape("h", h, (len(x_t), n), "batch of x_t, units")
    same_dtype("x_t", x_t, weights.dtype)
    same_dtype("h", h, weights.dtype)
    b, c = weights.split_bias(reset_after)

    x_part = x_t @ weights.kernel + b
    h_part = h @ weights.recurrent_kernel + c
    z = sigmoid(x_part[:, :n] + h_part[:, :n])
    r = sigmoid(x_part[:, n : 2 * n] + h_part[:, n : 2 * n])
    reset_part = r * h_part[:, 2 * n :] if reset_after else (r * h) @ weights.recurrent_kernel[:, 2 * n :]
    g = np.tanh(x_part[:, 2 * n :] + reset_part)
    return z * h + (1 - z) * g


def gru_forward(
    x: ArrayLike,
    weights: GRUWeights,
    *,
    h0: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    reset_after: bool = True,
    go_backwards: bool = False,
) -> tuple[NDArray, GRUCache]:
    """Run a GRU over a batch of sequences.

    Parameters
    ----------
    x : (B, T, m) array
        Input sequences, float32 or float64 as the weights (stage 3). B = 0 and T = 0 are allowed.
    weights : GRUWeights
        Of m features and n units.
    h0 : (B, n) array, optional
        State before the first step; zeros if None.
    mask : (B, T) bool array, optional
        False marks a step that carries the state on unchanged, whatever x holds there.
    reset_after : bool
        See `gru_step`.
    go_backwards : bool
        Read the sequence from its end. As in Keras, the states come in the order of processing:
        the first one belongs to the last step of x.

    Returns
    -------
    hidden_states : (B, T, n) array
        The state after every step, in the dtype of the weights.
    cache : GRUCache
        For `gru_backward`; valid as long as the weights are not changed.

    Raises
    ------
    ValueError
        If a shape or a dtype does not fit, or a flag is not True or False.
    TypeError
        If weights are no GRUWeights, or an array is a masked one.

    Notes
    -----
    Derived in the chapter *The forward pass*; source: Cho et al. (2014), equations 5 to 8, as in `gru_forward_plain`.
    A masked step is computed as a step whose update gate is held at 1, which carries the state on exactly.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weights = GRUWeights.init(3, 5, rng=rng, dtype=np.float64)
    >>> hidden_states, cache = gru_forward(rng.normal(size=(2, 7, 3)), weights)
    >>> hidden_states.shape
    (2, 7, 5)
    """
    x, h0, mask = checked_arguments(x, weights, h0, mask, go_backwards)
    kernel, c_h = with_bias(weights, reset_after)
    kept = reserve(x, h0)  # stages 5 and 6: memory once, and the batch last in it
    np.matmul(kernel.T, kept.inputs, out=kept.gates)  # stage 2: every input product, outside the loop
    forward_loop(kept, weights.recurrent_kernel, c_h, None if mask is None else mask.T, bool(reset_after))
    return batch_first(kept.states[1:]), GRUCache(weights, (kept,), reset_after, go_backwards)


def with_bias(weights: GRUWeights, reset_after: bool) -> tuple[NDArray, NDArray]:
    """Return the kernel (m + 1, 3n) with the bias as the row of an input that is 1 (stage 7), and c_h (n,).

    c_h is the one bias that has to wait for the reset gate.
    """
    n = weights.units
    b, c = weights.split_bias(reset_after)
    return np.vstack([weights.kernel, b + np.append(c[: 2 * n], np.zeros(n, c.dtype))]), c[2 * n :]


def forward_loop(
    kept: Activations, recurrent_kernel: NDArray, c_h: NDArray, mask: NDArray | None, reset_after: bool
) -> None:
    """Fill reset_term and states, and turn gates from the input products into z, r, g.

    Parameters
    ----------
    kept : Activations
        With the input products and all biases but c_h in `gates`, (T, 3n, B), and the first state in `states`.
    recurrent_kernel : (n, 3n) array
    c_h : (n,) array
    mask : (T, B) bool array or None
    reset_after : bool
    """
    _, n, batch = kept.states.shape
    kernel, c_h = recurrent_kernel.T, np.repeat(c_h[:, None], batch, axis=1)
    product, rest = np.empty((3 * n, batch), c_h.dtype), np.empty_like(c_h)
    for t, h in enumerate(kept.states[:-1]):
        gates, q = kept.gates[t], kept.reset_term[t]
        if reset_after:
            np.matmul(kernel, h, out=product)  # stage 1: all three gates in one product
            np.add(product[2 * n :], c_h, out=q)
            _open_gates(gates[: 2 * n], product[: 2 * n], mask, t)
            np.multiply(gates[n : 2 * n], q, out=rest)
        else:  # two products, since the second one waits for r
            np.matmul(kernel[: 2 * n], h, out=product[: 2 * n])
            _open_gates(gates[: 2 * n], product[: 2 * n], mask, t)
            np.multiply(gates[n : 2 * n], h, out=q)
            np.matmul(kernel[2 * n :], q, out=rest)
        _new_state(gates, rest, h, out=kept.states[t + 1])


def _open_gates(gates: NDArray, product: NDArray, mask: NDArray | None, t: int) -> None:
    """Turn (2n, B) sums of z and r into gates in place; a masked sequence gets z = 1, which keeps its state."""
    gates += product
    gates *= 0.5  # stage 4: the sigmoid by tanh
    np.tanh(gates, out=gates)
    gates *= 0.5
    gates += 0.5
    if mask is not None:
        np.copyto(gates[: len(gates) // 2], 1, where=~mask[t])


def _new_state(gates: NDArray, reset_part: NDArray, h: NDArray, out: NDArray) -> None:
    """Write z h + (1 - z) g to `out`, (n, B), from (3n, B) gates; `reset_part` (n, B) is used up."""
    z, _, g = split_gates(gates)
    g += reset_part
    np.tanh(g, out=g)
    np.multiply(z, h, out=out)
    np.subtract(1, z, out=reset_part)
    reset_part *= g
    out += reset_part


def split_gates(array: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return the rows of z, r and g of (3n, B); `np.split` would take longer than a small product."""
    n = len(array) // 3
    return array[:n], array[n : 2 * n], array[2 * n :]
