"""Run a stack in the framework that a convention belongs to, to compare two of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import GATES
from gru_lib.frameworks import keras, onnx, pytorch
from gru_lib.porting import reference
from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.files import onnx_write
from gru_lib.porting.stack import StackedGRU

BATCH, STEPS = 3, 10
TOLERANCE = 1e-4  # states lie in [-1, 1]: frameworks differ by rounding, 1e-6; exchanged gates by 0.01 and more


def compare(stack: StackedGRU, source: str, target: str) -> str:
    """Run both conventions on the same random sequences; say how far they are apart, ValueError above `TOLERANCE`."""
    first = stack.layers[0][0]
    x = np.random.default_rng(0).normal(size=(BATCH, STEPS, first.input_size)).astype(first.dtype)
    states = [run(stack, convention, x) for convention in (source, target)]
    names = [RUNNERS[name][1] if name in RUNNERS else "gru_lib" for name in (source, target)]
    difference = np.abs(states[0] - states[1]).max()
    if not difference <= TOLERANCE:
        raise ValueError(f"{names[0]} and {names[1]} differ by {difference:.1e}; expected {TOLERANCE} or less")
    return f"{names[0]} and {names[1]} differ by {difference:.1e} at most on random input"


def run(stack: StackedGRU, convention: str, x: NDArray) -> NDArray:
    """Return the states (B, T, D n) of the last layer; conventions without a framework are run by gru_lib."""
    return np.asarray(RUNNERS[convention][0](stack, x) if convention in RUNNERS else reference.states(stack, x))


def _keras(stack: StackedGRU, x: NDArray) -> NDArray:
    import keras as framework

    @framework.saving.register_keras_serializable("gru_lib")  # Bidirectional makes its layers from their description
    def hard_sigmoid_of_keras_2(a: Any) -> Any:
        return GATES["hard_sigmoid_0.2"](framework.ops, a)

    words = {"hard_sigmoid_0.2": hard_sigmoid_of_keras_2, "hard_sigmoid_6": "hard_sigmoid"}
    gates, candidate = (words.get(name, name) for name in stack.activations)
    options = {"reset_after": stack.reset_after, "recurrent_activation": gates, "activation": candidate}
    lists = CONVENTIONS["keras"].write(stack)
    for layer, arrays in zip(stack.layers, lists if len(stack.layers) > 1 else [lists], strict=True):
        x = keras.run(keras.build_gru(layer[0], arrays, **options), x)
    return x


def _pytorch(stack: StackedGRU, x: NDArray) -> NDArray:
    import torch

    first, state = stack.layers[0], CONVENTIONS["pytorch"].write(stack)
    options: dict[str, Any] = {"num_layers": len(stack.layers), "bidirectional": len(first) == 2, "batch_first": True}
    module = pytorch.build_gru(torch.nn.GRU, first[0], state, **options)
    with torch.no_grad():
        return np.asarray(pytorch.states(module, torch.tensor(x)))


def _pytorch_cell(stack: StackedGRU, x: NDArray) -> NDArray:
    import torch

    cell = pytorch.build_gru(torch.nn.GRUCell, stack.layers[0][0], CONVENTIONS["pytorch-cell"].write(stack))
    states: list[torch.Tensor] = []
    with torch.no_grad():
        for x_t in torch.tensor(x).unbind(1):
            states.append(cell(x_t, states[-1] if states else None))
    return np.asarray(torch.stack(states, 1))


def _onnx(stack: StackedGRU, x: NDArray) -> NDArray:
    if x.dtype != np.float32:
        raise ValueError(f"the weights are {x.dtype}; expected float32, which is all that ONNX Runtime can check")
    return np.asarray(onnx.session(onnx_write.write(stack)).run(["Y"], {"X": x})[0])


RUNNERS = {
    "keras": (_keras, "Keras"),
    "pytorch": (_pytorch, "PyTorch"),
    "pytorch-cell": (_pytorch_cell, "PyTorch's cell"),
    "onnx": (_onnx, "ONNX Runtime"),
}
