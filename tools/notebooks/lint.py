"""What is wrong with a notebook and cannot be mended by formatting."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from gru_lib.book.figures import VARIABLES
from tools.notebooks import text_of

CELL_LINES, CELL_COLUMNS = 25, 88
PNG_BYTES, SVG_BYTES, NOTEBOOK_BYTES = 60_000, 100_000, 500_000
PICTURES = {"image/png", "image/svg+xml"}
IGNORED_SHARE = 0.15
MACHINE_PATH = re.compile(r"/(?:home|Users|root|tmp|work|mnt)/[\w.-]+|[A-Z]:\\\\Users|site-packages")
DANGLING = re.compile(r"(?:\A|\n\n)(\*\*[^*\n]+\.\*\*)(?=\n\n|\Z)")
COLOUR = re.compile(r"#[0-9a-f]{6}\b")
TIMESTAMP = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d")


def problems(notebook: dict[str, Any]) -> list[str]:
    """Return what is wrong with a notebook and cannot be mended by formatting."""
    found = []
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    if [cell["execution_count"] for cell in code] != list(range(1, len(code) + 1)):
        found.append(f"execution counts are not 1 to {len(code)}: run `make execute`")
    identities = [cell["id"] for cell in notebook["cells"]]
    if len(set(identities)) != len(identities):
        found.append("two cells have the same id")
    for number, cell in enumerate(code, start=1):
        found += [f"code cell {number}: {problem}" for problem in _cell_problems(cell)]
    prose = ("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    found += [f"a label that labels nothing: {label}" for text in prose for label in DANGLING.findall(text)]
    text = text_of(notebook)
    if len(text.encode()) > NOTEBOOK_BYTES:
        found.append(f"{len(text.encode()):,} bytes; expected at most {NOTEBOOK_BYTES:,}")
    found += [f"a machine path: {match}" for match in MACHINE_PATH.findall(_prose_and_outputs(notebook))]
    found += [f"a timestamp: {match}" for match in TIMESTAMP.findall(_prose_and_outputs(notebook))]
    if "application/vnd.jupyter.widget" in text:
        found.append("widget state is stored; a page without a kernel shows a dead widget")
    return found


def _cell_problems(cell: dict[str, Any]) -> Iterator[str]:
    lines, tags = "".join(cell["source"]).splitlines(), cell["metadata"].get("tags", [])
    if len(lines) > CELL_LINES:
        yield f"{len(lines)} lines; expected at most {CELL_LINES}"
    if wide := [line for line in lines if len(line) > CELL_COLUMNS]:
        yield f"a line of {len(wide[0])} columns; expected at most {CELL_COLUMNS}: {wide[0][:40]}…"
    if "nbval-ignore-output" in tags and not any(line.startswith("# Not compared:") for line in lines):
        yield "its output is ignored without a reason; begin a line with `# Not compared:`"
    for output in cell["outputs"]:
        if output["output_type"] == "error" and "raises-exception" not in tags:
            yield f"a stored {output['ename']}"
        if found := PICTURES.intersection(output.get("data", {})):
            yield from _figure_problems(cell, output["data"], *found)


def _figure_problems(cell: dict[str, Any], data: dict[str, Any], kind: str) -> Iterator[str]:
    """Yield what a figure lacks; a picture of points needs a reason."""
    about = cell["metadata"].get("mystnb", {})
    if len(about.get("image", {}).get("alt", "")) < 30:
        yield "a figure without alt text (cell metadata mystnb.image.alt, at least 30 characters)"
    if not {"caption", "name"} <= about.get("figure", {}).keys():
        yield "a figure without caption or name (cell metadata mystnb.figure)"
    picture = "".join(data[kind])
    if kind == "image/svg+xml":
        size, most = len(picture.encode()), SVG_BYTES
        if strange := set(COLOUR.findall(picture)) - VARIABLES.keys():
            yield f"{sorted(strange)} in a figure: the site knows the colours of gru_lib.book.figures"
    else:
        size, most = len(base64.b64decode(picture)), PNG_BYTES
        if "# Not SVG:" not in "".join(cell["source"]):
            yield "a picture of points without a reason; call `book_style()`, or begin a line with `# Not SVG:`"
    if size > most:
        yield f"a figure of {size:,} bytes; expected at most {most:,}"


def _prose_and_outputs(notebook: dict[str, Any]) -> str:
    """Return what a reader sees, without figures (base64 may spell anything)."""
    parts = []
    for cell in notebook["cells"]:
        parts.append("".join(cell["source"]))
        for output in cell.get("outputs", []):
            data = {kind: value for kind, value in output.get("data", {}).items() if kind not in PICTURES}
            parts.append(json.dumps([output.get("text"), data, output.get("traceback")]))
    return "\n".join(parts)
