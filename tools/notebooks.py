"""Notebooks as source: write them in their canonical form, execute them, and say what is wrong with one.

python tools/notebooks.py format [NOTEBOOK ...]     rewrite in canonical form (all of them by default)
python tools/notebooks.py execute [NOTEBOOK ...]    run from top to bottom, store the outputs, then format
python tools/notebooks.py handout FOLDER            copy the chapters for a class, without solutions and outputs
"""

import argparse
import base64
import io
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"

CELL_LINES, CELL_COLUMNS = 25, 88
PNG_BYTES, NOTEBOOK_BYTES = 60_000, 400_000
IGNORED_SHARE = 0.15

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET = "application/vnd.jupyter.widget-view+json"
BRINGING = "bring-gru-lib"  # id of the cell that brings the library where there is a notebook and nothing else
BRING = """\
from importlib.util import find_spec

if find_spec("gru_lib") is None:  # as on Colab, where only this notebook is
    import subprocess
    import sys

    url = "URL"
    subprocess.run(["git", "clone", "--depth=1", url, "gru-book"], check=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--editable"]
    subprocess.run([*pip, "./gru-book[notebooks,fast]"], check=True)
    sys.path.append("gru-book")
"""
KEPT_CELL_METADATA = ("jupyter", "mystnb", "tags")

# A sentence ends here, unless one of these stands before the space.
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!al\.)(?<!vs\.)(?<!eq\.)(?<!Fig\.)\s+(?=[A-Z“$`*\[(])")
LIST_PREFIX = re.compile(r"^(\s*(?:[-*+]|\d+\.)\s+|\s*>\s?|\s*)")
NOT_PROSE = re.compile(r"^\s*(\||#|:::|\$\$|<|!\[)")
MACHINE_PATH = re.compile(r"/(?:home|Users|root|tmp|work|mnt)/[\w.-]+|[A-Z]:\\\\Users|site-packages")
TIMESTAMP = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d")


def notebooks() -> list[Path]:
    """Return every notebook of the book."""
    return sorted(path for path in CHAPTERS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def load(path: Path) -> dict[str, Any]:
    """Read a notebook as plain JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(notebook: dict[str, Any]) -> str:
    """Return the file content of a notebook: keys sorted, indent 1."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def canonical(notebook: dict[str, Any], url: str | None = None) -> dict[str, Any]:
    """Return the notebook in the one form in which it is committed; applying it twice changes nothing.

    `url` is the repository that the first code cell clones; by default that of _config.yml.
    """
    count, cells = 0, []
    for cell in with_library(notebook["cells"], repository() if url is None else url):
        source = "".join(cell["source"]).strip("\n")
        if not source.strip():
            continue
        new = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": _cell_metadata(cell)}
        if cell["cell_type"] == "code":
            executed = cell.get("execution_count") is not None
            count += executed
            new["execution_count"] = count if executed else None
            new["outputs"] = [_output(output, count) for output in _joined_streams(cell["outputs"])]
        else:
            source = one_sentence_per_line(source)
        new["source"] = source.splitlines(keepends=True)
        cells.append(new)
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def repository() -> str:
    """Return `repository: url` of _config.yml; empty if it is not known yet."""
    import yaml

    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return (config.get("repository") or {}).get("url", "")


def with_library(cells: list[dict[str, Any]], url: str) -> list[dict[str, Any]]:
    """Return the cells with one before the first code that brings gru_lib, where it can be had; else without it."""
    cells = [cell for cell in cells if cell["id"] != BRINGING]
    first = next((number for number, cell in enumerate(cells) if cell["cell_type"] == "code"), None)
    if url and first is not None:
        new = {"cell_type": "code", "id": BRINGING, "metadata": {"tags": ["remove-cell"]}, "outputs": []}
        new |= {"source": BRING.replace("URL", url), "execution_count": cells[first]["execution_count"]}
        cells.insert(first, new)
    return cells


def _cell_metadata(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: cell["metadata"][key] for key in KEPT_CELL_METADATA if cell["metadata"].get(key)}
    if "hide-cell" in metadata.get("tags", []):
        metadata["jupyter"] = {"source_hidden": True}  # closed in JupyterLab too
    return metadata


def _joined_streams(outputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Join neighbouring pieces of one stream: where the kernel cut them is chance."""
    previous: dict[str, Any] | None = None
    for output in outputs:
        if output.get("name") == "stderr":
            continue  # frameworks log there, with times; nbval still fails where a rerun warns from Python
        if previous and output["output_type"] == "stream" and previous.get("name") == output["name"]:
            previous["text"] = "".join(previous["text"]) + "".join(output["text"])
            continue
        if previous:
            yield previous
        previous = dict(output)
    if previous:
        yield previous


def _output(output: dict[str, Any], count: int) -> dict[str, Any]:
    if "metadata" in output:
        output["metadata"] = {}
    if "execution_count" in output:
        output["execution_count"] = count
    if "text" in output:
        output["text"] = "".join(output["text"]).splitlines(keepends=True)
    output.get("data", {}).pop(WIDGET, None)  # alive only while the kernel is; its text stays
    for kind, data in output.get("data", {}).items():
        if kind.startswith(("text/", "image/svg")):
            output["data"][kind] = "".join(data).splitlines(keepends=True)
        elif isinstance(data, str):
            output["data"][kind] = data.strip() + "\n"
    return output


def one_sentence_per_line(markdown: str) -> str:
    """Break Markdown prose after each sentence; code, mathematics, tables and directives stay as they are."""
    lines: list[str] = []
    closing = ""  # what ends the block that is being left alone
    for line in markdown.splitlines():
        bare = line.strip()
        if closing:
            closing = "" if bare.startswith(closing) or bare.endswith(closing) else closing
        elif bare.startswith(("```", "~~~")):
            closing = bare[:3]
        elif bare.startswith("$$") and not (len(bare) > 3 and bare.endswith("$$")):
            closing = "$$"
        elif not NOT_PROSE.match(line):
            lines += _sentences(line)
            continue
        lines.append(line.rstrip())
    return "\n".join(lines)


def _sentences(line: str) -> list[str]:
    """Split one line of prose; what follows the first sentence of a list item is indented with it."""
    prefix = LIST_PREFIX.match(line).group()  # type: ignore[union-attr]
    hang = re.sub(r"[^>\s]", " ", prefix)
    first, *rest = SENTENCE_END.split(line[len(prefix) :].rstrip())
    return [prefix + first, *(hang + sentence for sentence in rest)]


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
        if png := output.get("data", {}).get("image/png"):
            size = len(base64.b64decode(png))
            if size > PNG_BYTES:
                yield f"a figure of {size:,} bytes; expected at most {PNG_BYTES:,}"
            if len(cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")) < 30:
                yield "a figure without alt text (cell metadata mystnb.image.alt, at least 30 characters)"


def _prose_and_outputs(notebook: dict[str, Any]) -> str:
    """Return what a reader sees, without images (base64 may spell anything)."""
    parts = []
    for cell in notebook["cells"]:
        parts.append("".join(cell["source"]))
        for output in cell.get("outputs", []):
            data = {kind: value for kind, value in output.get("data", {}).items() if kind != "image/png"}
            parts.append(json.dumps([output.get("text"), data, output.get("traceback")]))
    return "\n".join(parts)


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


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["format", "execute", "handout"])
    parser.add_argument("notebook", nargs="*", type=Path, default=notebooks(), metavar="NOTEBOOK | FOLDER")
    options = parser.parse_args(arguments)
    if options.command == "handout":
        folder = options.notebook[0].resolve()
        if len(options.notebook) != 1 or folder.exists() or CHAPTERS in folder.parents:
            parser.error("handout needs the name of one new folder, outside chapters/")
        print(f"{len(handout(folder))} notebooks in {folder.name}/, without solutions and outputs")
        return 0
    for number, path in enumerate(options.notebook, start=1):
        name = path.resolve().relative_to(ROOT)
        if options.command == "execute":
            print(f"[{number}/{len(options.notebook)}] {name} …", flush=True)
            print(f"[{number}/{len(options.notebook)}] {name}: {execute(path):.0f} s", flush=True)
        else:
            before, after = path.read_text(encoding="utf-8"), text_of(canonical(load(path)))
            path.write_text(after, encoding="utf-8")
            print(f"{name}: {'formatted' if after != before else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
