"""Keras's layers: Keras 3 on whatever backend is in use, and Keras 2, which is called `tf_keras` today."""

from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch import GRUWeights

LONG = 25  # steps from which on a layer is compiled in less time than it takes to go through them one by one


def home(layer: Any) -> Any:
    """Return the package that a layer, or a class of layers, comes from: `keras` or `tf_keras`."""
    classes = (layer if isinstance(layer, type) else type(layer)).__mro__
    packages = (cls.__module__.partition(".")[0] for cls in classes if cls.__name__ == "Layer")
    return import_module(next(name for name in packages if name in ("keras", "tf_keras")))


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
    return answers(layer, x, h0, mask)[0]


def answers(layer: Any, x: NDArray, state: Any = None, mask: NDArray | None = None) -> list[NDArray]:
    """Return the arrays that come out of a layer for x (B, T, m), from a state (B, n), or from a list of them, on.

    Those of half precision come as float32, since NumPy knows no bfloat16.
    """
    keras = home(layer)
    states = state if isinstance(state, list) else [state]
    dtypes = [layer.compute_dtype, None, *[layer.compute_dtype] * len(states)]  # layers cast x, but not a state
    x, mask, *states = [_tensor(keras, *pair) for pair in zip([x, mask, *states], dtypes, strict=True)]

    arguments = {"mask": mask, "initial_state": states if isinstance(state, list) else states[0]}
    answer = _called(keras, layer, x, arguments)
    parts = answer if isinstance(answer, list | tuple) else [answer]
    return [_array(keras, part) for part in parts]


def _tensor(keras: Any, array: Any, dtype: Any) -> Any:
    if keras.__name__ == "tf_keras":
        import tensorflow

        convert = tensorflow.convert_to_tensor
    else:
        convert = keras.ops.convert_to_tensor
    return None if array is None else convert(array, dtype=dtype)


def _array(keras: Any, tensor: Any) -> NDArray:
    array = tensor.numpy() if keras.__name__ == "tf_keras" else keras.ops.convert_to_numpy(tensor)
    return np.asarray(array, np.float32 if array.dtype.itemsize < 4 else None)


def _called(keras: Any, layer: Any, x: Any, arguments: dict[str, Any]) -> Any:
    """Return what comes out: on TensorFlow and JAX by the quicker way, step by step or in one compiled graph."""
    backend = "tensorflow" if keras.__name__ == "tf_keras" else keras.backend.backend()
    if backend == "tensorflow" and x.shape[1] >= LONG:
        import tensorflow

        graph = tensorflow.function(lambda: layer(x, **arguments), autograph=False)
        with suppress(Exception):  # whatever a layer raises then, it raises below if it is its own fault
            return graph.get_concrete_function()()  # a plain call would warn of functions that are traced often
    if backend == "jax" and x.shape[1] < LONG:
        import jax

        with jax.disable_jit():
            return layer(x, **arguments)
    return layer(x, **arguments)
