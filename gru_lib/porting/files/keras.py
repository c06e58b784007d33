"""Keras's own files: the GRUs of a saved model, read without building or running any of it.

A ``.keras`` archive holds a description in JSON and the arrays in HDF5, under ``layers/gru_1/cell/vars/0``; the name
of the layer is noted beside it. A ``.h5`` file, Keras 2's and still written by Keras 3, holds both in HDF5, with the
arrays under the name of the layer.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.bounded_read import members
from gru_lib.porting.conventions import keras as layout
from gru_lib.porting.files import hdf5
from gru_lib.porting.files.found import Found
from gru_lib.porting.files.keras_config import Direction, Layer, checked, layers
from gru_lib.porting.stack import StackedGRU

Rows = list[list[list[NDArray]]]  # the arrays of every direction of every GRU in a layer


def is_model(content: bytes) -> bool:
    """Whether a file holds more than weights; Keras 2 wrote HDF5 by any name."""
    return not content.startswith(hdf5.MAGIC) or hdf5.look_into(content, lambda file: "model_config" in file.attrs)


def description(content: bytes) -> tuple[Any, int]:
    """Return the description of a model, and 3 if Keras 3 saved it, 2 for all before it."""
    if content.startswith(hdf5.MAGIC):
        text, version = hdf5.look_into(content, lambda f: (f.attrs["model_config"], f.attrs.get("keras_version", "1")))
    else:
        files = dict(members(content))
        text, version = files.get("config.json", b""), None
    with reading():
        version = version or json.loads(files.get("metadata.json", b"{}")).get("keras_version", "3")
        version = version.decode() if isinstance(version, bytes) else version
        return json.loads(text), 2 if int(version.split(".")[0]) < 3 else 3


def model(content: bytes, dtype: str | None = None) -> tuple[list[Found], list[str]]:
    """Return the GRUs of a saved model, and the kinds of all its layers; a `dtype` widens half precision."""
    config, version = description(content)
    with reading():
        described = list(layers(config))
    if content.startswith(hdf5.MAGIC):
        return found(described, version, partial(_named_arrays, content, dtype))
    return found(described, version, partial(_grouped_arrays, dict(members(content)), dtype))


@contextmanager
def reading(writer: str = "Keras") -> Iterator[None]:
    """Turn what a bad description leads to into a ValueError."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"damaged, or no model that {writer} saved: {type(error).__name__}: {error}") from error


def found(described: list[Layer], version: int, arrays: Any) -> tuple[list[Found], list[str]]:
    """Return the GRUs among described layers, whose arrays a function finds, and the kinds of all layers."""
    grus = [Found(one.name, one.kind, partial(_read, one, version, arrays)) for one in described if one.is_gru]
    return grus, [layer.kind for layer in described]


def _read(layer: Layer, version: int, arrays: Any) -> StackedGRU:
    try:
        reset_after, activations = checked(layer, version)
        rows = arrays(layer)
        stack = layout.read([[array for part in row for array in part] for row in rows], reset_after)
    except ValueError as error:
        raise ValueError(f"layer {layer.name!r}: {error}") from error
    return StackedGRU(stack.layers, reset_after, activations)


def _checked(part: Direction, arrays: list[NDArray]) -> list[NDArray]:
    """Return the arrays of a part as a GRU layer has them, if they are as many and as large as described."""
    count = 3 if part.cell.get("use_bias", True) else 2
    if len(arrays) != count:
        raise ValueError(f"{part.group} has {len(arrays)} arrays; expected {count}")
    if arrays[1].shape[:1] != (part.cell["units"],):
        raise ValueError(f"the recurrent kernel has shape {arrays[1].shape}; expected {part.cell['units']} units")
    return from_cudnn(arrays)


def _grouped_arrays(files: Mapping[str, bytes], dtype: str | None, layer: Layer) -> Rows:
    """Return the arrays of a layer in a ``.keras`` file, where they are found by the classes of the layers."""

    def arrays(file: Any, part: Direction) -> list[NDArray]:
        group = hdf5.member(file, part.group)
        return _checked(part, [hdf5.array(hdf5.member(group, str(k)), dtype) for k in range(len(group))])

    def look(file: Any) -> Rows:
        noted = hdf5.member(file, f"{layer.group}/vars").attrs.get("name")
        if noted not in (None, layer.path[-1]):
            raise ValueError(f"{layer.group} is of the layer {noted!r}; expected {layer.path[-1]!r}")
        return [[arrays(file, part) for part in row] for row in layer.rows]

    return hdf5.look_into(files.get("model.weights.h5", b""), look)


def _named_arrays(content: bytes, dtype: str | None, layer: Layer) -> Rows:
    """Return the arrays of a layer in a ``.h5`` file; those of inner models stand in the group of the outermost one."""

    def look(file: Any) -> Rows:
        group = hdf5.member(file, f"model_weights/{layer.path[0]}")
        names = hdf5.strings(group, "weight_names")
        own = [name for name in names if len(layer.path) == 1 or layer.path[-1] in name.split("/")]
        return _rows(layer, [(name, hdf5.array(hdf5.member(group, name), dtype)) for name in own])

    return hdf5.look_into(content, look)


def rows(layer: Layer, arrays: Iterable[tuple[str, NDArray]]) -> Rows:
    """Return the arrays of a layer among those of all, whose names have its own name in them."""
    return _rows(layer, [pair for pair in arrays if layer.path[-1] in pair[0].split("/")[:-1]])


def _rows(layer: Layer, own: list[tuple[str, NDArray]]) -> Rows:
    parts: dict[str, list[NDArray]] = defaultdict(list)
    for name, array in own:
        parts[name.rpartition("/")[0]].append(array)
    wanted = [part for row in layer.rows for part in row]
    if len(parts) != len(wanted):
        raise ValueError(f"it has {len(own)} arrays of {len(parts)} GRUs; expected {len(wanted)} GRUs")
    found = map(_checked, wanted, parts.values())
    return [[next(found) for _ in row] for row in layer.rows]


def from_cudnn(arrays: list[NDArray]) -> list[NDArray]:
    """Return what a GRU layer has of what CuDNNGRU stored, blocks transposed and both biases in one row; or the same.

    Source: `preprocess_weights_for_loading` in Keras 2.
    """
    if len(arrays) < 3 or arrays[2].shape != (6 * len(arrays[1]),):
        return arrays
    kernel, recurrent, bias = arrays
    blocks = [block.T.reshape(block.shape, order="F") for block in np.split(kernel, 3, axis=1)]
    return [np.hstack(blocks), np.hstack([block.T for block in np.split(recurrent, 3, axis=1)]), bias.reshape(2, -1)]
