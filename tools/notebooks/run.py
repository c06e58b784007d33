"""Both ways of running a notebook: in a kernel, which stores its outputs, and as one program without Jupyter."""

import base64
import io
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from tools.notebooks import text_of
from tools.notebooks.form import canonical


def execute(path: Path) -> float:
    """Run a notebook from top to bottom in its own folder, store it in canonical form; return the seconds."""
    import nbformat
    from nbclient import NotebookClient

    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=2000, resources={"metadata": {"path": str(path.parent)}}).execute()
    plain = json.loads(nbformat.writes(notebook))
    shrink_figures(plain)
    path.write_text(text_of(canonical(plain)), encoding="utf-8")
    return time.perf_counter() - start


def shrink_figures(notebook: dict[str, Any]) -> None:
    """Store plots with a palette of 256 colours: a third of the bytes, and no difference to the eye."""
    from PIL import Image

    for output in (output for cell in notebook["cells"] for output in cell.get("outputs", [])):
        if png := output.get("data", {}).get("image/png"):
            picture = Image.open(io.BytesIO(base64.b64decode("".join(png)))).convert("RGB")
            packed = io.BytesIO()
            picture.quantize(256, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
            output["data"]["image/png"] = base64.b64encode(packed.getvalue()).decode() + "\n"


def cells(path: Path, *, before: str = "") -> list[str]:
    """Return the sources of a notebook's code cells, without the figures that only a running notebook can show.

    before: stop at the cell that holds this heading.
    """
    sources = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "import live" not in source:
            sources.append(source)
        elif before and before in source.splitlines():
            break
    return sources


def run_cells(sources: list[str], namespace: dict[str, Any] | None = None) -> tuple[list[str], bool]:
    """Execute cells as one program; return the expectations that did not hold, and whether the end was reached.

    What the cells define is left in `namespace`.
    """
    from gru_lib.book import EvidenceError

    namespace = {} if namespace is None else namespace
    namespace |= {"__name__": "__main__", "display": print}
    unmet = []
    for number, source in enumerate(sources, start=1):
        try:
            exec(compile(source, f"code cell {number}", "exec"), namespace)
        except EvidenceError as error:
            unmet.append(str(error))
            print(f"✗ {error}", flush=True)
        except Exception:
            traceback.print_exc()
            return unmet, False
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")  # as a notebook does: the next cell draws on a sheet of its own
    return unmet, True
