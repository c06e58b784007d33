"""The one form in which a notebook is committed: keys, counts, outputs, and one sentence per line of prose."""

import re
from collections.abc import Iterator
from typing import Any

from tools import ROOT

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
KEPT_CELL_METADATA = ("jupyter", "mystnb", "slideshow", "tags")

# What folds: the code of a plot, and of what holds a value to its band or a claim to its verdict.
FOLDED = re.compile(r"^\s*(?:plt\.show\(\)|expect\(|settle\()", flags=re.M)

# A sentence ends here, unless one of these stands before the space.
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!al\.)(?<!vs\.)(?<!eq\.)(?<!Fig\.)\s+(?=[A-Z“$`*\[(])")
LIST_PREFIX = re.compile(r"^(\s*(?:[-*+]|\d+\.)\s+|\s*>\s?|\s*)")
NOT_PROSE = re.compile(r"^\s*(\||#|:::|\$\$|<|!\[)")


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
            first = not any(one["cell_type"] == "code" for one in cells if one["id"] != BRINGING)
            new["metadata"] = folded(new["metadata"], source, imports=first)
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


def folded(metadata: dict[str, Any], source: str, *, imports: bool) -> dict[str, Any]:
    """Fold what serves the page and not the subject; the tag `show-input` keeps a cell open."""
    tags = metadata.get("tags", [])
    if (imports or FOLDED.search(source)) and not {"show-input", "hide-input", "hide-cell", "remove-cell"} & set(tags):
        return metadata | {"tags": sorted([*tags, "hide-input"])}
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
