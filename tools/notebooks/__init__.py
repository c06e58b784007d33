"""Notebooks as source: their form, what is wrong with one, how one is run, and a copy for a class."""

import json
from pathlib import Path
from typing import Any

from tools import ROOT

CHAPTERS = ROOT / "chapters"


def notebooks() -> list[Path]:
    """Return every notebook of the book."""
    return sorted(path for path in CHAPTERS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def load(path: Path) -> dict[str, Any]:
    """Read a notebook as plain JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(notebook: dict[str, Any]) -> str:
    """Return the file content of a notebook: keys sorted, indent 1."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def prose(notebook: dict[str, Any]) -> str:
    """Return the Markdown of a notebook."""
    return "\n\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
