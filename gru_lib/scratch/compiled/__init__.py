"""The same GRU with compiled loops, and the batch shared between threads; needs Numba (extra "fast").

`gru_forward` and `gru_backward` are those of `gru_lib.scratch`, the first one with the number of threads as one more
argument. The chapter *Making it fast* derives them under *One pass over the numbers* and *Threads*.
"""

import functools
import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.backward import GRUGradients, checked_gradient, gradients_of
from gru_lib.scratch.cache import Activations, GRUCache
from gru_lib.scratch.checks import positive_integer
from gru_lib.scratch.fast_backward import underflow_threshold
from gru_lib.scratch.fast_forward import with_bias
from gru_lib.scratch.forward import checked_arguments
from gru_lib.scratch.weights import GRUWeights

try:
    import scipy.linalg.cython_blas  # noqa: F401  (where Numba finds its products; threadpoolctl must see it loaded)

    from gru_lib.scratch.compiled.passes import backward_pass, forward_pass
    from gru_lib.scratch.compiled.threads import run_shares
except ModuleNotFoundError as error:
    message = f"gru_lib.scratch.compiled needs {error.name}; pip install 'gru-book[fast]' brings it"
    raise ModuleNotFoundError(message, name=error.name) from error


def gru_forward(
    x: ArrayLike,
    weights: GRUWeights,
    *,
    h0: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    reset_after: bool = True,
    go_backwards: bool = False,
    threads: int = 1,
) -> tuple[NDArray, GRUCache]:
    """Run a GRU over a batch of sequences, see `gru_lib.scratch.gru_forward`.

    Parameters
    ----------
    threads : int
        Into how many shares the batch is divided; a thread runs the whole sequence for its share, and no more threads
        run than there are cores. States agree for every number of threads up to rounding.

    Returns
    -------
    hidden_states : (B, T, n) array
    cache : GRUCache
        With that many shares; either `gru_backward` reads it, this one with as many threads.
    """
    x, h0, mask = checked_arguments(x, weights, h0, mask, go_backwards)
    kernel, c_h = with_bias(weights, reset_after)
    in_rows = np.zeros((len(x), 0), bool) if mask is None else mask
    x, h0, recurrent_kernel = map(_in_one_piece, (x, h0, weights.recurrent_kernel.T))
    hidden_states = np.empty((*x.shape[:2], weights.units), x.dtype)

    def run(rows: slice) -> Activations:
        share_of_mask, c = _in_one_piece(in_rows[rows].T), np.repeat(c_h, len(x[rows]))
        arguments = x[rows], h0[rows], share_of_mask, kernel, recurrent_kernel, c, bool(reset_after)
        return Activations(*forward_pass(*arguments, hidden_states[rows]))

    edges = _edges(len(x), threads)
    shares = run_shares(run, [slice(*pair) for pair in itertools.pairwise(edges)])
    return hidden_states, GRUCache(weights, tuple(shares), reset_after, go_backwards)


def gru_backward(grad_hidden_states: ArrayLike, cache: GRUCache) -> GRUGradients:
    """Carry the gradient of a loss back, see `gru_lib.scratch.gru_backward`; one thread for each share of the cache."""
    grad, weights = checked_gradient(grad_hidden_states, cache), cache.weights
    threshold, ends = underflow_threshold(grad), np.cumsum([0, *cache.sizes])
    kernel_hzr = np.roll(weights.recurrent_kernel, weights.units, axis=1).T
    grad, *kernels = map(_in_one_piece, (grad, weights.kernel, kernel_hzr))
    d_x = np.empty((*grad.shape[:2], weights.input_size), grad.dtype)
    d_h0 = np.empty((len(grad), weights.units), grad.dtype)

    def run(share: int) -> tuple[NDArray, ...]:
        rows = slice(*ends[share : share + 2])
        arguments = grad[rows], cache.shares[share], *kernels, threshold, cache.reset_after
        return backward_pass(*arguments, d_x[rows], d_h0[rows])

    found = run_shares(run, range(len(cache.shares)))
    d_kernel, d_recurrent, d_c = (functools.reduce(np.add, parts) for parts in zip(*found, strict=True))
    if cache.reset_after:
        d_recurrent, d_c = (np.roll(array, -weights.units, axis=0) for array in (d_recurrent, d_c))
    return gradients_of(cache, d_kernel[:, :-1].T, d_recurrent.T, d_kernel[:, -1], d_c, d_x, d_h0)


def _edges(batch: int, threads: int) -> list[int]:
    """Return where the shares of a batch begin and end: even, and none empty unless the batch is."""
    count = max(1, min(batch, positive_integer("threads", threads)))
    return [batch * share // count for share in range(count + 1)]


def _in_one_piece(array: NDArray) -> NDArray:
    """Return the array without gaps and writable: Numba would compile anew for every other kind."""
    return np.require(array, requirements=["C", "W"])
