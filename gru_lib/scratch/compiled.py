"""The same GRU with compiled loops, and the batch shared between threads; needs Numba (extra "fast").

`gru_forward` and `gru_backward` are those of `gru_lib.scratch`, with one more argument.
"""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.backward import GRUGradients, bias_gradient, checked_gradient, vanished
from gru_lib.scratch.checks import positive_integer
from gru_lib.scratch.forward import GRUCache, checked_arguments, with_bias
from gru_lib.scratch.weights import GRUWeights

try:
    import scipy.linalg.cython_blas  # noqa: F401  (where Numba finds its products; loaded now, so that _blas sees it)
    from threadpoolctl import ThreadpoolController

    from gru_lib.scratch.compiled_passes import backward_pass, forward_pass
except ModuleNotFoundError as error:
    message = f"gru_lib.scratch.compiled needs {error.name}; pip install 'gru-book[fast]' brings it"
    raise ModuleNotFoundError(message, name=error.name) from error

Result = TypeVar("Result")


def gru_forward(
    x: ArrayLike,
    weights: GRUWeights,
    *,
    h0: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    reset_after: bool = True,
    go_backwards: bool = False,
    threads: int = 1,
) -> tuple[NDArray, list[GRUCache]]:
    """Run a GRU over a batch of sequences, see `gru_lib.scratch.gru_forward`.

    Parameters
    ----------
    threads : int
        Into how many shares the batch is divided; each thread runs the whole sequence for its share.
        States agree for every number of threads up to rounding.

    Returns
    -------
    hidden_states : (B, T, n) array
    caches : list of GRUCache
        One for each share, for `gru_backward`.
    """
    x, h0, mask = checked_arguments(x, weights, h0, mask)
    kernel, c_h = with_bias(weights, reset_after)
    x, h0, recurrent_kernel = map(np.ascontiguousarray, (x, h0, weights.recurrent_kernel))

    def run(rows: slice) -> tuple[NDArray, GRUCache]:
        part = None if mask is None else np.ascontiguousarray(mask[rows].T[:: -1 if go_backwards else 1])
        share = x[rows], kernel, recurrent_kernel, c_h, h0[rows], part
        hidden_states, inputs, gates, reset_term, states = forward_pass(*share, reset_after, go_backwards)
        return hidden_states, GRUCache(weights, inputs, gates, reset_term, states, reset_after, go_backwards)

    states, caches = zip(*_side_by_side(run, _shares(len(x), threads)), strict=True)
    return _joined(states), list(caches)


def gru_backward(grad_hidden_states: ArrayLike, caches: list[GRUCache]) -> GRUGradients:
    """Carry the gradient of a loss back, see `gru_lib.scratch.gru_backward`; one thread for each cache."""
    weights, batches = caches[0].weights, [cache.gates.shape[2] for cache in caches]
    steps, n, _ = caches[0].reset_term.shape
    grad = checked_gradient(grad_hidden_states, (steps, n, sum(batches)), weights)
    limit, ends = vanished(grad), np.cumsum(batches)
    grad, *kernels = map(np.ascontiguousarray, (grad, weights.kernel, weights.recurrent_kernel))

    def run(share: int) -> tuple[NDArray, ...]:
        cache, rows = caches[share], slice(ends[share] - batches[share], ends[share])
        kept = cache.inputs, cache.gates, cache.reset_term, cache.states
        return backward_pass(grad[rows], *kept, *kernels, limit, cache.reset_after, cache.go_backwards)

    found = list(zip(*_side_by_side(run, range(len(caches))), strict=True))
    d_kernel, d_recurrent, d_c = (functools.reduce(np.add, parts) for parts in found[:3])
    return GRUGradients(
        kernel=d_kernel[:, :-1].T.copy(),
        recurrent_kernel=d_recurrent.T.copy(),
        bias=bias_gradient(weights, d_kernel[:, -1].copy(), d_c if caches[0].reset_after else None),
        x=_joined(found[3]),
        h0=np.concatenate(found[4], axis=1).T.copy(),
    )


def _shares(batch: int, threads: int) -> list[slice]:
    """Divide the batch as evenly as can be; nobody gets an empty share, unless the batch is empty."""
    count = max(1, min(batch, positive_integer("threads", threads)))
    edges = [batch * k // count for k in range(count + 1)]
    return [slice(*pair) for pair in pairwise(edges)]


def _joined(arrays: Any) -> NDArray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _side_by_side(run: Callable[[Any], Result], shares: Any) -> list[Result]:
    if len(shares) == 1:
        return [run(shares[0])]
    with _blas().limit(limits=1, user_api="blas"):  # the threads are ours, the products must not make more
        others = _pool(len(shares) - 1).map(run, shares[1:])
        return [run(shares[0]), *others]


@functools.cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="gru")
