"""HDF5 files with weights and no description: what ``save_weights`` writes, in Keras 2 and 3.

Shapes show which arrays are of a GRU, and the bias shows where its reset is. Nothing shows the activations.
"""

import re
from collections import defaultdict
from functools import partial
from typing import Any

from numpy.typing import NDArray

from gru_lib.activations import USUAL
from gru_lib.porting.conventions import keras as layout
from gru_lib.porting.files import hdf5
from gru_lib.porting.files.found import Found
from gru_lib.porting.stack import DIRECTIONS, StackedGRU

NUMBERED = re.compile(r"(?P<layer>.*?)/(?:(?P<side>forward|backward)_layer/)?cell/vars/(?P<index>[012])")
NAMED = re.compile(
    r"(?P<layer>.*?)/(?:(?P<side>forward|backward)_[^/]*/)?(?:[^/]*/)?(?P<part>kernel|recurrent_kernel|bias)(?::0)?"
)
PARTS = ("kernel", "recurrent_kernel", "bias")


def weights_h5(
    content: bytes, reset_after: bool | None = None, gates: str | None = None, candidate: str | None = None
) -> list[Found]:
    """Return the GRUs of a file of weights.

    `reset_after` is needed where there is no bias. `gates` is needed with reset before: the old versions of Keras that
    had nothing else used a hard sigmoid.
    """
    arrays = hdf5.look_into(content, _arrays)
    grus = {name: sides for name, sides in _by_layer(arrays).items() if all(map(_is_gru, sides.values()))}
    assumed = "" if gates and candidate else f"the file does not name activations: {gates or USUAL[0]} and "
    assumed += f"{candidate or USUAL[1]} are assumed" if assumed else ""
    return [
        Found(name, "GRU", partial(_read, name, sides, reset_after, gates, candidate), assumed)
        for name, sides in grus.items()
    ]


def _arrays(file: Any) -> dict[str, NDArray]:
    """Return every array of layers under its path, or under the name that Keras 2 notes."""
    import h5py  # type: ignore[import-untyped]

    paths: list[str] = []
    file.visititems(lambda path, item: paths.append(path) if isinstance(item, h5py.Dataset) else None)
    own = [path for path in paths if not path.startswith(("optimizer", "metrics"))]
    return {path: hdf5.array(hdf5.member(file, path)) for path in own if file[path].ndim in (1, 2)}


def _by_layer(arrays: dict[str, NDArray]) -> dict[str, dict[str, dict[str, NDArray]]]:
    """Sort arrays by layer, direction and part."""
    layers: dict[str, dict[str, dict[str, NDArray]]] = defaultdict(lambda: defaultdict(dict))
    for path, array in arrays.items():
        if match := NUMBERED.fullmatch(path):
            part = PARTS[int(match["index"])]
        elif match := NAMED.fullmatch(path):
            part = match["part"]
        else:
            continue
        name = match["layer"].removeprefix("layers/")
        layers[_once(name)][match["side"] or "forward"][part] = array
    return layers


def _once(name: str) -> str:
    """Drop the repetition: Keras 2 writes ``gru/gru/gru_cell``, Keras 3 ``gru/sequential/gru``."""
    return name.split("/")[0] if "layers" not in name else name


def _is_gru(parts: dict[str, NDArray]) -> bool:
    recurrent, kernel = parts.get("recurrent_kernel"), parts.get("kernel")
    if recurrent is None or kernel is None or recurrent.ndim != 2 or kernel.ndim != 2:
        return False
    return recurrent.shape == (len(recurrent), 3 * len(recurrent)) and kernel.shape[1] == recurrent.shape[1]


def _read(
    name: str,
    sides: dict[str, dict[str, NDArray]],
    reset_after: bool | None,
    gates: str | None,
    candidate: str | None,
) -> StackedGRU:
    ordered = [sides[side] for side in DIRECTIONS if side in sides]
    arrays = [parts[part] for parts in ordered for part in PARTS if part in parts]
    ranks = {parts["bias"].ndim for parts in ordered if "bias" in parts}
    if len(ranks) != 1 and reset_after is None:
        raise ValueError(f"layer {name!r} has no bias to show where its reset is; say --reset-after or --reset-before")
    after = ranks == {2} if reset_after is None else reset_after
    if not after and gates is None:
        raise ValueError(
            f"layer {name!r} has its reset before the product, as Keras's layers with a hard sigmoid once had by "
            "default, and the file does not name the activation; say --gates hard_sigmoid_0.2, or --gates sigmoid"
        )
    return StackedGRU(layout.read(arrays, after).layers, after, (gates or USUAL[0], candidate or USUAL[1]))
