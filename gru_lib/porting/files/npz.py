"""NumPy archives: any convention, next to what it is, its reset_after and the names of its arrays.

``layer1.backward.kernel`` names an array; what there is only one of (layer, direction) is left out.
"""

import io
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.activations import USUAL
from gru_lib.bounded_read import members, read_bytes
from gru_lib.porting.checks import few
from gru_lib.porting.conventions import CONVENTIONS, WHOLE
from gru_lib.porting.stack import DIRECTIONS, StackedGRU
from gru_lib.scratch import GRUWeights

LABELS = ("convention", "reset_after")
ACTIVATIONS = ("gates", "candidate")  # noted where they are not the usual ones, and the arrays do not show them
NAME = re.compile(r"(?:layer(?P<layer>\d+)\.)?(?:(?P<direction>forward|backward)\.)?(?P<part>\w+)")
ADVICE = 'np.savez(path, convention="keras", reset_after=True, kernel=k, recurrent_kernel=u, bias=b)'


def read(path: Path) -> tuple[str, StackedGRU]:
    """Return the convention that the archive names, and its weights."""
    entries = {name.removesuffix(".npy"): _array(name, content) for name, content in members(read_bytes(path))}
    missing = [label for label in LABELS if label not in entries]
    if missing:
        raise ValueError(f"it lacks {missing} and has {few(sorted(entries))}; expected what {ADVICE} writes")
    convention, reset_after = (entries.pop(label).tolist() for label in LABELS)
    if not isinstance(convention, str) or convention not in WHOLE or not isinstance(reset_after, bool):
        raise ValueError(
            f"it has convention {convention!r} and reset_after {reset_after!r}; "
            f"expected one of {', '.join(WHOLE)}, and True or False"
        )
    gates, candidate = (str(entries.pop(name, usual)) for name, usual in zip(ACTIVATIONS, USUAL, strict=True))
    names = entries.pop("names", np.array(sorted(entries))).tolist()
    if names != sorted(entries):  # a damaged index of a zip file loses its last entries without a word
        raise ValueError(f"it has the arrays {few(sorted(entries))}; expected {few(names)}, as it says itself")
    stack = CONVENTIONS[_stored(convention)].read(_nested(entries), reset_after)
    return convention, stack if (gates, candidate) == USUAL else replace(stack, activations=(gates, candidate))


def _array(name: str, content: bytes) -> NDArray:
    """Return the array of a member, unless it claims more numbers than it holds."""
    file = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(file)
        if math.prod(shape) * max(dtype.itemsize, 1) > len(content):
            raise ValueError(f"it claims the shape {shape} of {dtype}, and has {len(content):,} bytes")
        file.seek(0)
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    except Exception as error:  # NumPy promises no type
        raise ValueError(f"{name} is no plain array: {error}") from error


def write(stack: StackedGRU, convention: str) -> bytes:
    """Return the archive with the weights in this convention."""
    labels: dict[str, Any] = {"convention": convention, "reset_after": stack.reset_after}
    if convention in ("keras", "textbook") and stack.activations != USUAL:
        labels |= dict(zip(ACTIVATIONS, stack.activations, strict=True))
        stack = replace(stack, activations=USUAL)
    arrays = _flat(CONVENTIONS[_stored(convention)].write(stack))
    labels["names"] = sorted(arrays)
    memory = io.BytesIO()
    np.savez(memory, **labels, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle
    return memory.getvalue()


def _stored(convention: str) -> str:
    """Keras's lists have no names; their arrays are those of scratch."""
    return "scratch" if convention == "keras" else convention


def _flat(weights: Any) -> dict[str, Any]:
    """Name the arrays of nested lists (layers), tuples (directions) and mappings."""
    if isinstance(weights, GRUWeights):
        weights = dict(zip(("kernel", "recurrent_kernel", "bias"), weights.arrays(), strict=False))
    if isinstance(weights, Mapping):
        return {name: np.asarray(value) for name, value in weights.items()}
    names = DIRECTIONS if isinstance(weights, tuple) else [f"layer{index}" for index in range(len(weights))]
    inner = zip(names, map(_flat, weights), strict=True)
    return {f"{name}.{rest}": array for name, arrays in inner for rest, array in arrays.items()}


def _nested(arrays: dict[str, NDArray]) -> Any:
    """Undo `_flat`."""
    parts: dict[tuple[int, str], dict[str, Any]] = {}
    for name, array in arrays.items():
        match = NAME.fullmatch(name)
        if not match:
            raise ValueError(f"it has an array {name!r}; expected names such as layer1.backward.kernel")
        place = int(match["layer"] or 0), match["direction"] or "forward"
        parts.setdefault(place, {})[match["part"]] = array if array.ndim else array.item()
    count = len({layer for layer, _ in parts})
    if not parts or any((layer, "forward") not in parts for layer in range(count)):
        raise ValueError(f"it has arrays {few(sorted(arrays))}; expected a forward GRU in each layer from 0 on")
    layers = [tuple(_named(parts[k, d]) for d in DIRECTIONS if (k, d) in parts) for k in range(count)]
    things = [layer if len(layer) > 1 else layer[0] for layer in layers]
    return things if count > 1 else things[0]


def _named(part: dict[str, Any]) -> Any:
    """Make GRUWeights of Keras's arrays; leave other mappings as they are."""
    if not {"kernel", "recurrent_kernel"} <= part.keys() <= {"kernel", "recurrent_kernel", "bias"}:
        return part
    return GRUWeights(**part)
