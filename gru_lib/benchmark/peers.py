"""The peers: each makes a function that does one step of work, and returns what it computed.

"train" is forward and backward with the gradients of weights, inputs and initial state; "forward" is that alone.
A process can have one Keras backend only, so each peer lives in a process of its own (`worker`).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from gru_lib.benchmark.shapes import Problem
from gru_lib.scratch import gru_backward, gru_forward

Step = Callable[[], list[Any]]  # -> states; in training also the gradients of x, h0 and the weights, in this order


def scratch(problem: Problem, train: bool) -> Step:
    """Return the step of gru_lib.scratch, NumPy."""

    def step() -> list[Any]:
        states, cache = gru_forward(problem.x, problem.weights)
        if not train:
            return [states]
        gradients = gru_backward(problem.grad, cache)
        return [states, gradients.x, gradients.h0, *gradients.arrays()]

    return step


def pytorch(problem: Problem, train: bool) -> Step:
    """Return the step of torch.nn.GRU."""
    import torch

    from gru_lib.porting import port

    weights = problem.weights
    layer = torch.nn.GRU(weights.input_size, weights.units, batch_first=True)
    state_dict = port(weights.arrays(), "keras", "pytorch")
    layer.load_state_dict({name: torch.from_numpy(array) for name, array in state_dict.items()})
    return _torch_step(problem, train, lambda x, h0: layer(x, h0[None])[0], list(layer.parameters()))


def keras_tensorflow(problem: Problem, train: bool, *, xla: bool = False) -> Step:
    """Return the step of keras.layers.GRU on TensorFlow, as one compiled graph."""
    import tensorflow as tf

    layer = _keras_layer(problem)
    x, grad = tf.constant(problem.x), tf.constant(problem.grad)
    h0 = tf.zeros((len(problem.x), problem.weights.units))

    @tf.function(jit_compile=xla)
    def step() -> list[Any]:
        if not train:
            return [layer(x, initial_state=h0)]
        with tf.GradientTape() as tape:
            tape.watch([x, h0])
            states = layer(x, initial_state=h0)
        sources = [x, h0, *(variable.value for variable in layer.trainable_variables)]
        return [states, *tape.gradient(states, sources, grad)]

    return lambda: [array.numpy() for array in step()]


def keras_tensorflow_xla(problem: Problem, train: bool) -> Step:
    """As `keras_tensorflow`, compiled by XLA."""
    return keras_tensorflow(problem, train, xla=True)


def keras_jax(problem: Problem, train: bool) -> Step:
    """Return the step of keras.layers.GRU on JAX, compiled."""
    import jax

    layer = _keras_layer(problem)
    h0 = np.zeros((len(problem.x), problem.weights.units), np.float32)
    fixed = [variable.value for variable in layer.non_trainable_variables]

    def states_of(arrays: Any, x: Any, h0: Any) -> Any:
        return layer.stateless_call(arrays, fixed, x, initial_state=h0)[0]

    def step(arrays: Any, x: Any, h0: Any, grad: Any) -> list[Any]:
        if not train:
            return [states_of(arrays, x, h0)]
        states, backward = jax.vjp(states_of, arrays, x, h0)
        of_weights, of_x, of_h0 = backward(grad)
        return [states, of_x, of_h0, *of_weights]

    compiled = jax.jit(step)
    arguments = jax.device_put((problem.weights.arrays(), problem.x, h0, problem.grad))
    return lambda: jax.block_until_ready(compiled(*arguments))


def keras_torch(problem: Problem, train: bool) -> Step:
    """Return the step of keras.layers.GRU on PyTorch."""
    layer = _keras_layer(problem)
    weights = [variable.value for variable in layer.trainable_variables]
    return _torch_step(problem, train, lambda x, h0: layer(x, initial_state=h0), weights)


def _torch_step(problem: Problem, train: bool, states_of: Callable[[Any, Any], Any], weights: list[Any]) -> Step:
    """Return the step of a layer on PyTorch: (x, h0) -> states, and its weights."""
    import torch

    x, grad = torch.from_numpy(problem.x).requires_grad_(train), torch.from_numpy(problem.grad)
    h0 = torch.zeros(len(x), problem.weights.units, requires_grad=train)

    def step() -> list[Any]:
        with torch.set_grad_enabled(train):
            states = states_of(x, h0)
        return [states, *torch.autograd.grad(states, [x, h0, *weights], grad)] if train else [states]

    return step


def _keras_layer(problem: Problem) -> Any:
    import keras

    layer = keras.layers.GRU(problem.weights.units, return_sequences=True)
    layer.build(problem.x.shape)
    layer.set_weights(problem.weights.arrays())
    return layer


PEERS: dict[str, tuple[Callable[[Problem, bool], Step], str]] = {  # and the package that must be installed
    "scratch": (scratch, "numpy"),
    "pytorch": (pytorch, "torch"),
    "keras-jax": (keras_jax, "jax"),
    "keras-tensorflow": (keras_tensorflow, "tensorflow"),
    "keras-tensorflow-xla": (keras_tensorflow_xla, "tensorflow"),
    "keras-torch": (keras_torch, "torch"),
}
