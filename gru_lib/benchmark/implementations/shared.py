"""What the implementations have in common: the form of a step, the state carried on, and Keras's layer."""

from collections.abc import Callable
from typing import Any

from gru_lib.benchmark.tasks import Problem
from gru_lib.frameworks.keras import with_weights

# -> the layer's output; in training also the gradients of x, h0 and the weights; with "step" the new state
Step = Callable[[], list[Any]]


def carry_state(advance: Callable[[list[Any]], list[Any]], state: list[Any]) -> Step:
    """Return a step that begins in the state in which the one before it ended."""

    def step() -> list[Any]:
        nonlocal state
        state = advance(state)
        return state

    return step


def keras_layer(problem: Problem, *, fused: bool = True) -> Any:
    """Return Keras's layer with the weights; fused=False forbids it the kernels of cuDNN."""
    import keras

    task = problem.task
    options = {} if fused or task.cell == "SimpleRNN" else {"use_cudnn": False}
    make = getattr(keras.layers, task.cell)
    layer = make(task.shape.units, return_sequences=task.mode != "last", **options)
    return with_weights(layer, problem.x.shape, problem.weights)


def keras_cell(problem: Problem) -> Any:
    """Return Keras's cell with the weights: (x_t, state) -> output, state."""
    import keras

    cell = getattr(keras.layers, f"{problem.task.cell}Cell")(problem.task.shape.units)
    return with_weights(cell, problem.x[:, 0].shape, problem.weights)
