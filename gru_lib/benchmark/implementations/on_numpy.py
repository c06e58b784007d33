"""The GRU from scratch: in NumPy, and with compiled loops."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gru_lib.benchmark.implementations.shared import Step, carry_state
from gru_lib.benchmark.tasks import Problem
from gru_lib.scratch import GRUWeights, gru_backward, gru_forward, gru_step


def scratch(problem: Problem) -> Step:
    """Return the step of gru_lib.scratch."""
    weights = GRUWeights(*problem.weights)
    if problem.task.mode == "step":
        x_t = problem.x[:, 0]
        return carry_state(lambda state: [gru_step(x_t, state[0], weights)], problem.state)
    return _layer_step(problem, partial(gru_forward, problem.x, weights), gru_backward)


def scratch_compiled(problem: Problem) -> Step:
    """Return the step of gru_lib.scratch.compiled."""
    from gru_lib.scratch import compiled

    forward = partial(compiled.gru_forward, problem.x, GRUWeights(*problem.weights), threads=problem.task.threads)
    if problem.task.mode == "step":
        return carry_state(lambda state: [forward(h0=state[0])[0][:, -1]], problem.state)
    return _layer_step(problem, forward, compiled.gru_backward)


def _layer_step(problem: Problem, forward: Callable[[], Any], backward: Callable[[Any, Any], Any]) -> Step:
    mode, grad = problem.task.mode, problem.grad

    def step() -> list[Any]:
        states, cache = forward()
        if mode == "forward":
            return [states]
        if mode == "train":
            gradients = backward(grad, cache)
        else:  # there is a gradient at the last state only
            states_grad = np.zeros_like(states)
            states_grad[:, -1] = grad
            gradients, states = backward(states_grad, cache), states[:, -1]
        return [states, gradients.x, gradients.h0, *gradients.arrays()]

    return step
