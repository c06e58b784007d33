"""Files that anybody may have made: looked at before they take memory, and read whole."""

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 4 << 30  # of a file, of what it unpacks to, and of one array; a GRU of this size has 18,000 units
FREE_BYTES, MAX_EXPANSION = 64 << 20, 100  # weights hardly shrink: more than both is no archive of them
MAX_ENTRIES = 100_000  # of an archive, or of nested mappings


def check_size(path: Path) -> None:
    """Raise ValueError unless a path leads to a regular file of at most `MAX_BYTES`, OSError if to none."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("no regular file")
    if status.st_size > MAX_BYTES:
        raise ValueError(f"{status.st_size:,} bytes; expected {MAX_BYTES:,} at most")


def read_bytes(path: Path) -> bytes:
    """Return the content of a file that passes `check_size`."""
    check_size(path)
    with path.open("rb") as file:
        return file.read(path.stat().st_size)


def members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file in a zip archive.

    Raises
    ------
    ValueError
        If it is none, if a checksum is wrong, or if it claims more than a file of weights can hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = archive.infolist()
            limit = min(MAX_BYTES, max(FREE_BYTES, MAX_EXPANSION * len(content)))
            claimed = sum(file.file_size for file in files)
            if len(files) > MAX_ENTRIES or claimed > limit:
                most = f"{MAX_ENTRIES:,} files of {limit:,} bytes at most"
                raise ValueError(f"{len(files):,} files of {claimed:,} bytes; expected {most}")
            for file in files:
                yield file.filename, archive.read(file)
    except Exception as error:  # a damaged archive raises a dozen types
        raise ValueError(f"damaged, or no zip archive: {error}") from error
