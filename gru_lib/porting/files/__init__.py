"""Weights in files: what the suffix of a name stands for, and writing that never leaves half a file."""

import os
import shlex
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gru_lib.activations import USUAL
from gru_lib.atomic_write import atomic_write
from gru_lib.bounded_read import read_bytes
from gru_lib.porting.conventions import WHOLE
from gru_lib.porting.files import c_code, hdf5, keras, keras_weights, named, npz, onnx_read, onnx_write, pytorch
from gru_lib.porting.files import python_code as python
from gru_lib.porting.files.found import ChoiceError, Found, chosen
from gru_lib.porting.stack import StackedGRU

KERAS = (".keras", ".h5", ".hdf5")
PYTORCH = pytorch.SUFFIXES
NOTHING: Mapping[str, str] = {}
NAMED = (*KERAS, ".onnx")
READABLE = (*named.SUFFIXES, *KERAS, ".onnx")
WRITABLE = {
    ".npz": WHOLE,
    ".pt": ("pytorch", "pytorch-cell"),
    ".pth": ("pytorch", "pytorch-cell"),
    ".onnx": ("onnx",),
    ".py": tuple(python.WRITERS),
    ".c": ("scratch",),
}


class Assumed(UserWarning):
    """A file does not show something, and the usual was assumed."""


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

    `prefix` is that of the names in a PyTorch file, such as ``rnn.``; `layers` are names in a Keras file, first layer
    first; with a `dtype` half precision is widened; `reset_after`, `gates` and `candidate` say what a file of weights
    alone does not show; `convention` and `mapping`, from its names to those of the arrays, what a file of named arrays
    holds. Where something is assumed there is a warning. ValueError: the file is damaged, or no GRU that other
    frameworks can compute; OSError: it cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in READABLE:
        raise ValueError(f"{path} has the suffix {suffix!r}; expected one of {', '.join(READABLE)}")
    convention = convention or named.USUALLY.get(suffix)
    _refuse_idle_options(path, prefix, layers, convention, mapping)
    said = {name: value for name, value in said.items() if value is not None}
    try:
        if convention:
            if convention in named.SILENT and not {"gates", "candidate"} <= said.keys():
                said_not = f"the file does not name activations: {' and '.join(USUAL)}, unless said"
                warnings.warn(said_not, Assumed, stacklevel=2)
            return convention, named.read(path, convention, mapping, prefix, dtype, **said)
        if suffix in KERAS:
            return "keras", _chosen(*_keras(path, dtype, said), layers)
        if said:
            raise ValueError(f"{', '.join(said)} came, and the file shows it")
        if suffix == ".npz":
            return npz.read(path)
        return onnx_read.read(path, layers) if suffix == ".onnx" else pytorch.read(path, prefix, dtype)
    except ChoiceError as error:
        raise ChoiceError(f"{path}: {error}", error.found) from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _refuse_idle_options(
    path: Path, prefix: str, layers: Sequence[str], convention: str | None, mapping: Mapping[str, str]
) -> None:
    """Raise ValueError for an option that would do nothing with such a file."""
    suffix = path.suffix.lower()
    if prefix and suffix not in PYTORCH and not convention:
        raise ValueError(f"prefix is {prefix!r}, and {path} has none; expected it with {' or '.join(PYTORCH)}")
    if (convention and suffix not in named.SUFFIXES) or (mapping and not convention):
        raise ValueError(f"--from and --map came for {path}; expected both with {' or '.join(named.SUFFIXES)}")
    if layers and suffix not in NAMED:
        raise ValueError(f"layers is {list(layers)}, and {path} has none; expected it with {' or '.join(NAMED)}")


def inventory(path: Path, *, dtype: str | None = None, **said: Any) -> list[Found]:
    """Return the GRUs of a file, those too that are refused when they are read; arguments and errors as of `load`."""
    said = {name: value for name, value in said.items() if value is not None}
    suffix, one = path.suffix.lower(), partial(partial, _stack, path, dtype=dtype, **said)
    try:
        if suffix in KERAS:
            found = _keras(path, dtype, said)[0]
        elif suffix == ".onnx":
            found = [Found(name, "GRU", one(layers=[name])) for name in onnx_read.names(path)]
        elif suffix in PYTORCH:
            found = [Found(name, "state_dict", one(prefix=name)) for name in pytorch.prefixes(path)]
        else:
            return [Found(path.stem, suffix, one())]
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error
    option = "--prefix" if suffix in PYTORCH else "--layer"
    return [gru._replace(option=f"{option} {shlex.quote(gru.name)}") for gru in found]


def _stack(path: Path, **choice: Any) -> StackedGRU:
    return load(path, **choice)[1]


def _keras(path: Path, dtype: str | None, said: Mapping[str, Any]) -> tuple[list[Found], list[str]]:
    """Return the GRUs in a file of Keras, and the kinds of all its layers."""
    content = read_bytes(path)
    archive = path.suffix.lower() == ".keras" and not content.startswith(hdf5.MAGIC)  # Keras 2 wrote HDF5 by any name
    if not archive and not hdf5.look_into(content, lambda file: "model_config" in file.attrs):
        return keras_weights.weights_h5(content, dtype, **said), []
    if said:
        raise ValueError(f"{', '.join(said)} came, and the file shows it")
    return keras.archive(content, dtype) if archive else keras.model_h5(content, dtype)


def _chosen(found: list[Found], kinds: list[str], names: Sequence[str]) -> StackedGRU:
    stack = chosen(found, names, "--layer", kinds)
    for assumed in {gru.assumed for gru in found if gru.assumed and gru.name in (names or [gru.name])}:
        warnings.warn(assumed, Assumed, stacklevel=3)
    return stack


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
