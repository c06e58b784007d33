"""Keras's own ``.keras`` files: the GRUs of a saved model, read without building or running any of it.

The archive holds a description in JSON and the arrays in HDF5. Keras calls the group of a layer by its class, with
a number from the second on: ``layers/gru_1/cell/vars/0``; the name of the layer is noted beside it.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gru_lib.bounded_read import members, read_bytes
from gru_lib.porting.checks import few
from gru_lib.porting.conventions import keras as layout
from gru_lib.porting.stack import DIRECTIONS, StackedGRU

MODULES = ("keras.layers", "gru_lib.layers")  # their GRU and GRUCell compute the same


class _Direction(NamedTuple):
    kind: str
    group: str
    cell: dict[str, Any]  # empty if the kind is no GRU
    backwards: bool


class _Layer(NamedTuple):
    name: str
    kind: str
    group: str
    config: dict[str, Any]
    directions: list[_Direction]


def read(path: Path, names: Sequence[str] = ()) -> tuple[str, StackedGRU]:
    """Return the weights of the layers with these names; without names there must be one GRU layer only."""
    files = dict(members(read_bytes(path)))
    try:
        layers = list(_layers(json.loads(files["config.json"])))
        weights = files["model.weights.h5"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"damaged, or no model that Keras saved: {type(error).__name__}: {error}") from error
    found = {layer.name: layer for layer in layers if layer.directions and layer.directions[0].cell}
    names = list(names) or (list(found) if len(found) == 1 else [])
    missing = [name for name in names if name not in found]
    if missing or not names:
        wanted = f"no GRU layer {missing}" if missing else f"{len(found)} GRU layers"
        kinds = few(sorted({layer.kind for layer in layers}))
        raise ValueError(f"it has {wanted}; choose with --layer from {few(list(found))}; its layers are {kinds}")
    resets = [_checked(found[name]) for name in names]
    if len(set(resets)) > 1:
        raise ValueError(f"the layers {names} have reset_after {resets}; expected the same, port them one by one")
    return "keras", layout.read(_arrays(weights, [found[name] for name in names]), resets[0])


def _layers(model: Any, group: str = "", before: str = "") -> Iterator[_Layer]:
    """Yield every layer of a described model, those of inner models as ``inner/name``."""
    used: Counter[str] = Counter()
    for layer in model["config"].get("layers", []):
        snake = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", layer["class_name"])
        snake = re.sub("([a-z])([A-Z])", r"\1_\2", snake).lower()
        place = f"{group}layers/{snake}" + (f"_{used[snake]}" if used[snake] else "")
        used[snake] += 1
        name, config = f"{before}{layer['config']['name']}", layer["config"]
        yield _Layer(name, _kind(layer), place, config, _directions(layer, place))
        yield from _layers(layer, f"{place}/", f"{name}/")


def _kind(layer: dict[str, Any]) -> str:
    """Return the class of a layer, with its module if it is none of Keras or this package."""
    known = layer["module"] in MODULES
    return str(layer["class_name"]) if known else f"{layer['module']}.{layer['class_name']}"


def _directions(layer: dict[str, Any], group: str) -> list[_Direction]:
    """Return what a recurrent layer consists of: one direction, or both of a Bidirectional."""
    kind, config = _kind(layer), layer["config"]
    if kind == "Bidirectional":
        sides = ((config["layer"], "forward_layer"), (config["backward_layer"], "backward_layer"))
        return [part for side, name in sides for part in _directions(side, f"{group}/{name}")]
    if kind == "RNN" and _kind(config["cell"]) == "GRUCell":
        cell = config["cell"]["config"]
    else:
        cell = config if kind == "GRU" else {}
    return [_Direction(kind, f"{group}/cell/vars", cell, config.get("go_backwards", False))]


def _checked(layer: _Layer) -> bool:
    """Return reset_after of a layer that other frameworks can compute, or raise ValueError."""
    name, parts = layer.name, layer.directions
    if layer.config.get("merge_mode", "concat") not in ("concat", None):
        raise ValueError(f"layer {name!r} has merge_mode {layer.config['merge_mode']!r}; the others know 'concat' only")
    for part, direction in zip(parts, DIRECTIONS, strict=False):
        if not part.cell:
            raise ValueError(f"layer {name!r} has a {part.kind} as {direction} layer; expected a GRU")
        if part.backwards is not (direction == "backward"):
            raise ValueError(
                f"layer {name!r} has go_backwards={part.backwards}; expected {direction == 'backward'}: "
                "port layer.get_weights() with gru_lib.porting.port, and reverse the sequences yourself"
            )
        used = [part.cell.get(key) for key in ("activation", "recurrent_activation")]
        if used != ["tanh", "sigmoid"]:
            raise ValueError(f"layer {name!r} has activations {used}; the others know ['tanh', 'sigmoid'] only")
        for key in ("reset_after", "use_bias"):
            if not isinstance(part.cell.get(key), bool):
                raise ValueError(f"layer {name!r} has {key}={part.cell.get(key)!r}; expected True or False")
    if len({part.cell["reset_after"] for part in parts}) > 1:
        raise ValueError(f"layer {name!r} has different reset_after in its two directions")
    return bool(parts[0].cell["reset_after"])


def _arrays(content: bytes, layers: list[_Layer]) -> list[list[NDArray]]:
    """Return the arrays of each layer, as its ``get_weights()`` would."""
    import h5py  # type: ignore[import-untyped]

    try:
        with h5py.File(io.BytesIO(content)) as file:
            for layer in layers:
                noted = _member(file, f"{layer.group}/vars").attrs.get("name")
                if noted not in (None, layer.name.rpartition("/")[2]):
                    raise ValueError(f"{layer.group} is of the layer {noted!r}; expected {layer.name!r}")
            return [[array for part in layer.directions for array in _variables(file, part)] for layer in layers]
    except Exception as error:  # HDF5 promises no type
        raise ValueError(f"its file of weights is damaged: {error}") from error


def _variables(file: Any, part: _Direction) -> list[NDArray]:
    group = _member(file, part.group)
    count = 3 if part.cell["use_bias"] else 2
    if len(group) != count:
        raise ValueError(f"{part.group} has {len(group)} arrays; expected {count}")
    arrays = [_array(_member(group, str(index))) for index in range(count)]
    if arrays[1].shape[:1] != (part.cell["units"],):
        raise ValueError(f"{part.group}/1 has shape {arrays[1].shape}; expected {part.cell['units']} units")
    return arrays


def _member(group: Any, path: str) -> Any:
    """Return what a group holds under a path; links may lead to other files, and are not followed."""
    import h5py

    for name in path.split("/"):
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{path} is missing, or a link")
        group = group[name]
    return group


def _array(dataset: Any) -> NDArray:
    """Return the numbers of a dataset, if they are in the file."""
    if dataset.external or dataset.is_virtual or dataset.nbytes > dataset.id.get_storage_size():
        raise ValueError(f"{dataset.name} claims {dataset.nbytes:,} bytes that the file does not hold as they are")
    if "dtype" in dataset.attrs:  # bfloat16, written as other numbers
        raise ValueError(f"{dataset.name} has dtype {dataset.attrs['dtype']}; expected float32 or float64")
    return np.asarray(dataset[()])
