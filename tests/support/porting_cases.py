"""Random weights of stacked GRUs, what they compute by the equations alone, and a comparison of every bit."""

import numpy as np
import pytest

from gru_lib.porting import CONVENTIONS, check
from gru_lib.porting.files import load
from gru_lib.scratch import GRUWeights
from tests.support.gru_cases import Case, textbook_states

B, T, M, N = 4, 6, 3, 5  # rows, steps, features, units
BIAS, RESETS = (True, False), (True, False)
STACKS = [(1, 1, True), (1, 2, False), (3, 1, False), (3, 2, True), (3, 2, False)]  # every pair of two occurs
AFTER_ONLY = {"pytorch", "pytorch-cell", "cudnn"}


def draw(seed=0, *, m=M, n=N, layers=1, directions=1, bias=True, reset_after=True, dtype=np.float64):
    """Random weights as a list of layers, each a list of GRUWeights for its directions."""
    rng = np.random.default_rng([seed, m, n, layers, directions])
    rows = (2, 3 * n) if reset_after else (3 * n,)
    sizes = [m] + [directions * n] * (layers - 1)

    def array(*shape):
        return rng.normal(size=shape).astype(dtype)

    return [
        [GRUWeights(array(k, 3 * n), array(n, 3 * n), array(*rows) if bias else None) for _ in range(directions)]
        for k in sizes
    ]


def scratch(layers):
    """The list of layers as `port` takes it: one GRU, a tuple of two directions, a list of several layers."""
    pairs = [tuple(layer) if len(layer) == 2 else layer[0] for layer in layers]
    return pairs if len(pairs) > 1 else pairs[0]


def sequences(layers, seed=1):
    """Random x (B, T, m) and initial states (layers and directions, B, n) for the weights."""
    rng = np.random.default_rng(seed)
    first, count = layers[0][0], sum(map(len, layers))
    x, h0 = rng.normal(size=(B, T, first.input_size)), rng.uniform(-1, 1, size=(count, B, first.units))
    return x.astype(first.dtype), h0.astype(first.dtype)


def states_of(layers, x, h0, reset_after=True):
    """All states of the last layer, by the equations alone; gru_lib and port have no part in it."""
    starts = iter(h0)
    for layer in layers:
        outputs = []
        for backwards, gru in zip((False, True), layer, strict=False):
            arrays = gru.kernel, gru.recurrent_kernel, gru.bias
            states = textbook_states(Case("", x, *arrays, next(starts), None, None, reset_after, backwards))
            outputs.append(states[:, ::-1] if backwards else states)
        x = np.concatenate(outputs, axis=-1)
    return x


def bits(weights):
    """Everything about nested weights: structure, names, shapes, dtypes and every bit."""
    if isinstance(weights, GRUWeights):
        return [bits(array) for array in weights.arrays()]
    if isinstance(weights, dict):
        return {name: bits(value) for name, value in weights.items()}
    if isinstance(weights, list | tuple):
        return type(weights), [bits(value) for value in weights]
    array = np.asarray(weights)
    return array.shape, array.dtype.str, array.tobytes()


every_stack = pytest.mark.parametrize(("layers", "directions", "bias"), STACKS)


def stack_of(weights, reset_after=True):
    """What `port` reads the weights into."""
    return CONVENTIONS["scratch"].read(scratch(weights), reset_after)


def loaded(path, **options):
    """What a file holds: its convention, its weights as scratch has them, reset_after."""
    convention, stack = load(path, **options)
    return convention, CONVENTIONS["scratch"].write(stack), stack.reset_after


def compared(stack, source, target):
    """What the check says of a stack in two conventions."""
    x = check.sequences(stack)
    return check.compare(*((name, check.run(stack, name, x)) for name in (source, target)))
