"""Run a stack in the framework that a convention belongs to, to compare two of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import GATES
from gru_lib.frameworks import keras, onnx, pytorch
from gru_lib.porting import reference
from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.files import onnx_write
from gru_lib.porting.stack import StackedGRU

BATCH, STEPS, SEED = 3, 10, 0
TOLERANCE = 1e-4  # states lie in [-1, 1]: frameworks differ by rounding, 1e-6; exchanged gates by 0.01 and more


def compare(source: tuple[str, NDArray], target: tuple[str, NDArray]) -> str:
    """Say how far the states of two runs are apart, each with its name; ValueError above `TOLERANCE`."""
    difference = np.abs(source[1] - target[1]).max()
    found = f"{source[0]} and {target[0]} differ by {difference:.1e}"
    if not difference <= TOLERANCE:
        raise ValueError(f"{found}; expected {TOLERANCE} or less")
    return f"{found} at most ({BATCH} random sequences of {STEPS} steps, seed {SEED}; {TOLERANCE} is allowed)"


def sequences(stack: StackedGRU) -> NDArray:
    """Return random sequences (B, T, m) for a stack, in its dtype."""
    first = stack.layers[0][0]
    return np.random.default_rng(SEED).normal(size=(BATCH, STEPS, first.input_size)).astype(first.dtype)


def require_float32(x: NDArray) -> None:
    """Raise ValueError for what ONNX Runtime cannot run."""
    if x.dtype != np.float32:
        raise ValueError(f"the weights are {x.dtype}; expected float32, which is all that ONNX Runtime can check")


def framework(convention: str) -> str:
    """Return the name of what `run` runs a convention in."""
    return RUNNERS[convention][1] if convention in RUNNERS else "gru_lib"


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


def run_state(stack: StackedGRU, state: Mapping[str, Any], x: NDArray) -> NDArray:
    """Return what nn.GRU, or nn.GRUCell if its names are there, computes with a state_dict; the sizes are `stack`'s."""
    import torch

    first = stack.layers[0]
    options: dict[str, Any] = {"num_layers": len(stack.layers), "bidirectional": len(first) == 2, "batch_first": True}
    cls = torch.nn.GRUCell if "weight_hh" in state else torch.nn.GRU
    module = pytorch.build_gru(cls, first[0], state, **options if cls is torch.nn.GRU else {})
    with torch.no_grad():
        return np.asarray(pytorch.answers(module, torch.tensor(x))[0])


def _pytorch(stack: StackedGRU, x: NDArray) -> NDArray:
    return run_state(stack, CONVENTIONS["pytorch"].write(stack), x)


def _pytorch_cell(stack: StackedGRU, x: NDArray) -> NDArray:
    return run_state(stack, CONVENTIONS["pytorch-cell"].write(stack), x)


def _onnx(stack: StackedGRU, x: NDArray) -> NDArray:
    require_float32(x)
    return np.asarray(onnx.session(onnx_write.write(stack)).run(["Y"], {"X": x})[0])


RUNNERS = {
    "keras": (_keras, "Keras"),
    "pytorch": (_pytorch, "PyTorch"),
    "pytorch-cell": (_pytorch_cell, "PyTorch's cell"),
    "onnx": (_onnx, "ONNX Runtime"),
}
