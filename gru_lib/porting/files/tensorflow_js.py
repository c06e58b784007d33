"""TensorFlow.js: ``model.json`` describes layers as Keras 2 does, and shards beside it hold the numbers.

Source: `decodeWeights` in TensorFlow.js 4.22; what is quantised has the values that it computes with.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.bounded_read import read_bytes
from gru_lib.porting.files import keras
from gru_lib.porting.files.found import Found
from gru_lib.porting.files.keras_config import layers

BYTES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint16": "<u2", "uint8": "u1", "bool": "u1"}


def model(path: Path) -> tuple[list[Found], list[str]]:
    """Return the GRUs of a layers model, and the kinds of all its layers."""
    with keras.reading("TensorFlow.js"):
        content = json.loads(read_bytes(path))
        topology, manifest = content["modelTopology"], content["weightsManifest"]
        if content.get("format", "layers-model") != "layers-model":
            raise ValueError(f"format {content['format']!r}; expected a layers model, a graph has no layers any more")
        described = list(layers(topology.get("model_config", topology)))
        arrays = [pair for group in manifest for pair in _group(path.parent, group["paths"], group["weights"])]
    return keras.found(described, 2, lambda layer: keras.rows(layer, arrays))


def _group(folder: Path, names: list[str], weights: list[dict[str, Any]]) -> Iterator[tuple[str, NDArray]]:
    """Yield the arrays of a group by name; its shards are one row of bytes."""
    dtypes = [np.dtype(BYTES[one.get("quantization", one)["dtype"]]) for one in weights]
    sizes = [dtype.itemsize * math.prod(one["shape"]) for dtype, one in zip(dtypes, weights, strict=True)]
    content = b"".join(_shard(folder, name, names, sum(sizes)) for name in names)
    if len(content) != sum(sizes):
        raise ValueError(f"{names} hold {len(content):,} bytes together; expected {sum(sizes):,}")
    end = 0
    for one, dtype, size in zip(weights, dtypes, sizes, strict=True):
        begin, end = end, end + size
        array, scale = np.frombuffer(content[begin:end], dtype).reshape(one["shape"]), one.get("quantization", {})
        if "scale" in scale:
            array = array * np.float64(scale["scale"]) + scale["min"]
        yield one["name"], array.astype(np.float32)


def _shard(folder: Path, name: str, names: list[str], expected: int) -> bytes:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"the shard {name!r} lies outside the folder of the model")
    if not path.is_file():
        raise ValueError(f"the shard {name!r} is missing; {names} hold {expected:,} bytes together")
    return read_bytes(path)
