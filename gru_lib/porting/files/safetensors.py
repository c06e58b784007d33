"""safetensors: a header in JSON, then numbers; read here with NumPy, since the format is twenty lines.

The file begins with the length of the header, which says for each tensor dtype, shape and place. PyTorch's names are
expected inside. https://github.com/huggingface/safetensors describes it; that package writes it.
"""

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def tensors(content: bytes) -> dict[str, NDArray]:
    """Return the arrays of floating-point numbers by name; bfloat16 as float32, which holds it exactly.

    ValueError: the header is damaged, or places numbers where there are none.
    """
    length = int.from_bytes(content[:8], "little")
    body = content[8 + length :]
    try:
        header: Any = json.loads(content[8 : 8 + length]) if 0 < length <= len(content) - 8 else None
        entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
        return {name: _array(name, entry, body) for name, entry in entries.items() if entry["dtype"] in DTYPES}
    except (AttributeError, KeyError, TypeError, RecursionError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"damaged, or no safetensors file: {type(error).__name__}: {error}") from error


def _array(name: str, entry: dict[str, Any], body: bytes) -> NDArray:
    start, end = entry["data_offsets"]
    dtype, shape = np.dtype(DTYPES[entry["dtype"]]), tuple(entry["shape"])
    fits = 0 <= start <= end <= len(body) and end - start == math.prod(shape) * dtype.itemsize
    if not fits or min(shape, default=1) < 0:
        raise ValueError(f"{name} is said to be bytes {start} to {end} with shape {shape}; the file has {len(body):,}")
    array = np.frombuffer(body[start:end], dtype).reshape(shape)
    return (array.astype(np.uint32) << 16).view(np.float32) if entry["dtype"] == "BF16" else array.copy()
