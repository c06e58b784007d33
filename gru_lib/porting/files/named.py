"""Files of named arrays that do not say what they hold: the convention is given, and a name for each array if need be.

NumPy's archives, PyTorch's files and safetensors have names; flax's ``.msgpack`` has a tree, whose names are joined by
dots; equinox's ``.eqx`` has an order alone: its arrays are called 0, 1, 2 …, those of a GRUCell 2.weight_ih and so on.
"""

import io
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import USUAL
from gru_lib.bounded_read import read_bytes
from gru_lib.porting.checks import few
from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.files import npz, pytorch
from gru_lib.porting.files.found import Found
from gru_lib.porting.stack import StackedGRU

PYTORCH = ("pytorch", "pytorch-cell")
USUALLY = {".msgpack": "flax", ".eqx": "equinox"}  # what such a file holds unless another convention is given
SILENT = ("keras", "textbook", "scratch")  # their arrays do not show activations that differ in use
ASSUMED = f"the file does not name activations: {' and '.join(USUAL)} are assumed"
SUFFIXES = (".npz", *pytorch.SUFFIXES, *USUALLY)
LEAVES = ("weight_ih", "weight_hh", "bias", "bias_n")  # of equinox's GRUCell, in their order
SIGNS = {  # names that tell whose a GRU is
    "pytorch": ("weight_ih_l0", "weight_hh_l0"),
    "equinox": LEAVES,
    "pytorch-cell": ("weight_ih", "weight_hh"),
    "keras": ("kernel", "recurrent_kernel"),
    "flax": ("ir.kernel", "hn.kernel"),
    "flax-nnx": ("dense_i.kernel", "dense_h.kernel"),
    "haiku": ("w_i", "w_h"),
    "textbook": ("W_z", "U_z"),
    "onnx": ("W", "R"),
}
APART = ("flax", "textbook")  # a matrix for each gate


def grus(path: Path, dtype: str | None = None, **said: Any) -> list[Found]:
    """Return the GRUs of a file that are recognised by the names of their arrays, and what chooses each."""
    arrays, found, others = tensors(path), dict[str, str](), dict[str, str]()
    for name, (convention, signs) in product(arrays, SIGNS.items()):
        prefix = name.removesuffix(signs[0])
        if prefix != name and all(prefix + sign in arrays for sign in signs):
            fits = _has_gates(arrays[prefix + signs[1]], 1 if convention in APART else 3)
            (found if fits else others).setdefault(prefix, convention)
    usual = PYTORCH if path.suffix.lower() in pytorch.SUFFIXES else (USUALLY.get(path.suffix.lower()),)
    return [
        Found(
            prefix,
            convention,
            partial(read, arrays, convention, {}, prefix, dtype, **said),
            convention,
            assumed(convention, **said),
            f"--from {convention} " * (convention not in usual) + f"--prefix {shlex.quote(prefix)}" * bool(prefix),
        )
        for prefix, convention in (found or others).items()  # the others say why they are none
    ]


def _has_gates(array: Any, count: int) -> bool:
    """Whether a recurrent matrix can be that of as many gates; an LSTM has one more."""
    sides = sorted(getattr(array, "shape", ())[-2:])
    return len(sides) == 2 and sides[1] == count * sides[0]


def assumed(convention: str, **said: Any) -> str:
    """Return what has to be assumed of a GRU, if something has."""
    return ASSUMED if convention in SILENT and not {"gates", "candidate"} <= said.keys() else ""


def read(
    arrays: Mapping[str, Any],
    convention: str,
    mapping: Mapping[str, str],
    prefix: str = "",
    dtype: str | None = None,
    **said: Any,
) -> StackedGRU:
    """Return the weights of the arrays that `mapping` names: from the names in the convention to those in the file.

    Without a mapping the arrays are those whose names begin with `prefix`, under the rest of their names. Several
    layers and directions are told apart as in the archives of `npz`: ``layer1.backward.kernel``.
    """
    wanted = {name: _dotted(array) for name, array in mapping.items()}
    if not wanted:
        begin = _dotted(prefix)
        wanted = {name.removeprefix(begin): name for name in arrays if name.startswith(begin)}
    if missing := [name for name in wanted.values() if name not in arrays] or not wanted:
        shapes = [f"{name} {list(getattr(array, 'shape', ()))}" for name, array in arrays.items()]
        lacks = f"lacks {missing}" if mapping else f"has no name that begins with {prefix!r}"
        raise ValueError(f"it {lacks}; it has {few(shapes)}")
    held = {name: pytorch.widened(array, arrays[array], dtype) for name, array in wanted.items()}
    reset_after = said.get("reset_after", convention != "haiku")
    if convention == "onnx":
        held.setdefault("linear_before_reset", np.array(int(reset_after)))
    stack = CONVENTIONS[npz.stored(convention)].read(npz.nested(held), reset_after)
    activations = said.get("gates", USUAL[0]), said.get("candidate", USUAL[1])
    return stack if activations == USUAL else replace(stack, activations=activations)


def _dotted(name: str) -> str:
    return name.removesuffix(":0").replace("/", ".")  # as TensorFlow's variables are called


def tensors(path: Path) -> dict[str, Any]:
    """Return all arrays of a file by name; ValueError if it is damaged."""
    suffix = path.suffix.lower()
    if suffix == ".npz":
        found: Mapping[str, Any] = npz.entries(path)
    elif suffix == ".eqx":
        found = dict(_leaves(read_bytes(path)))
    else:
        found = dict(pytorch.flat(_tree(read_bytes(path)))) if suffix == ".msgpack" else pytorch.held(path)
    return {_dotted(name): array for name, array in found.items()}


def _leaves(content: bytes) -> Iterator[tuple[str, NDArray]]:
    """Yield the arrays of equinox's file; four that can be those of a GRUCell have their names."""
    file, arrays = io.BytesIO(content), list[NDArray]()
    while file.tell() < len(content):
        arrays.append(npz.array(f"array {len(arrays)}", file))
    names = [str(k) for k in range(len(arrays))]
    for k in range(len(arrays) - 3):
        kernel, recurrent, bias, bias_n = (array.shape for array in arrays[k : k + 4])
        (n,) = bias_n if len(bias_n) == 1 else (0,)
        if n and kernel[:1] == bias == (3 * n,) and recurrent == (3 * n, n) and len(kernel) == 2:
            names[k : k + 4] = [f"{k}.{leaf}" for leaf in LEAVES]
    return zip(names, arrays, strict=True)


def _tree(content: bytes) -> Any:
    from flax.serialization import msgpack_restore

    try:
        return msgpack_restore(content)
    except Exception as error:  # msgpack promises no type
        raise ValueError(f"damaged, or no file of flax: {type(error).__name__}: {error}") from error
