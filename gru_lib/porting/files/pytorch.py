"""PyTorch's files: the state_dict of nn.GRU or nn.GRUCell, alone or inside that of a bigger model."""

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gru_lib.bounded_read import MAX_ENTRIES, members, read_bytes
from gru_lib.porting.checks import few
from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.files import safetensors
from gru_lib.porting.stack import StackedGRU

SUFFIXES = (".pt", ".pth", ".safetensors")
MAX_DEPTH = 50  # of mappings within mappings


def read(path: Path, prefix: str = "", dtype: str | None = None) -> tuple[str, StackedGRU]:
    """Return the convention and the weights whose names begin with `prefix`; half precision only if `dtype` is given.

    ``.safetensors`` files have PyTorch's names too.
    """
    content, tensors = _content_and_tensors(path)
    state = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    if not any(name.startswith("weight_hh") for name in state):
        found = gru_prefixes(tensors)
        choice = f"there is one under {few(found)}: choose it as --prefix" if found else "there is none in it"
        raise ValueError(f"it has no GRU under the prefix {prefix!r}; {choice}")
    for name, value in state.items():
        claimed = value.numel() * value.element_size() if hasattr(value, "numel") else 0
        if claimed > len(content):
            raise ValueError(f"{name} claims {claimed:,} bytes; the file has {len(content):,}")
    state = {name: widened(name, value, dtype) for name, value in state.items()}
    convention = "pytorch-cell" if "weight_hh" in state else "pytorch"
    return convention, CONVENTIONS[convention].read(state, True)


def prefixes(path: Path) -> list[str]:
    """Return what stands before the names of each GRU in a file."""
    return gru_prefixes(held(path))


def held(path: Path) -> dict[str, Any]:
    """Return everything in a file under its dotted name."""
    return _content_and_tensors(path)[1]


def _content_and_tensors(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the content of a file, and its tensors by name."""
    content = read_bytes(path)
    plain = path.suffix.lower() == ".safetensors"
    return content, safetensors.tensors(content) if plain else dict(flat(_loaded(content)))


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


def gru_prefixes(tensors: Mapping[str, Any]) -> list[str]:
    """Return the prefixes under which there is a recurrent matrix with three gates."""
    hidden = re.compile(r"((?:.*\.)?)weight_hh(?:_l0)?")
    names = {name: match[1] for name in tensors if (match := hidden.fullmatch(name))}
    shapes = {prefix: list(getattr(tensors[name], "shape", [])) for name, prefix in names.items()}
    return [prefix for prefix, shape in shapes.items() if len(shape) == 2 and shape[0] == 3 * shape[1]]


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
