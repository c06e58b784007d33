"""Files that are written whole or not at all."""

import os
import secrets
import shutil
from pathlib import Path


def atomic_write(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write elsewhere and move into place, so that nobody ever reads half a file.

    A file of this name is replaced and passes on its mode; a link stays a link. ``replace=False`` leaves whatever has
    the name (FileExistsError), and of several writers lets one succeed. An OSError names the path, and a file that
    was there is still whole.
    """
    target = Path(os.path.realpath(path)) if replace else path
    draft = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not replace:
            _move_to_new(draft, target)
            return
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        draft.unlink(missing_ok=True)


def _move_to_new(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)  # fails if the name is taken
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        target.open("xb").close()
        draft.replace(target)
