"""The same GRU with compiled loops, and the batch shared between threads; needs Numba (extra "fast").

`gru_forward` and `gru_backward` are those of `gru_lib.scratch`, with one more argument.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache as once
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch import backward, forward
from gru_lib.scratch.backward import GRUGradients
from gru_lib.scratch.checks import positive_integer
from gru_lib.scratch.forward import GRUCache
from gru_lib.scratch.weights import GRUWeights

try:
    import scipy.linalg.cython_blas  # noqa: F401  (where Numba finds its products; loaded now, so that _blas sees it)
    from threadpoolctl import ThreadpoolController

    from gru_lib.scratch import compiled_loops
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
    x, h0, mask = forward.checked_arguments(x, weights, h0, mask)

    def run(rows: slice) -> tuple[NDArray, GRUCache]:
        share = x[rows], weights, h0[rows], None if mask is None else mask[rows]
        return forward.run(compiled_loops, *share, reset_after, go_backwards)

    states, caches = zip(*_side_by_side(run, _shares(len(x), threads)), strict=True)
    return _joined(states), list(caches)


def gru_backward(grad_hidden_states: ArrayLike, caches: list[GRUCache]) -> GRUGradients:
    """Carry the gradient of a loss back, see `gru_lib.scratch.gru_backward`; one thread for each cache."""
    batches = [cache.gates.shape[2] for cache in caches]
    steps, n, _ = caches[0].reset_term.shape
    grad = backward.checked_gradient(grad_hidden_states, (steps, n, sum(batches)), caches[0].weights)
    ends = np.cumsum(batches)

    def run(share: int) -> GRUGradients:
        rows = slice(ends[share] - batches[share], ends[share])
        return backward.run(compiled_loops, grad[rows], caches[share])

    first, *others = found = _side_by_side(run, range(len(caches)))
    for other in others:
        for total, part in zip(first.arrays(), other.arrays(), strict=True):
            total += part
    return replace(first, x=_joined([share.x for share in found]), h0=_joined([share.h0 for share in found]))


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
        return list(_pool(len(shares)).map(run, shares))


@once
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


@once
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="gru")
