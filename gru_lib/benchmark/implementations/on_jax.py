"""The implementation on JAX: Keras's layers and cells, compiled."""

from typing import Any

from gru_lib.benchmark.implementations.shared import Step, carry_state, keras_cell, keras_layer
from gru_lib.benchmark.tasks import Problem


def keras_jax(problem: Problem) -> Step:
    """Return the step of Keras's layer on JAX; of its cell with "step"."""
    return _cell_step(problem) if problem.task.mode == "step" else _layer_step(problem)


def _layer_step(problem: Problem) -> Step:
    import jax

    train, layer = problem.task.mode != "forward", keras_layer(problem)
    fixed = [variable.value for variable in layer.non_trainable_variables]

    def step(weights: Any, x: Any, state: list[Any], grad: Any) -> list[Any]:
        def output_of(weights: Any, x: Any, h0: Any) -> Any:
            return layer.stateless_call(weights, fixed, x, initial_state=[h0, *state[1:]])[0]

        if not train:
            return [output_of(weights, x, state[0])]
        output, backward = jax.vjp(output_of, weights, x, state[0])
        of_weights, of_x, of_h0 = backward(grad)
        return [output, of_x, of_h0, *of_weights]

    compiled = jax.jit(step)
    arguments = jax.device_put((problem.weights, problem.x, problem.state, problem.grad))
    return lambda: jax.block_until_ready(compiled(*arguments))


def _cell_step(problem: Problem) -> Step:
    import jax

    cell = keras_cell(problem)
    fixed = [variable.value for variable in cell.non_trainable_variables]
    compiled = jax.jit(lambda weights, x, state: cell.stateless_call(weights, fixed, x, state)[0][1])
    weights, x_t, state = jax.device_put((problem.weights, problem.x[:, 0], problem.state))
    return carry_state(lambda state: jax.block_until_ready(compiled(weights, x_t, state)), state)
