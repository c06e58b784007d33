"""Run a stack in the framework that a convention belongs to, to compare two of them."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.files import onnx_write
from gru_lib.porting.stack import Stack
from gru_lib.scratch import gru_forward

BATCH, STEPS = 3, 10
TOLERANCE = 1e-4  # states lie in [-1, 1]: frameworks differ by rounding, 1e-6; exchanged gates by 0.01 and more


def compare(stack: Stack, source: str, target: str) -> str:
    """Run both conventions on the same random sequences; say how far they are apart.

    Raises
    ------
    ValueError
        If they are further apart than `TOLERANCE`.
    ImportError
        If a framework is not installed.
    """
    first = stack.layers[0][0]
    x = np.random.default_rng(0).normal(size=(BATCH, STEPS, first.input_size)).astype(first.dtype)
    states = [run(stack, convention, x) for convention in (source, target)]
    names = [RUNNERS[name][1] if name in RUNNERS else "gru_lib" for name in (source, target)]
    difference = np.abs(states[0] - states[1]).max()
    if not difference <= TOLERANCE:
        raise ValueError(f"{names[0]} and {names[1]} differ by {difference:.1e}; expected {TOLERANCE} or less")
    return f"{names[0]} and {names[1]} differ by {difference:.1e} at most on random input"


def run(stack: Stack, convention: str, x: NDArray) -> NDArray:
    """Return the states (B, T, D n) of the last layer; conventions without a framework are run by gru_lib."""
    return np.asarray(RUNNERS[convention][0](stack, x) if convention in RUNNERS else _scratch(stack, x))


def _scratch(stack: Stack, x: NDArray) -> NDArray:
    for layer in stack.layers:
        outputs = [gru_forward(x, layer[0], reset_after=stack.reset_after)[0]]
        if len(layer) == 2:
            backward = gru_forward(x, layer[1], reset_after=stack.reset_after, go_backwards=True)[0]
            outputs.append(backward[:, ::-1])
        x = np.concatenate(outputs, axis=-1)
    return x


def _keras(stack: Stack, x: NDArray) -> NDArray:
    import keras

    lists = CONVENTIONS["keras"].write(stack)
    states = x
    for layer, arrays in zip(stack.layers, lists if len(stack.layers) > 1 else [lists], strict=True):
        options = {"use_bias": layer[0].bias is not None, "reset_after": stack.reset_after, "dtype": x.dtype.name}
        module = keras.layers.GRU(layer[0].units, return_sequences=True, **options)
        if len(layer) == 2:
            module = keras.layers.Bidirectional(module, dtype=x.dtype.name)
        module.build(states.shape)
        module.set_weights(arrays)
        states = keras.ops.convert_to_numpy(module(states))
    return states


def _pytorch(stack: Stack, x: NDArray) -> NDArray:
    import torch

    first = stack.layers[0]
    module = torch.nn.GRU(
        first[0].input_size,
        first[0].units,
        num_layers=len(stack.layers),
        bidirectional=len(first) == 2,
        bias=first[0].bias is not None,
        batch_first=True,
    ).to(getattr(torch, x.dtype.name))
    module.load_state_dict({k: torch.from_numpy(a) for k, a in CONVENTIONS["pytorch"].write(stack).items()})
    with torch.no_grad():
        return np.asarray(module(torch.from_numpy(x))[0])


def _pytorch_cell(stack: Stack, x: NDArray) -> NDArray:
    import torch

    gru, dtype = stack.layers[0][0], getattr(torch, x.dtype.name)
    cell = torch.nn.GRUCell(gru.input_size, gru.units, bias=gru.bias is not None, dtype=dtype)
    cell.load_state_dict({k: torch.from_numpy(a) for k, a in CONVENTIONS["pytorch-cell"].write(stack).items()})
    states, h = [], torch.zeros(len(x), gru.units, dtype=dtype)
    with torch.no_grad():
        for x_t in torch.from_numpy(x).unbind(1):
            h = cell(x_t, h)
            states.append(h)
    return np.asarray(torch.stack(states, 1))


def _onnx(stack: Stack, x: NDArray) -> NDArray:
    if x.dtype != np.float32:
        raise ValueError(f"the weights are {x.dtype}; expected float32, which is all that ONNX Runtime can check")
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # it warns of optional inputs
    session = onnxruntime.InferenceSession(onnx_write.write(stack), options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["Y"], {"X": x})[0])


RUNNERS = {
    "keras": (_keras, "Keras"),
    "pytorch": (_pytorch, "PyTorch"),
    "pytorch-cell": (_pytorch_cell, "PyTorch's cell"),
    "onnx": (_onnx, "ONNX Runtime"),
}
