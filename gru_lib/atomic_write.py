"""Files that are written whole or not at all."""

import tempfile
from pathlib import Path


def atomic_write(path: Path, content: bytes) -> None:
    """Write elsewhere and move into place, so that nobody ever reads half a file.

    Parameters
    ----------
    path : Path
        In a folder that exists; a file of this name is replaced.
    content : bytes

    Raises
    ------
    OSError
        If it cannot be written; a file that was there is still whole.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        draft.write_bytes(content)
        draft.replace(path)
