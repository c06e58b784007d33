"""The peers on TensorFlow: Keras's layers and cells, as one graph, or compiled by XLA."""

from collections.abc import Callable
from typing import Any

from gru_lib.benchmark.peers.shared import Step, handing_on, keras_cell, keras_layer
from gru_lib.benchmark.task import Problem


def keras_tensorflow(problem: Problem, *, xla: bool = False) -> Step:
    """Return the step of Keras's layer on TensorFlow; of its cell with "step"."""
    return (_cell_step if problem.task.mode == "step" else _layer_step)(problem, xla)


def keras_tensorflow_xla(problem: Problem) -> Step:
    """As `keras_tensorflow`, compiled by XLA, which cannot call cuDNN's recurrent kernels."""
    return keras_tensorflow(problem, xla=True)


def _layer_step(problem: Problem, xla: bool) -> Step:
    import tensorflow as tf

    train, layer, wait = problem.task.mode != "forward", keras_layer(problem, fused=not xla), _wait(problem.device)
    x, grad, *state = map(tf.constant, (problem.x, problem.grad, *problem.state))

    @tf.function(jit_compile=xla)
    def compiled() -> list[Any]:
        if not train:
            return [layer(x, initial_state=state)]
        sources = [x, state[0], *(variable.value for variable in layer.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(sources[:2])
            output = layer(x, initial_state=state)
        return [output, *tape.gradient(output, sources, grad)]

    return lambda: wait(compiled())


def _cell_step(problem: Problem, xla: bool) -> Step:
    import tensorflow as tf

    cell, wait = keras_cell(problem), _wait(problem.device)
    x_t, *state = map(tf.constant, (problem.x[:, 0], *problem.state))

    @tf.function(jit_compile=xla)
    def compiled(state: list[Any]) -> list[Any]:
        return cell(x_t, state)[1]

    return handing_on(lambda state: wait(compiled(state)), state)


def _wait(device: str) -> Callable[[list[Any]], list[Any]]:
    """Return what comes after a call: on a CPU it has already computed what it returns, on a GPU it may not have."""
    import tensorflow as tf

    def wait(arrays: list[Any]) -> list[Any]:
        if device == "gpu":
            tf.test.experimental.sync_devices()
        return arrays

    return wait
