"""Files of named arrays that do not say what they hold: the convention is given, and a name for each array if need be.

NumPy's archives, PyTorch's files and safetensors have names; flax's ``.msgpack`` has a tree, whose names are joined by
dots; equinox's ``.eqx`` has an order alone, and its arrays are called 0, 1, 2 …
"""

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gru_lib.activations import USUAL
from gru_lib.bounded_read import read_bytes
from gru_lib.porting.checks import few
from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.files import npz, pytorch
from gru_lib.porting.stack import StackedGRU

USUALLY = {".msgpack": "flax", ".eqx": "equinox"}  # what such a file holds unless another convention is given
SILENT = ("keras", "textbook", "scratch")  # their arrays do not show activations that differ in use
LEAVES = ("weight_ih", "weight_hh", "bias", "bias_n")  # of equinox's GRUCell, in their order
SUFFIXES = (".npz", *pytorch.SUFFIXES, *USUALLY)


def read(
    path: Path, convention: str, mapping: Mapping[str, str], prefix: str = "", dtype: str | None = None, **said: Any
) -> StackedGRU:
    """Return the weights of the arrays that `mapping` names: from the names in the convention to those in the file.

    Without a mapping the arrays are those whose names begin with `prefix`, under the rest of their names. Several
    layers and directions are told apart as in the archives of `npz`: ``layer1.backward.kernel``.
    """
    arrays = {name.replace("/", "."): array for name, array in tensors(path).items()}
    wanted = {name: array.replace("/", ".") for name, array in mapping.items()}
    if not wanted:
        begin = prefix.replace("/", ".")
        wanted = {name.removeprefix(begin): name for name in arrays if name.startswith(begin)}
    if missing := [name for name in wanted.values() if name not in arrays] or not wanted:
        shapes = [f"{name} {list(getattr(array, 'shape', ()))}" for name, array in arrays.items()]
        lacks = f"lacks {missing}" if mapping else f"has no name that begins with {prefix!r}"
        raise ValueError(f"it {lacks}; it has {few(shapes)}")
    held = {name: np.asarray(pytorch.widened(array, arrays[array], dtype)) for name, array in wanted.items()}
    reset_after = said.get("reset_after", convention != "haiku")
    if convention == "onnx":
        held.setdefault("linear_before_reset", np.array(int(reset_after)))
    stack = CONVENTIONS[npz.stored(convention)].read(npz.nested(held), reset_after)
    activations = said.get("gates", USUAL[0]), said.get("candidate", USUAL[1])
    return stack if activations == USUAL else replace(stack, activations=activations)


def tensors(path: Path) -> dict[str, Any]:
    """Return all arrays of a file by name; ValueError if it is damaged."""
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return npz.entries(path)
    if suffix == ".eqx":
        arrays = list(_in_a_row(read_bytes(path)))
        names = LEAVES if len(arrays) == len(LEAVES) else map(str, range(len(arrays)))
        return dict(zip(names, arrays, strict=True))
    return dict(pytorch.flat(_tree(read_bytes(path)))) if suffix == ".msgpack" else pytorch.held(path)


def _in_a_row(content: bytes) -> list[Any]:
    file, arrays = io.BytesIO(content), list[Any]()
    while file.tell() < len(content):
        arrays.append(npz.array(f"array {len(arrays)}", file))
    return arrays


def _tree(content: bytes) -> Any:
    from flax.serialization import msgpack_restore

    try:
        return msgpack_restore(content)
    except Exception as error:  # msgpack promises no type
        raise ValueError(f"damaged, or no file of flax: {type(error).__name__}: {error}") from error
