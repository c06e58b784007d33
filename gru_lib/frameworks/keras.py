"""Keras's layers, on whatever backend is in use."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch import GRUWeights


def with_weights(layer: Any, shape: Sequence[int | None], arrays: Sequence[NDArray]) -> Any:
    """Build a layer for inputs of this shape, give it the arrays, and return it."""
    layer.build(shape)
    layer.set_weights(arrays)
    return layer


def build_gru(gru: GRUWeights, arrays: Sequence[NDArray], *, cls: Any = None, **options: Any) -> Any:
    """Return a GRU layer that gives all states, Bidirectional if there are arrays for two directions.

    Sizes, dtype and the presence of a bias are those of `gru`; `cls` takes the arguments of `keras.layers.GRU`.
    """
    import keras

    dtype = gru.dtype.name
    options |= {"return_sequences": True, "use_bias": gru.bias is not None, "dtype": dtype}
    layer = (cls or keras.layers.GRU)(gru.units, **options)
    if len(arrays) > len(gru.arrays()):
        layer = keras.layers.Bidirectional(layer, dtype=dtype)
    return with_weights(layer, (None, None, gru.input_size), arrays)


def run(layer: Any, x: NDArray, h0: NDArray | None = None, mask: NDArray | None = None) -> NDArray:
    """Return what a layer computes of x (B, T, m), from h0 (B, n) on."""
    from keras import ops

    def tensor(array: NDArray | None) -> Any:
        return None if array is None else ops.convert_to_tensor(array)

    # symbolic layers of Keras cast x to their dtype, but not a mask or a state
    return np.asarray(ops.convert_to_numpy(layer(tensor(x), mask=tensor(mask), initial_state=tensor(h0))))
