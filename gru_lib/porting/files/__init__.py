"""Weights in files: what the suffix of a name stands for, and writing that never leaves half a file."""

import os
import shlex
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gru_lib.atomic_write import atomic_write
from gru_lib.bounded_read import read_bytes
from gru_lib.porting.conventions import WHOLE
from gru_lib.porting.files import (
    c_code,
    keras,
    keras_weights,
    named,
    npz,
    onnx_read,
    onnx_write,
    pytorch,
    tensorflow_js,
)
from gru_lib.porting.files import python_code as python
from gru_lib.porting.files.found import Assumed, ChoiceError, Found, chosen
from gru_lib.porting.stack import StackedGRU

__all__ = ["READABLE", "WRITABLE", "Assumed", "check_target", "encoded", "inventory", "load", "save"]
KERAS = (".keras", ".h5", ".hdf5")
LAYERS = (*KERAS, ".json", ".onnx")  # where names of layers choose
NOTHING: Mapping[str, str] = {}
READABLE = (*named.SUFFIXES, *LAYERS)
INSTEAD = {
    "Keras 2": 'import tf_keras; tf_keras.models.load_model("{path}").save("model.h5")',
    "TensorFlow": "import numpy as np, tensorflow as tf; "
    'np.savez("model.npz", **{{v.name: v for v in tf.saved_model.load("{path}").variables}})',
}  # for a folder that TensorFlow alone can read
WRITABLE = {
    ".npz": WHOLE,
    ".pt": ("pytorch", "pytorch-cell"),
    ".pth": ("pytorch", "pytorch-cell"),
    ".onnx": ("onnx",),
    ".py": tuple(python.WRITERS),
    ".c": ("scratch",),
}


def load(
    path: Path,
    *,
    prefix: str = "",
    layers: Sequence[str] = (),
    dtype: str | None = None,
    convention: str | None = None,
    mapping: Mapping[str, str] = NOTHING,
    **said: Any,
) -> tuple[str, StackedGRU]:
    """Read a file of weights; return the convention that it holds, and the weights.

    `prefix` is that of the names of its arrays, such as ``rnn.``; `layers` are names in a file of Keras or ONNX, first
    layer first; with a `dtype` half precision is widened; `reset_after`, `gates` and `candidate` say what a file of
    weights alone does not show; `convention` and `mapping`, from its names to those of the arrays, what a file of named
    arrays holds. Where something is assumed there is a warning. ValueError: the file is damaged, or no GRU that other
    frameworks can compute; if it is not clear which, the error lists them; OSError: it cannot be read.
    """
    said = {name: value for name, value in said.items() if value is not None}
    suffix = path.suffix.lower()
    _check_source(path, prefix, layers, convention, mapping)
    try:
        if convention or mapping:
            held = convention or named.USUALLY[suffix]
            read = partial(named.read, named.tensors(path), held, mapping, prefix, dtype, **said)
            return chosen([Found("", "", read, held, named.assumed(held, **said))], [], "")
        if suffix in (".npz", ".onnx"):
            result = npz.read(path) if suffix == ".npz" else ("onnx", onnx_read.read(path, layers))
            _refuse_known(said | ({"--prefix": prefix} if prefix else {}))
            return result
        option = "--layer" if suffix in LAYERS else "--prefix"
        found, others = _grus(path, dtype, said)
        return chosen(found, layers or [prefix] * bool(prefix), option, others)
    except ChoiceError as error:
        raise ChoiceError(f"{path}: {error}", inventory(path, dtype=dtype, **said)) from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def inventory(path: Path, *, dtype: str | None = None, **said: Any) -> list[Found]:
    """Return the GRUs of a file, those too that are refused when they are read; arguments and errors as of `load`."""
    _check_source(path)
    try:
        return _grus(path, dtype, {name: value for name, value in said.items() if value is not None})[0]
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _grus(path: Path, dtype: str | None, said: Mapping[str, Any]) -> tuple[list[Found], list[str]]:
    """Return the GRUs of a file, and the kinds of all layers of a model of Keras."""
    suffix, others = path.suffix.lower(), list[str]()
    if suffix in (".npz", *named.USUALLY):
        if suffix == ".npz" and npz.is_labelled(path):
            return [Found(path.stem, suffix, lambda: npz.read(path)[1])], []
        return named.grus(path, dtype, **said), []
    content = read_bytes(path)
    if suffix in KERAS and not keras.is_model(content):
        found = keras_weights.weights_h5(content, dtype, **said)
    else:
        _refuse_known(said)
        if suffix in named.SUFFIXES:
            return named.grus(path, dtype), []
        if suffix == ".onnx":
            found = [Found(name, "GRU", partial(_onnx, path, name)) for name in onnx_read.names(path)]
        else:
            found, others = tensorflow_js.model(path) if suffix == ".json" else keras.model(content, dtype)
    return [gru._replace(option=f"--layer {shlex.quote(gru.name)}") for gru in found], others


def _onnx(path: Path, name: str) -> StackedGRU:
    return onnx_read.read(path, [name])


def _refuse_known(said: Mapping[str, Any]) -> None:
    if said:
        raise ValueError(f"{', '.join(said)} came, and the file shows it")


def _check_source(
    path: Path,
    prefix: str = "",
    layers: Sequence[str] = (),
    convention: str | None = None,
    mapping: Mapping[str, str] = NOTHING,
) -> None:
    """Raise ValueError for a file of another kind, or an option that would do nothing with it."""
    suffix = path.suffix.lower()
    if (path / "saved_model.pb").exists():
        line = INSTEAD["Keras 2" if (path / "keras_metadata.pb").exists() else "TensorFlow"].format(path=path)
        raise ValueError(f"{path} is a SavedModel, which TensorFlow alone reads; port what this line writes: {line}")
    if suffix == ".tflite":
        raise ValueError(
            f"{path} holds no GRU any more: TensorFlow Lite takes it apart into products inside a loop; port the model "
            'that it was made from, after model.save("model.keras")'
        )
    if suffix not in READABLE:
        raise ValueError(f"{path} has the suffix {suffix!r}; expected one of {', '.join(READABLE)}")
    for option, given, fitting in (
        ("--prefix", prefix, named.SUFFIXES),
        ("--layer", layers, LAYERS),
        ("--from", convention, named.SUFFIXES),
        ("--map", mapping, named.SUFFIXES),
    ):
        if given and suffix not in fitting:
            raise ValueError(f"{option} {given} came for {path}; expected it with {' or '.join(fitting)}")
    if mapping and not convention and suffix not in named.USUALLY:
        raise ValueError(f"--map came for {path} without --from, the convention that has these names")


def save(path: Path, stack: StackedGRU, convention: str, *, force: bool = False) -> None:
    """Write weights to a file, whole or not at all; `force` replaces one that is there.

    ValueError: the convention cannot hold these weights, or the suffix not the convention; OSError: it exists, or
    cannot be written.
    """
    check_target(path, convention, force=force)
    atomic_write(path, encoded(path.suffix.lower(), stack, convention), replace=force)


def encoded(suffix: str, stack: StackedGRU, convention: str) -> bytes:
    """Return the content of a file with this suffix; errors as of `save`."""
    if suffix == ".npz":
        return npz.write(stack, convention)
    if suffix in (".py", ".c"):
        return python.write(stack, convention) if suffix == ".py" else c_code.write(stack)
    return onnx_write.write(stack) if suffix == ".onnx" else pytorch.write(stack, convention)


def check_target(path: Path, convention: str, *, force: bool = False) -> None:
    """Raise ValueError if a file of this name cannot hold the convention, OSError if it cannot be made."""
    if convention not in WRITABLE.get(path.suffix.lower(), ()):
        fitting = [suffix for suffix, held in WRITABLE.items() if convention in held]
        raise ValueError(f"output is {path}; expected {' or '.join(fitting)} for the convention {convention!r}")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"{path.absolute().parent} is no folder; expected one for {path.name}")
    if path.exists() and not path.is_file():
        raise FileExistsError(f"{path} is no regular file; choose another name")
    if os.path.lexists(path) and not force:  # a link that leads nowhere counts too
        raise FileExistsError(f"{path} exists; choose another name, or --force to replace it")
