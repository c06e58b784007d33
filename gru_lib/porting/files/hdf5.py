"""HDF5, looked at with suspicion: no link is followed, no array taken that the file does not hold."""

import io
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Answer = TypeVar("Answer")


def look_into(content: bytes, look: Callable[[Any], Answer]) -> Answer:
    """Return what `look` finds in a file, or raise ValueError, whatever is wrong with it."""
    import h5py  # type: ignore[import-untyped]

    try:
        with h5py.File(io.BytesIO(content)) as file:
            return look(file)
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


def array(dataset: Any) -> NDArray:
    """Return the numbers of a dataset, if they are in the file."""
    if dataset.external or dataset.is_virtual or dataset.nbytes > dataset.id.get_storage_size():
        raise ValueError(f"{dataset.name} claims {dataset.nbytes:,} bytes that the file does not hold as they are")
    if "dtype" in dataset.attrs:  # bfloat16, written as other numbers
        raise ValueError(f"{dataset.name} has dtype {dataset.attrs['dtype']}; expected float32 or float64")
    return np.asarray(dataset[()])


def strings(group: Any, name: str) -> list[str]:
    """Return an attribute that is a list of names."""
    return [value.decode() if isinstance(value, bytes) else str(value) for value in group.attrs.get(name, [])]
