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
from gru_lib.porting.files.found import ChoiceError
from gru_lib.porting.stack import DIRECTIONS, StackedGRU
from gru_lib.scratch import GRUWeights

LABELS = ("convention", "reset_after")
ACTIVATIONS = ("gates", "candidate")  # noted where they are not the usual ones, and the arrays do not show them
NAME = re.compile(r"(?:layer(?P<layer>\d+)\.)?(?:(?P<direction>forward|backward)\.)?(?P<part>\w+(?:\.\w+)*)")
ADVICE = 'np.savez(path, convention="keras", reset_after=True, kernel=k, recurrent_kernel=u, bias=b)'


def read(path: Path) -> tuple[str, StackedGRU]:
    """Return the convention that the archive names, and its weights."""
    held = entries(path)
    missing = [label for label in LABELS if label not in held]
    if missing:
        raise ChoiceError(
            f"it lacks {missing} and has {few(sorted(held))}; expected what {ADVICE} writes, or --from and --map"
        )
    convention, reset_after = (held.pop(label).tolist() for label in LABELS)
    if not isinstance(convention, str) or convention not in WHOLE or not isinstance(reset_after, bool):
        raise ValueError(
            f"it has convention {convention!r} and reset_after {reset_after!r}; "
            f"expected one of {', '.join(WHOLE)}, and True or False"
        )
    gates, candidate = (str(held.pop(name, usual)) for name, usual in zip(ACTIVATIONS, USUAL, strict=True))
    names = held.pop("names", np.array(sorted(held))).tolist()
    if names != sorted(held):  # a damaged index of a zip file loses its last held without a word
        raise ValueError(f"it has the arrays {few(sorted(held))}; expected {few(names)}, as it says itself")
    stack = CONVENTIONS[stored(convention)].read(nested(held), reset_after)
    return convention, stack if (gates, candidate) == USUAL else replace(stack, activations=(gates, candidate))


def is_labelled(path: Path) -> bool:
    """Whether an archive says what it holds."""
    return set(LABELS) <= entries(path).keys()


def entries(path: Path) -> dict[str, NDArray]:
    """Return all arrays of an archive by name."""
    return {name.removesuffix(".npy"): array(name, io.BytesIO(data)) for name, data in members(read_bytes(path))}


def array(name: str, file: io.BytesIO) -> NDArray:
    """Return the array that begins where a file in memory stands, unless it claims more numbers than follow."""
    start = file.tell()
    left = len(file.getbuffer()) - start
    try:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = header(file)
        if math.prod(shape) * max(dtype.itemsize, 1) > left:
            raise ValueError(f"it claims the shape {shape} of {dtype}, and has {left:,} bytes")
        file.seek(start)
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    except Exception as error:  # NumPy promises no type
        raise ValueError(f"{name} is no plain array: {error}") from error


def write(stack: StackedGRU, convention: str) -> bytes:
    """Return the archive with the weights in this convention."""
    labels: dict[str, Any] = {"convention": convention, "reset_after": stack.reset_after}
    if convention in ("keras", "textbook") and stack.activations != USUAL:
        labels |= dict(zip(ACTIVATIONS, stack.activations, strict=True))
        stack = replace(stack, activations=USUAL)
    arrays = _flat(CONVENTIONS[stored(convention)].write(stack))
    labels["names"] = sorted(arrays)
    memory = io.BytesIO()
    np.savez(memory, **labels, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle
    return memory.getvalue()


def stored(convention: str) -> str:
    """Return whose names the arrays have: Keras's lists have none; their arrays are those of scratch."""
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


def nested(arrays: Mapping[str, Any]) -> Any:
    """Return lists (layers), tuples (directions) and mappings of named arrays; further dots are mappings within."""
    parts: dict[tuple[int, str], dict[str, Any]] = {}
    for name, array in arrays.items():
        match = NAME.fullmatch(name)
        if not match:
            raise ValueError(f"it has an array {name!r}; expected names such as layer1.backward.kernel")
        place = int(match["layer"] or 0), match["direction"] or "forward"
        *branches, leaf = match["part"].split(".")
        part: Any = parts.setdefault(place, {})
        for branch in branches:
            part = part.setdefault(branch, {}) if isinstance(part, dict) else part
        if not isinstance(part, dict):
            raise ValueError(f"it has an array {name!r}, and another one of which this is a part")
        part[leaf] = array if getattr(array, "ndim", 1) else array.item()
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
