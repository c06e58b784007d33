"""HDF5, looked at with suspicion: no link is followed, no array taken that the file does not hold."""

import io
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gru_lib.bounded_read import MAX_ENTRIES

MAGIC = b"\x89HDF\r\n\x1a\n"
MAX_DEPTH = 50  # of groups within groups
Answer = TypeVar("Answer")


class HalfPrecisionError(ValueError):
    """An array is of half precision, and nobody has asked for a wider one."""


def look_into(content: bytes, look: Callable[[Any], Answer]) -> Answer:
    """Return what `look` finds in a file, or raise ValueError, whatever is wrong with it."""
    import h5py  # type: ignore[import-untyped]

    try:
        with h5py.File(io.BytesIO(content)) as file:
            return look(file)
    except HalfPrecisionError:
        raise
    except Exception as error:  # HDF5 promises no type
        raise ValueError(f"its file of weights is damaged: {error}") from error


def member(group: Any, path: str) -> Any:
    """Return what a group holds under a path; links may lead to other files, and are not followed."""
    import h5py

    for name in path.split("/"):
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{path} is missing, or a link")
        group = group[name]
    return group


def groups(file: Any) -> Iterator[str]:
    """Yield the path of every group that is reached by no link, each before those in it."""
    import h5py

    waiting, count = [""], 0
    while waiting:
        path = waiting.pop()
        group = file[path] if path else file
        count += len(group)
        if count > MAX_ENTRIES or path.count("/") > MAX_DEPTH:
            raise ValueError(f"groups nest deeper than {MAX_DEPTH}, or have more than {MAX_ENTRIES:,} entries")
        held = [name for name in group if isinstance(group.get(name, getlink=True), h5py.HardLink)]
        waiting += [f"{path}/{name}".removeprefix("/") for name in held if isinstance(group[name], h5py.Group)][::-1]
        yield path


def array(dataset: Any, dtype: str | None = None) -> NDArray:
    """Return the numbers of a dataset, if they are in the file; half precision as float32 if a `dtype` is given."""
    if dataset.external or dataset.is_virtual or dataset.nbytes > dataset.id.get_storage_size():
        raise ValueError(f"{dataset.name} claims {dataset.nbytes:,} bytes that the file does not hold as they are")
    kind = str(dataset.attrs.get("dtype", dataset.dtype))  # bfloat16 is noted, and written as pairs of bytes
    if kind not in ("float16", "bfloat16"):
        return np.asarray(dataset[()])
    if dtype is None:
        name, wanted = dataset.name, "float32 or float64"
        raise HalfPrecisionError(f"{name} has dtype {kind}; expected {wanted}: widen it with --dtype float32")
    numbers = np.asarray(dataset[()])
    if kind == "float16":
        return numbers.astype(np.float32)
    return (numbers.view(np.uint16).astype(np.uint32) << 16).view(np.float32)  # the upper half of a float32


def strings(group: Any, name: str) -> list[str]:
    """Return an attribute that is a list of names; Keras cuts a long one into ``name0``, ``name1``, and so on."""
    pieces = [name]
    while f"{name}{len(pieces) - 1}" in group.attrs:
        pieces.append(f"{name}{len(pieces) - 1}")
    values = [value for piece in pieces for value in group.attrs.get(piece, [])]
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]
