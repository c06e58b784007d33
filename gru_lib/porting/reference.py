"""What a stack computes by the equations alone, with whatever activations it has."""

from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import CANDIDATES, GATES
from gru_lib.porting.stack import StackedGRU
from gru_lib.scratch import GRUWeights, sigmoid

OPERATORS = SimpleNamespace(sigmoid=sigmoid, tanh=np.tanh, clip=np.clip, maximum=np.maximum)


def states(stack: StackedGRU, x: NDArray) -> NDArray:
    """Return the states (B, T, D n) of the last layer for x (B, T, m), both directions side by side in the order of x.

    Source: the equations of the chapter *The GRU equations*, activations exchanged; each layer begins at zero.
    """
    for layer in stack.layers:
        ways = (slice(None), slice(None, None, -1))[: len(layer)]
        x = np.concatenate([_one(stack, gru, x[:, way])[:, way] for gru, way in zip(layer, ways, strict=True)], axis=-1)
    return x


def _one(stack: StackedGRU, gru: GRUWeights, x: NDArray) -> NDArray:
    """Return the states (B, T, n) of one direction of one layer."""
    n, (b, c) = gru.units, gru.split_bias(stack.reset_after)
    gate, candidate = GATES[stack.activations[0]], CANDIDATES[stack.activations[1]]
    h = np.zeros((len(x), n), x.dtype)
    found = np.empty((*x.shape[:2], n), x.dtype)
    for t in range(x.shape[1]):
        a, q = x[:, t] @ gru.kernel + b, h @ gru.recurrent_kernel + c
        z, r = np.split(gate(OPERATORS, a[:, : 2 * n] + q[:, : 2 * n]), 2, axis=-1)
        reset = r * q[:, 2 * n :] if stack.reset_after else (r * h) @ gru.recurrent_kernel[:, 2 * n :]
        h = z * h + (1 - z) * candidate(OPERATORS, a[:, 2 * n :] + reset)
        found[:, t] = h
    return found
