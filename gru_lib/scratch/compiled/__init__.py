"""The same GRU with compiled loops, and the batch shared between threads; needs Numba (extra "fast").

`gru_forward` and `gru_backward` are those of `gru_lib.scratch`, with one more argument.
"""

import functools
import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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

    from gru_lib.scratch.compiled.passes import backward_pass, forward_pass
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

    hidden_states = np.empty((*x.shape[:2], weights.units), x.dtype)

    def run(rows: slice) -> GRUCache:
        part = None if mask is None else np.ascontiguousarray(mask[rows].T[:: -1 if go_backwards else 1])
        share = x[rows], kernel, recurrent_kernel, c_h, h0[rows], part
        kept = forward_pass(*share, reset_after, go_backwards, hidden_states[rows])
        inputs, gates, reset_term, states = kept
        return GRUCache(weights, inputs, gates, reset_term, states, reset_after, go_backwards)

    return hidden_states, _side_by_side(run, _shares(len(x), threads))


def gru_backward(grad_hidden_states: ArrayLike, caches: list[GRUCache]) -> GRUGradients:
    """Carry the gradient of a loss back, see `gru_lib.scratch.gru_backward`; one thread for each cache."""
    weights, batches = caches[0].weights, [cache.gates.shape[2] for cache in caches]
    steps, n, _ = caches[0].reset_term.shape
    grad = checked_gradient(grad_hidden_states, (steps, n, sum(batches)), weights)
    limit, ends = vanished(grad), np.cumsum(batches)
    d_x = np.empty((len(grad), steps, weights.input_size), grad.dtype)
    d_h0 = np.empty((len(grad), n), grad.dtype)
    grad, *kernels = map(np.ascontiguousarray, (grad, weights.kernel, weights.recurrent_kernel))

    def run(share: int) -> tuple[NDArray, ...]:
        cache, rows = caches[share], slice(ends[share] - batches[share], ends[share])
        kept = cache.inputs, cache.gates, cache.reset_term, cache.states
        return backward_pass(
            grad[rows], *kept, *kernels, limit, cache.reset_after, cache.go_backwards, d_x[rows], d_h0[rows]
        )

    found = _side_by_side(run, range(len(caches)))
    d_kernel, d_recurrent, d_c = (functools.reduce(np.add, parts) for parts in zip(*found, strict=True))
    return GRUGradients(
        kernel=d_kernel[:, :-1].T.copy(),
        recurrent_kernel=d_recurrent.T.copy(),
        bias=bias_gradient(weights, d_kernel[:, -1].copy(), d_c if caches[0].reset_after else None),
        x=d_x,
        h0=d_h0,
    )


def _shares(batch: int, threads: int) -> list[slice]:
    """Divide the batch as evenly as can be; nobody gets an empty share, unless the batch is empty."""
    count = max(1, min(batch, positive_integer("threads", threads)))
    edges = [batch * k // count for k in range(count + 1)]
    return [slice(*pair) for pair in itertools.pairwise(edges)]


def _side_by_side(run: Callable[[Any], Result], shares: Any) -> list[Result]:
    with _blas().limit(limits=1, user_api="blas"):  # the threads are ours, the products must not make more
        return [run(shares[0])] if len(shares) == 1 else list(_pool(len(shares)).map(run, shares))


@functools.cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    cores = itertools.cycle(sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [None])
    return ThreadPoolExecutor(threads, thread_name_prefix="gru", initializer=lambda: _stay_on(next(cores)))


def _stay_on(core: int | None) -> None:
    """Keep this thread on a core: work as short as this leaves Linux no time to move a thread off a shared one."""
    if core is not None:
        os.sched_setaffinity(0, {core})
