"""HDF5 files with weights and no description: what ``save_weights`` writes, in Keras 2 and 3.

Shapes show which arrays are of a GRU, and the bias shows where its reset is. Nothing shows the activations.
Keras 3 numbers the arrays, ``layers/gru_1/cell/vars/0``; Keras 2 names them, ``gru_1/gru_1/gru_cell/kernel:0``.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from gru_lib.activations import USUAL
from gru_lib.porting.conventions import keras as layout
from gru_lib.porting.files import hdf5
from gru_lib.porting.files.found import Found
from gru_lib.porting.files.keras import from_cudnn
from gru_lib.porting.stack import DIRECTIONS, StackedGRU

PARTS = ("kernel", "recurrent_kernel", "bias")
NUMBERED = re.compile(r"(?P<layer>.+?)(?:/(?P<side>forward|backward)_layer)?(?:/cell)?(?:/cells/[^/]+)?/vars")
NAMED = re.compile(
    r"(?P<layer>.+?)(?:/(?P<side>forward|backward)_[^/]+)?(?:/stacked_rnn_cells[^/]*)?(?:/[^/]*gru_cell[^/]*)?"
)


class _Place(NamedTuple):
    """Where one recurrent layer or cell is: its layer, its direction if there are two, its arrays and their shapes."""

    layer: str
    side: str
    paths: list[str]
    shapes: list[tuple[int, ...]]

    @property
    def is_gru(self) -> bool:
        """Whether the arrays are those of a GRU, and not of another recurrent layer."""
        (m, columns), (n, _), *bias = self.shapes
        fitting = ((2, 3 * n), (3 * n,), (6 * n,))
        return self.shapes[:2] == [(m, 3 * n), (n, columns)] and all(shape in fitting for shape in bias)


def weights_h5(
    content: bytes,
    dtype: str | None = None,
    reset_after: bool | None = None,
    gates: str | None = None,
    candidate: str | None = None,
) -> list[Found]:
    """Return the GRUs of a file of weights.

    With a `dtype` half precision is widened. `reset_after` is needed where there is no bias. `gates` is needed with
    reset before: the old versions of Keras that had nothing else used a hard sigmoid.
    """
    by_layer: dict[str, list[_Place]] = defaultdict(list)
    for place in hdf5.look_into(content, lambda file: list(_places(file))):
        by_layer[place.layer].append(place)
    used = (gates or USUAL[0], candidate or USUAL[1])
    assumed = "" if gates and candidate else f"the file does not name activations: {' and '.join(used)} are assumed"
    return [
        Found(name, "GRU", partial(_read, content, name, places, dtype, reset_after, gates, used), assumed=assumed)
        for name, places in by_layer.items()
        if all(place.is_gru for place in places)
    ]


def _places(file: Any) -> Iterator[_Place]:
    """Yield every recurrent layer or cell; those of a stack in their order."""
    named = any(key.startswith("layer_names") for key in file.attrs)
    for layer, place, paths in _named(file) if named else _numbered(file):
        shapes = [hdf5.member(file, path).shape for path in paths]
        match = (NAMED if named else NUMBERED).fullmatch(place)
        if match is None or [len(shape) for shape in shapes[:2]] != [2, 2]:
            continue
        if named:  # a name may begin with that of the model, and does not where the model stands inside another
            name = layer if f"/{match['layer']}".endswith(f"/{layer}") else f"{layer}/{match['layer']}"
        else:
            name = _noted(file, match["layer"])
        yield _Place(name, match["side"] or "", paths, shapes)


def _named(file: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Yield layer, place and paths of the arrays with a recurrent kernel among them, as Keras 2 notes them."""
    for layer in hdf5.strings(file, "layer_names"):
        group: dict[str, dict[str, str]] = defaultdict(dict)
        for name in hdf5.strings(hdf5.member(file, layer), "weight_names"):
            place, _, part = name.rpartition("/")
            group[place][part.removesuffix(":0")] = f"{layer}/{name}"
        for place, arrays in group.items():
            if set(PARTS[:2]) <= arrays.keys() <= set(PARTS):
                yield layer, place, [arrays[part] for part in PARTS if part in arrays]


def _numbered(file: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Yield nothing, place and paths of two or three arrays that belong together, in groups called ``vars``."""
    places = [path for path in hdf5.groups(file) if path.rpartition("/")[2] == "vars" and len(file[path]) in (2, 3)]
    for place in sorted(places, key=lambda path: [int(c) if c.isdigit() else c for c in re.split(r"(\d+)", path)]):
        paths = [f"{place}/{index}" for index in range(len(file[place]))]
        if not place.startswith("optimizer/") and all(index in file[place] for index in "01"):
            yield "", place, paths


def _noted(file: Any, place: str) -> str:
    """Return the names of a layer and of the models around it, those of its groups where Keras has noted none."""
    parts = place.split("/")
    heads = {"/".join(parts[: k + 1]): part for k, part in enumerate(parts) if part != "layers"}
    notes = [(file[f"{head}/vars"].attrs if f"{head}/vars" in file else {}).get("name") for head in heads]
    return "/".join(str(note or part) for note, part in zip(notes, heads.values(), strict=True))


def _read(
    content: bytes,
    name: str,
    places: list[_Place],
    dtype: str | None,
    reset_after: bool | None,
    gates: str | None,
    used: tuple[str, str],
) -> StackedGRU:
    rows = [[place] for place in places]
    if any(place.side for place in places):
        rows = [sorted(places, key=lambda place: place.side, reverse=True)]  # forward first
        if [place.side for place in rows[0]] != [*DIRECTIONS]:
            raise ValueError(f"layer {name!r} has {[p.side for p in places]}; expected one GRU in each direction")
    ranks = {place.shapes[2] != (3 * place.shapes[1][0],) for place in places if len(place.shapes) > 2}
    if len(ranks) != 1 and reset_after is None:
        raise ValueError(f"layer {name!r} has no bias to show where its reset is; say --reset-after or --reset-before")
    after = ranks == {True} if reset_after is None else reset_after
    if not after and gates is None:
        raise ValueError(
            f"layer {name!r} has its reset before the product, as Keras's layers with a hard sigmoid once had by "
            "default, and the file does not name the activation; say --gates hard_sigmoid_0.2, or --gates sigmoid"
        )

    def look(file: Any) -> list[Any]:
        arrays = [[[hdf5.array(hdf5.member(file, path), dtype) for path in p.paths] for p in row] for row in rows]
        return [[array for part in row for array in from_cudnn(part)] for row in arrays]

    return StackedGRU(layout.read(hdf5.look_into(content, look), after).layers, after, used)
