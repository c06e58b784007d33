"""An error as a reader needs it: the line, the way to it through the reader's own cells, and what to do."""

from __future__ import annotations

import traceback
from typing import Any

NETWORK = ("http", "socket", "ssl", "urllib")
MEMORY = "The page's Python has one gigabyte. Take a smaller array."
NO_NETWORK = "The page's Python has no network. Download the file yourself, or open the chapter in Colab."


def describe(error: BaseException, name: str) -> dict[str, Any]:
    """Return an error as an output of a notebook, with the line of the cell that was running.

    Parameters
    ----------
    error : BaseException
        What was raised.
    name : str
        The cell that was running.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith("cell ")]
    trace = [f"{frame.filename}, line {frame.lineno}: {frame.line}" for frame in own]
    here = [frame.lineno for frame in own if frame.filename == name]
    if isinstance(error, SyntaxError) and error.filename == name:
        here = [error.lineno]
        trace = [f"{name}, line {error.lineno}: {(error.text or '').strip()}"]
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return {
        "ename": type(error).__name__,
        "evalue": message,
        "traceback": trace,
        "line": here[0] if here else None,
        "hint": _hint(error, [frame.filename for frame in frames]),
        "lacking": error.name if isinstance(error, ModuleNotFoundError) else None,
    }


def _hint(error: BaseException, files: list[str]) -> str:
    if isinstance(error, MemoryError):
        return MEMORY
    modules = {part for file in files for part in file.removesuffix(".py").split("/")}
    return NO_NETWORK if modules.intersection(NETWORK) or "Failed to fetch" in str(error) else ""
