"""The implementations on TensorFlow: Keras's layers and cells, as one graph, or compiled by XLA."""

from typing import Any

from gru_lib.benchmark.implementations.shared import Step, carry_state, keras_cell, keras_layer
from gru_lib.benchmark.tasks import Problem


def keras_tensorflow(problem: Problem, *, xla: bool = False) -> Step:
    """Return the step of Keras's layer on TensorFlow; of its cell with "step"."""
    return (_cell_step if problem.task.mode == "step" else _layer_step)(problem, xla)


def _layer_step(problem: Problem, xla: bool) -> Step:
    import tensorflow as tf

    train, layer = problem.task.mode != "forward", keras_layer(problem, fused=not xla)
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

    return lambda: _wait(compiled(), problem.device)


def _cell_step(problem: Problem, xla: bool) -> Step:
    import tensorflow as tf

    cell = keras_cell(problem)
    x_t, *state = map(tf.constant, (problem.x[:, 0], *problem.state))

    @tf.function(jit_compile=xla)
    def compiled(state: list[Any]) -> list[Any]:
        return cell(x_t, state)[1]

    return carry_state(lambda state: _wait(compiled(state), problem.device), state)


def _wait(arrays: list[Any], device: str) -> list[Any]:
    """Return the arrays once they are computed: on a CPU they are, on a GPU they may not be."""
    if device == "gpu":
        import tensorflow as tf

        tf.test.experimental.sync_devices()
    return arrays
