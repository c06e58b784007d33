"""PyTorch's files: what is in them by name, and the state_dict of nn.GRU or nn.GRUCell written."""

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gru_lib.bounded_read import MAX_ENTRIES, members, read_bytes
from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.files import safetensors
from gru_lib.porting.stack import StackedGRU

SUFFIXES = (".pt", ".pth", ".safetensors")
MAX_DEPTH = 50  # of mappings within mappings


def held(path: Path) -> dict[str, Any]:
    """Return everything in a file under its dotted name; ``.safetensors`` files have PyTorch's names too."""
    content = read_bytes(path)
    if path.suffix.lower() == ".safetensors":
        return dict(safetensors.tensors(content))
    tensors = dict(flat(_loaded(content)))
    for name, value in tensors.items():
        claimed = value.numel() * value.element_size() if hasattr(value, "numel") else 0
        if claimed > len(content):
            raise ValueError(f"{name} claims {claimed:,} bytes; the file has {len(content):,}")
    return tensors


def widened(name: str, value: Any, dtype: str | None) -> Any:
    """Return half precision as float32 if a wider dtype was asked for, or raise ValueError."""
    kind = str(getattr(value, "dtype", "")).removeprefix("torch.")
    if kind not in ("float16", "bfloat16"):
        return value
    if dtype is None:
        raise ValueError(f"{name} has dtype {kind}; expected float32 or float64: widen it with --dtype float32")
    return value.float() if hasattr(value, "float") else value.astype(np.float32)


def write(stack: StackedGRU, convention: str) -> bytes:
    """Return the file with a state_dict for `load_state_dict`."""
    import torch

    memory = io.BytesIO()
    arrays = CONVENTIONS[convention].write(stack)
    torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, memory)
    return memory.getvalue()


def _loaded(content: bytes) -> Any:
    """Return what PyTorch reads, or raise ValueError in words that do not advise to trust the file."""
    import torch

    if content.startswith(b"PK\x03\x04"):  # an archive; PyTorch does not look at its checksums
        for _ in members(content):
            pass
    try:
        with warnings.catch_warnings(action="ignore"):  # of programs, which it refuses
            return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file raises a dozen types
        if b"constants.pkl" in content or b"torch.jit" in content[:2000]:
            raise ValueError(
                "it holds a program (TorchScript), which is not run; save torch.jit.load(path).state_dict() instead"
            ) from error
        foreign = re.search(r"GLOBAL ([\w.]+)", str(error))
        what = f"it holds a {foreign[1]}" if foreign else "damaged, or no file of plain tensors"
        raise ValueError(f"{what}; expected what torch.save(model.state_dict(), path) writes") from error


def flat(content: Any) -> Iterator[tuple[str, Any]]:
    """Yield every entry of nested mappings, as in a checkpoint, under its dotted name."""
    waiting, count = [("", content, 0)], 0
    while waiting:
        name, value, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH or count > MAX_ENTRIES:
            raise ValueError(f"mappings nest deeper than {MAX_DEPTH}, or have more than {MAX_ENTRIES:,} entries")
        if isinstance(value, Mapping):
            waiting += [(f"{name}.{key}".removeprefix("."), item, depth + 1) for key, item in value.items()][::-1]
        else:
            yield name, value
