"""Cells that run in the page, where `make live` has brought what they run with; else the site has nothing of it."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from book_site.formulas import find_node
from book_site.live_cells import needs

ROOT = Path(__file__).parents[3]
BROUGHT = ROOT / "build" / "live"  # by tools/live.py
SOURCE = ROOT / "chapters" / "_site" / "live"
PLACE = "_static/live"
MINUTES = {("chapters/foundations/train_it_yourself", 18): 10}  # of the cells that take more than one in a page
FIGURES = (
    "contourpy",
    "cycler",
    "kiwisolver",
    "matplotlib",
    "packaging",
    "pillow",
    "pyparsing",
    "python_dateutil",
    "six",
)
LARGE_DATA = 1_000_000  # bytes: MNIST is not in the page
EPOCH = (1980, 1, 1, 0, 0, 0)  # so that the same files are the same archive


class LiveCell(nodes.General, nodes.Element):
    """A code cell that the page's script makes live."""


def is_brought(app: Sphinx) -> bool:
    """Say whether this build has live cells."""
    return app.builder.name == "html" and (BROUGHT / "node_modules" / ".lock").exists()


def place_files(app: Sphinx) -> None:
    """Put Python, the library and the scripts beside the pages, before these are written and name them."""
    out = Path(app.outdir) / PLACE
    shutil.rmtree(out, ignore_errors=True)
    if not is_brought(app):
        return
    python = out / python_folder()
    python.mkdir(parents=True)
    for path in (*(BROUGHT / "pyodide").iterdir(), SOURCE / "pyodide-lock.json"):
        if path.suffix == ".wasm":  # the largest file, which few servers compress
            (python / f"{path.name}.gzip").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        else:
            shutil.copyfile(path, python / path.name)
    pack_library(out / "library.zip")
    shutil.copyfile(SOURCE / "live.css", out / "live.css")
    bundle(out)


def python_folder() -> str:
    """Name the folder of Python after its files: under one name a file never changes."""
    listed = b"".join((SOURCE / name).read_bytes() for name in ("SHA256SUMS", "pyodide-lock.json"))
    return f"python-{hashlib.sha256(listed).hexdigest()[:8]}"


def pack_library(archive: Path) -> None:
    """Write what the cells import: the library with its small data, the recorded figures, and the kernel."""
    files = [path for kind in ("py", "toml", "md") for path in ROOT.glob(f"gru_lib/**/*.{kind}")]
    files += ROOT.glob("results/**/*.json")
    files += [path for path in ROOT.glob("gru_lib/datasets/data/*/*") if path.stat().st_size < LARGE_DATA]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for folder, paths in ((ROOT, files), (SOURCE, SOURCE.glob("page_kernel/*.py"))):
            for path in sorted(paths):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EPOCH)
                zipped.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def bundle(out: Path) -> None:
    """Write the scripts: the page's own, and those that come with the first click."""
    version = hashlib.sha256((out / "library.zip").read_bytes())
    for path in sorted(SOURCE.glob("*.js")):
        version.update(path.read_bytes())
    sizes = {path.name.partition("-")[0]: path.stat().st_size for path in (out / python_folder()).iterdir()}
    figures = sum(sizes[name] for name in FIGURES)
    scripts = sizes["pyodide.mjs"] + sizes["pyodide.asm.js"]
    constants = {
        "PYTHON": f"./{python_folder()}/",
        "VERSION": version.hexdigest()[:8],
        "BYTES": sum(sizes.values()) - figures - scripts + (out / "library.zip").stat().st_size,
        "BYTES_SCRIPTS": scripts,
        "BYTES_FIGURES": figures,
    }
    defined = [f"--define:{name}={json.dumps(value)}" for name, value in constants.items()]
    for name, *options in (("live", "--format=iife"), ("editor", "--format=esm"), ("worker", "--format=esm")):
        esbuild = BROUGHT / "node_modules" / "esbuild" / "bin" / "esbuild"
        command = [find_node(), str(esbuild), str(SOURCE / f"{name}.js"), f"--outfile={out / name}.js", "--bundle"]
        command += ["--minify", "--target=es2022", "--external:./python-*", "--log-level=warning", *options, *defined]
        modules = {"NODE_PATH": str(BROUGHT / "node_modules")}
        result = subprocess.run(command, capture_output=True, text=True, env=modules)
        if result.returncode:
            raise ExtensionError(f"{name}.js cannot be bundled: {result.stderr}")


def mark_cells(app: Sphinx, tree: nodes.document, document: str) -> None:
    """Wrap each code cell of a page that runs: with its number, and with what it needs and the page lacks."""
    notebook = ROOT / f"{document}.ipynb"
    if not is_brought(app) or not notebook.exists():
        return
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = {index: "".join(cell["source"]) for index, cell in enumerate(cells) if cell["cell_type"] == "code"}
    found = needs(code.values())
    if all(found):
        return
    numbered = {index: (number, lack) for number, (index, lack) in enumerate(zip(code, found, strict=True), start=1)}
    for cell in list(tree.findall(nodes.container)):
        if cell.get("nb_element") == "cell_code":
            number, lack = numbered[cell["cell_index"]]
            live = LiveCell(number=number, needs=lack, minutes=MINUTES.get((document, number)))
            cell.replace_self(live)
            live += cell


def open_cell(writer: Any, cell: LiveCell) -> None:
    """Begin the element."""
    given = "".join(f' {name}="{cell[name]}"' for name in ("number", "needs", "minutes") if cell[name])
    writer.body.append(f"<live-cell{given}>")


def close_cell(writer: Any, cell: LiveCell) -> None:
    """End the element."""
    writer.body.append("</live-cell>\n")


def bring_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document) -> None:
    """Add the script and the style of live cells to a page that has some."""
    if "<live-cell" in context.get("body", ""):
        app.add_css_file("live/live.css")
        app.add_js_file("live/live.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_node(LiveCell, html=(open_cell, close_cell))
    app.connect("builder-inited", place_files)
    app.connect("doctree-resolved", mark_cells)
    app.connect("html-page-context", bring_scripts)
