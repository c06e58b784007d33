"""PyTorch's files: the state_dict of nn.GRU or nn.GRUCell, alone or inside that of a bigger model."""

import io
import pickle
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gru_lib.porting.conventions import CONVENTIONS
from gru_lib.porting.stack import Stack

# What damaged files of PyTorch's older format raise.
LOOKUPS = (EOFError, KeyError, AttributeError, IndexError)


def read(path: Path, prefix: str = "") -> tuple[str, Stack]:
    """Return the convention and the weights whose names begin with `prefix`."""
    import torch

    try:
        _check_sums(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, zipfile.BadZipFile, RuntimeError, *LOOKUPS) as error:
        reason = str(error).partition("\n")[0].strip()
        raise ValueError(
            f"{path} holds no plain tensors ({reason}); expected what torch.save(model.state_dict(), path) writes"
        ) from error
    tensors = dict(_flat(content))
    state = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    if not any(name.startswith("weight_hh") for name in state):
        found = [repr(name) for name in gru_prefixes(tensors)]
        raise ValueError(
            f"{path} has no GRU under the prefix {prefix!r}; "
            + (f"there is one under {', '.join(found)}: choose it as --prefix" if found else "there is none in it")
        )
    convention = "pytorch-cell" if "weight_hh" in state else "pytorch"
    return convention, CONVENTIONS[convention].read(state, True)


def write(stack: Stack, convention: str) -> bytes:
    """Return the file with a state_dict for `load_state_dict`."""
    import torch

    memory = io.BytesIO()
    arrays = CONVENTIONS[convention].write(stack)
    torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, memory)
    return memory.getvalue()


def _check_sums(path: Path) -> None:
    """Raise zipfile.BadZipFile if a byte of an archive has changed; PyTorch does not look."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():
                raise zipfile.BadZipFile(f"wrong checksum of {damaged}")


def gru_prefixes(tensors: Mapping[str, Any]) -> list[str]:
    """Return the prefixes under which there is a recurrent matrix with three gates."""
    hidden = re.compile(r"(?P<prefix>(.*\.)?)weight_hh(_l0)?")
    found = []
    for name, value in tensors.items():
        match, shape = hidden.fullmatch(name), list(getattr(value, "shape", []))
        if match and len(shape) == 2 and shape[0] == 3 * shape[1]:
            found.append(match["prefix"])
    return found


def _flat(content: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every entry of nested mappings, as in a checkpoint, under its dotted name."""
    if not isinstance(content, Mapping):
        yield before.removesuffix("."), content
        return
    for name, value in content.items():
        yield from _flat(value, f"{before}{name}.")
