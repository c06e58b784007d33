"""How Keras describes a model in JSON: which layers are GRUs, and whether others can compute them."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from gru_lib.activations import USUAL
from gru_lib.porting.stack import DIRECTIONS

MODULES = ("keras.layers", "gru_lib.layers")  # their GRU and GRUCell compute the same
CUDNN = {"reset_after": True, "use_bias": True, "activation": USUAL[1], "recurrent_activation": USUAL[0]}
HARD = {2: "hard_sigmoid_0.2", 3: "hard_sigmoid_6"}  # what "hard_sigmoid" means in this version, and before


class Direction(NamedTuple):
    """A GRU that reads one way; `cell` is empty if it is none."""

    kind: str
    group: str
    cell: dict[str, Any]
    backwards: bool


class Layer(NamedTuple):
    """A layer of a model; `path` leads to it through inner models, `group` to its arrays in a .keras file.

    `rows` are the GRUs in it, one upon the other, each in one direction or in both.
    """

    path: tuple[str, ...]
    kind: str
    group: str
    config: dict[str, Any]
    rows: list[list[Direction]]

    @property
    def name(self) -> str:
        """Its name, with those of the models around it."""
        return "/".join(self.path)

    @property
    def is_gru(self) -> bool:
        """Whether it is a GRU, at least in its first direction."""
        return bool(self.rows[0][0].cell)


def layers(model: Any, group: str = "", path: tuple[str, ...] = ()) -> Iterator[Layer]:
    """Yield every layer of a described model.

    Keras calls the group of a layer by its class, with a number from the second on: ``layers/gru_1``.
    """
    used: Counter[str] = Counter()
    config = model["config"]
    for layer in config if isinstance(config, list) else config.get("layers", []):  # a list before Keras 2.2.3
        snake = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", layer["class_name"])
        snake = re.sub("([a-z])([A-Z])", r"\1_\2", snake).lower()
        place = f"{group}layers/{snake}" + (f"_{used[snake]}" if used[snake] else "")
        used[snake] += 1
        inner = layer["config"]
        names = (*path, layer.get("name") or inner["name"]) if isinstance(inner, dict) else (*path, snake)
        yield Layer(names, _kind(layer), place, inner, _rows(layer, place))
        yield from layers(layer, f"{place}/", names) if isinstance(inner, list) or "layers" in inner else ()


def _kind(layer: dict[str, Any]) -> str:
    """Return the class of a layer, with its module if it is none of Keras or this package."""
    module = layer.get("module", MODULES[0])  # Keras 2 does not name it
    return str(layer["class_name"]) if module in MODULES else f"{module}.{layer['class_name']}"


def _rows(layer: dict[str, Any], group: str) -> list[list[Direction]]:
    """Return what a recurrent layer consists of: one GRU, both of a Bidirectional, or cells one upon the other."""
    kind, config = _kind(layer), layer["config"]
    if kind == "TimeDistributed":
        return _rows(config["layer"], f"{group}/layer")
    if kind == "Bidirectional":
        one = config["layer"]
        mirrored = one | {"config": one["config"] | {"go_backwards": not one["config"].get("go_backwards", False)}}
        sides = ((one, "forward_layer"), (config.get("backward_layer") or mirrored, "backward_layer"))
        halves = [_rows(side, f"{group}/{name}") for side, name in sides]
        stacked = any(len(rows) > 1 for rows in halves)  # each direction reads its own cells only: no stack of ours
        return [[Direction(kind, group, {}, False)]] if stacked else [[rows[0][0] for rows in halves]]
    backwards, cell = config.get("go_backwards", False) if isinstance(config, dict) else False, {}
    if kind == "RNN":
        return [[Direction(*part, backwards)] for part in _cells(config["cell"], f"{group}/cell")]
    if kind in ("GRU", "CuDNNGRU"):
        cell = config | (CUDNN if kind == "CuDNNGRU" else {})
    place = f"{group}/vars" if kind == "CuDNNGRU" else f"{group}/cell/vars"
    return [[Direction(kind, place, cell, backwards if cell else False)]]


def _cells(cell: dict[str, Any], group: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return kind, place and description of a cell, or of those in a stack; no description if one is no GRU."""
    kind = _kind(cell)
    if kind != "StackedRNNCells":
        return [(kind, f"{group}/vars", cell["config"] if kind == "GRUCell" else {})]
    cells = cell["config"]["cells"]
    if any(_kind(one) != "GRUCell" for one in cells):
        return [(kind, group, {})]
    numbers = ["", *(f"_{k}" for k in range(1, len(cells)))]
    return [("GRUCell", f"{group}/cells/gru_cell{k}/vars", c["config"]) for k, c in zip(numbers, cells, strict=True)]


def checked(layer: Layer, version: int) -> tuple[bool, tuple[str, str]]:
    """Return reset_after and the activations of a layer that others can compute, or raise ValueError."""
    if layer.config.get("merge_mode", "concat") not in ("concat", None):
        raise ValueError(f"it has merge_mode {layer.config['merge_mode']!r}; the others know 'concat' only")
    parts = [pair for row in layer.rows for pair in zip(row, DIRECTIONS, strict=False)]
    kinds = [_checked(part, direction, version) for part, direction in parts]
    if len(set(kinds)) > 1:
        where = "two directions" if len(layer.rows) == 1 else "cells"
        raise ValueError(f"it has different reset_after or activations in its {where}")
    return kinds[0]


def _checked(part: Direction, direction: str, version: int) -> tuple[bool, tuple[str, str]]:
    if not part.cell:
        raise ValueError(f"it has a {part.kind} as {direction} layer; expected a GRU")
    if part.backwards is not (direction == "backward"):
        raise ValueError(
            f"it has go_backwards={part.backwards}; expected {direction == 'backward'}: "
            "port layer.get_weights() with gru_lib.porting.port, and reverse the sequences yourself"
        )
    cell = {"reset_after": False, "use_bias": True} | part.cell  # older versions had reset before only
    for key in ("reset_after", "use_bias"):
        if not isinstance(cell[key], bool):
            raise ValueError(f"it has {key}={cell[key]!r}; expected True or False")
    gates, candidate = cell.get("recurrent_activation"), cell.get("activation")
    gates = HARD[version] if gates == "hard_sigmoid" else gates
    if gates not in ("sigmoid", *HARD.values()) or candidate not in ("tanh", "relu"):
        raise ValueError(f"it has activations {[candidate, gates]}; expected tanh or relu, and sigmoid or hard_sigmoid")
    return cell["reset_after"], (gates, candidate)
