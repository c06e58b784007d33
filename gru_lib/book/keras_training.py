"""Training with Keras: what changes nothing but its speed."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
from numpy.typing import NDArray

from gru_lib.records import device


def jit_compile() -> bool | str:
    """Return the argument ``jit_compile`` of ``compile`` with which a recurrent layer trains fastest here.

    True for TensorFlow on a CPU, where a compiled loop takes about two thirds of the time of single operations.
    "auto" elsewhere: on a GPU compiled code bypasses cuDNN, JAX compiles anyway, PyTorch wants a C compiler.
    """
    return True if keras.backend.backend() == "tensorflow" and device() == "cpu" else "auto"


def steps_per_execution(steps: int = 32) -> int:
    """Return the argument ``steps_per_execution`` of ``compile``: 1 on PyTorch, where Keras accepts nothing else.

    A return to Python after every step costs a small GRU a fifth of its time.
    """
    return 1 if keras.backend.backend() == "torch" else steps


def restart(model: keras.Model, weights: list[NDArray]) -> None:
    """Give a compiled model these weights, and an optimiser as new; what is compiled stays.

    Compiling a loop costs seconds, so several seeds share one model.
    """
    model.set_weights(weights)
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(keras.ops.zeros(variable.shape, variable.dtype))


@contextmanager
def untuned_pipelines() -> Iterator[None]:
    """Train without TensorFlow's tuner of the pipelines that feed arrays to ``fit``; also a decorator.

    A slice of an array leaves nothing to tune. But the tuner's thread sleeps, each time about as long as the epoch has
    lasted, and on busy cores it misses the call that ends it: then the epoch waits until it wakes. Two trainings side
    by side on two cores took 1.1 to 1.8 times as long with it. No public setting reaches it, so a private method of
    Keras is replaced, and put back at the end. With JAX and PyTorch nothing happens.
    """
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    original = ArrayDataAdapter.get_tf_dataset

    def untuned(adapter: ArrayDataAdapter) -> tf.data.Dataset:
        options = tf.data.Options()
        options.autotune.enabled = False
        return original(adapter).with_options(options)

    ArrayDataAdapter.get_tf_dataset = untuned
    try:
        yield
    finally:
        ArrayDataAdapter.get_tf_dataset = original
