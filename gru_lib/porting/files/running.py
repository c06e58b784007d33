"""A file run by the framework that it belongs to, which loads it itself: what gru_lib reads of it has no part in it."""

import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.bounded_read import read_bytes
from gru_lib.frameworks import keras, onnx
from gru_lib.frameworks import pytorch as torch_modules
from gru_lib.porting.files import keras as keras_files
from gru_lib.porting.files import named, onnx_read, pytorch
from gru_lib.porting.stack import StackedGRU

STATES = {"return_sequences": True, "return_state": False, "stateful": False}


def states(
    path: Path,
    stack: StackedGRU,
    x: NDArray,
    *,
    prefix: str = "",
    layers: Sequence[str] = (),
    convention: str | None = None,
) -> tuple[str, NDArray] | None:
    """Return the name of the framework and the states (B, T, D n) that it computes of x (B, T, m).

    `prefix` and `layers` choose as they do in `load`; `stack` is asked for sizes alone. None: no framework runs such a
    file, or it holds another `convention`. ValueError: the framework cannot load it, or would run code from it.
    """
    suffix = path.suffix.lower()
    if convention is None and suffix in pytorch.SUFFIXES:
        return "PyTorch", _pytorch(path, stack, x, prefix)
    if suffix == ".onnx":
        return "ONNX Runtime", _onnx(path, x, layers)
    if suffix in (".keras", ".h5", ".hdf5") and keras_files.is_model(read_bytes(path)):
        return _keras(path, x, layers)
    return None


def _pytorch(path: Path, stack: StackedGRU, x: NDArray, prefix: str) -> NDArray:
    """Run nn.GRU, or nn.GRUCell if its names are there, with what PyTorch or safetensors reads."""
    import torch

    if path.suffix.lower() == ".safetensors":
        from safetensors.torch import load_file

        held = load_file(path)
    else:
        held = pytorch.held(path)
    prefix = prefix or named.grus(path)[0].name
    state = {name.removeprefix(prefix): value for name, value in held.items() if name.startswith(prefix)}
    first, cell = stack.layers[0], "weight_hh" in state
    layers: dict[str, Any] = {"num_layers": len(stack.layers), "bidirectional": len(first) == 2, "batch_first": True}
    cls, options = (torch.nn.GRUCell, {}) if cell else (torch.nn.GRU, layers)
    x_tensor = torch.tensor(x)
    state = {name: value.to(x_tensor.dtype).numpy() for name, value in state.items()}
    with torch.no_grad():
        return np.asarray(torch_modules.answers(torch_modules.build_gru(cls, first[0], state, **options), x_tensor)[0])


def _onnx(path: Path, x: NDArray, layers: Sequence[str]) -> NDArray:
    """Run each operator GRU of the file in a model of its own, with the attributes that it has there."""
    from onnx import helper, numpy_helper

    graph, grus = onnx_read.grus(path, layers)
    for gru in grus:
        arrays = {part: array.astype(np.float32) for part, array in graph.weights(gru).items()}
        node = helper.make_node("GRU", ["X", *(part if part in arrays else "" for part in "WRB")], ["Y"])
        node.attribute.extend(gru.attribute)
        begin, end = ([helper.make_tensor_value_info(name, 1, [None] * rank)] for name, rank in (("X", 3), ("Y", 4)))
        stored = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
        opset = [helper.make_opsetid("", 14)]
        inner = helper.make_graph([node], "gru", begin, end, stored)
        model = helper.make_model(inner, opset_imports=opset, ir_version=8)
        session = onnx.session(model.SerializeToString())
        y = session.run(["Y"], {"X": np.ascontiguousarray(x.swapaxes(0, 1), np.float32)})[0]  # (T, D, B, n)
        x = y.transpose(2, 0, 1, 3).reshape(*x.shape[:2], -1)
    return x


def _keras(path: Path, x: NDArray, layers: Sequence[str]) -> tuple[str, NDArray]:
    """Load the model in Keras 3, or in Keras 2 what that wrote, and run the layers, one after the other."""
    content = read_bytes(path)
    described, version = keras_files.description(content)
    _refuse_code(described)
    framework = import_module("tf_keras" if version == 2 else "keras")
    if version == 3:
        import_module("gru_lib.layers")  # which Keras then knows
    try:
        model = framework.models.load_model(path, compile=False)
    except Exception as error:  # Keras promises no type
        raise ValueError(f"{framework.__name__} cannot load it: {error}") from error
    for name in layers or [keras_files.model(content)[0][0].name]:
        layer = model
        for part in name.split("/"):
            layer = layer.get_layer(part)
        x = keras.run(_with_all_states(layer, x.shape[-1]), x)
    return f"Keras {framework.__version__}", x


def _refuse_code(described: Any) -> None:
    """Raise ValueError if the description of a model has code in it at any depth, or names code that is not Keras's."""
    waiting, foreign = [described], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            module, kind = value.get("module"), value.get("class_name")
            if not isinstance(module, str | None) or (
                module and not re.fullmatch(r"keras(\.\w+)*|gru_lib\.layers", module)
            ):
                foreign.add(str(module))
            if kind in ("Lambda", "__lambda__", "function"):
                foreign.add(kind)
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if foreign:
        raise ValueError(f"it has {sorted(foreign)}, whose code would run; expected Keras's layers alone for a check")


def _with_all_states(layer: Any, features: int) -> Any:
    """Return the same layer, with the weights that its framework gave it, in a form that returns every state."""
    config = layer.get_config()
    inner = [config[side]["config"] for side in ("layer", "backward_layer") if config.get(side)]
    for part in (config, *inner):
        part.update({key: value for key, value in STATES.items() if key in part})
    if inner:
        config["merge_mode"] = "concat"
    return keras.with_weights(type(layer).from_config(config), (None, None, features), layer.get_weights())
