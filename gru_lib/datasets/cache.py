"""Arrays that were slow to compute, kept in the user's cache folder."""

import contextlib
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.atomic_write import atomic_write

Arrays = dict[str, NDArray[Any]]
_DIGEST = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Return ``$XDG_CACHE_HOME/gru_lib``, or ``~/.cache/gru_lib``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gru_lib"


def cached(key: str, compute: Callable[[], Arrays]) -> Arrays:
    """Return the arrays kept under a key; if there are none, or they are damaged, compute and keep them.

    A file is the SHA-256 of what follows, and an ``.npz`` archive without pickle. A folder that
    is not there, or cannot be written, costs time and nothing else.
    """
    try:
        path = cache_folder() / f"{key}.cache"
    except RuntimeError:  # a user without a home folder, as in many containers
        return compute()
    with contextlib.suppress(OSError):
        content = path.read_bytes() if path.is_file() else b""  # to read a pipe would never end
        if hashlib.sha256(content[_DIGEST:]).digest() == content[:_DIGEST]:
            with np.load(io.BytesIO(content[_DIGEST:]), allow_pickle=False) as archive:
                return dict(archive)
    arrays = compute()
    with contextlib.suppress(OSError):
        _write(path, arrays)
    return arrays


def _write(path: Path, arrays: Arrays) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    content = buffer.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, hashlib.sha256(content).digest() + content)
