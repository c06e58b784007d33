"""A copy of the chapters for a class: stubs, and neither solutions nor outputs."""

import shutil
from pathlib import Path
from typing import Any

from tools.notebooks import CHAPTERS, load, text_of
from tools.notebooks.form import canonical


def handout(folder: Path) -> list[Path]:
    """Copy the chapters to a new folder and empty the notebooks there for a class; return these notebooks."""
    shutil.copytree(CHAPTERS, folder, ignore=shutil.ignore_patterns("_*", ".*", "*.toml"))
    copies = sorted(folder.rglob("*.ipynb"))
    for path in copies:
        notebook = load(path)
        notebook["cells"] = [cell for cell in notebook["cells"] if not is_solution(cell)]
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell |= {"execution_count": None, "outputs": []}
        path.write_text(text_of(canonical(notebook)), encoding="utf-8")
    return copies


def is_solution(cell: dict[str, Any]) -> bool:
    """Tell whether a cell holds the solution of an exercise."""
    hidden = "hide-cell" in cell["metadata"].get("tags", [])
    return hidden and "".join(cell["source"]).startswith("# Solution")
