"""The implementations on PyTorch: its own layers and cells, and Keras's."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gru_lib.benchmark.implementations.shared import Step, carry_state, keras_cell, keras_layer
from gru_lib.benchmark.tasks import Problem
from gru_lib.frameworks.pytorch import with_weights
from gru_lib.porting import port

NAMES = {"GRU": "GRU", "LSTM": "LSTM", "SimpleRNN": "RNN"}


def pytorch(problem: Problem) -> Step:
    """Return the step of torch.nn.GRU, LSTM or RNN; with "step" that of GRUCell and so on."""
    import torch

    task, several = problem.task, len(problem.state) == 2
    kind = getattr(torch.nn, NAMES[task.cell] + ("Cell" if task.mode == "step" else ""))
    options = {} if task.mode == "step" else {"batch_first": True}
    layer = kind(task.shape.features, task.shape.units, device=_device(problem), **options)
    with_weights(layer, dict(zip(layer.state_dict(), _arrays(problem), strict=True)))
    if task.mode == "step":
        return _cell_step(problem, lambda x, state: layer(x, tuple(state)) if several else [layer(x, *state)])

    def output_of(x: Any, state: list[Any]) -> Any:
        first = [h[None] for h in state]  # PyTorch counts layers first
        states, last = layer(x, tuple(first) if several else first[0])
        return states if task.mode != "last" else (last[0] if several else last)[0]

    # a GRU has use for two biases; where they are only added, Keras has one: the second gradient repeats the first
    return _layer_step(problem, output_of, list(layer.parameters()), repeated=task.cell != "GRU")


def _arrays(problem: Problem) -> list[Any]:
    """Return the weights as PyTorch has them: both kernels transposed, two biases."""
    if problem.task.cell == "GRU":
        return list(port(problem.weights, "keras", "pytorch").values())
    kernel, recurrent_kernel, bias = problem.weights  # an LSTM's gates are i, f, g, o in both
    return [kernel.T.copy(), recurrent_kernel.T.copy(), bias, np.zeros_like(bias)]


def keras_torch(problem: Problem, *, fused: bool = True) -> Step:
    """Return the step of Keras's layer on PyTorch; of its cell with "step"."""
    if problem.task.mode == "step":
        cell = keras_cell(problem)
        return _cell_step(problem, lambda x, state: cell(x, state)[1])
    layer = keras_layer(problem, fused=fused)
    weights = [variable.value for variable in layer.trainable_variables]
    return _layer_step(problem, lambda x, state: layer(x, initial_state=state), weights)


def _layer_step(
    problem: Problem, output_of: Callable[[Any, list[Any]], Any], weights: list[Any], *, repeated: bool = False
) -> Step:
    """Return the step of a layer (x, state) -> output; `repeated`: the last gradient is left out of the answer."""
    import torch

    train, device = problem.task.mode != "forward", _device(problem)
    x, grad, *state = (torch.from_numpy(array).to(device) for array in (problem.x, problem.grad, *problem.state))
    x.requires_grad_(train)
    state[0].requires_grad_(train)

    def step() -> list[Any]:
        with torch.set_grad_enabled(train):
            output = output_of(x, state)
        gradients = torch.autograd.grad(output, [x, state[0], *weights], grad) if train else ()
        _wait(device)
        return [output, *(gradients[:-1] if repeated else gradients)]

    return step


def _cell_step(problem: Problem, cell: Callable[[Any, list[Any]], Any]) -> Step:
    import torch

    device = _device(problem)
    x_t, *state = (torch.from_numpy(array).to(device) for array in (problem.x[:, 0], *problem.state))

    def advance(state: list[Any]) -> list[Any]:
        with torch.no_grad():
            found = cell(x_t, state)
        _wait(device)
        return list(found)

    return carry_state(advance, state)


def _device(problem: Problem) -> str:
    return "cuda" if problem.device == "gpu" else "cpu"


def _wait(device: str) -> None:
    if device == "cuda":
        import torch

        torch.cuda.synchronize()
