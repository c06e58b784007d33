"""Cells as a reader sees them: what is folded says what it is, and what was checked is one line."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from book_site.checks import is_check, said

ASSERTS = re.compile(r"^\s*(?:expect|settle)\(", re.M)
SMALL_PRINT = re.compile(r"Runs on: |\d+ runs?, recorded by |run again: ")
DEAD = "In a running notebook: a figure to play with."  # what is printed for a widget
INVITES = "If you run this notebook, "  # the paragraph before one


class Fold(nodes.Element):
    """What opens on a click; its name is HTML."""


class NameFolds(SphinxPostTransform):
    """Give the folds of a page names of their own, before MyST-NB makes them."""

    default_priority = 198  # MyST-NB's is 199
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Change every cell of the page; the one that is printed stays as it is."""
        if self.app.builder.name != "html":
            return
        cells = list(self.document.findall(_is_cell))
        dead = [cell for cell in cells if DEAD in cell.children[-1].astext()]
        for cell in dead:
            _drop(cell)
        for group in _together([cell for cell in cells if cell not in dead]):
            (_join if len(group) > 1 else _fold)(*group)


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _drop(cell: nodes.container) -> None:
    """Take away a figure that only a running notebook can show, with the sentence that announces it."""
    place = cell.parent.index(cell)
    before = cell.parent[place - 1]
    cell.parent.remove(cell)
    if before.astext().startswith(INVITES):
        before.parent.remove(before)


def _fold(cell: nodes.container) -> None:
    code, output = _part(cell, "cell_code_source"), _part(cell, "cell_code_output")
    hidden = cell.attributes.pop("hide_mode", "")
    name = code_name(code.astext(), output)
    if output:
        set_small_print(output)
    if output and ASSERTS.search(code.astext()):
        fold_checks(output)
    if hidden == "all":
        cell.children = []
        cell += Fold("", *filter(None, (code, output)), name=name, classes=["above-input"])
        return
    if "output" in hidden:
        cell.replace(output, Fold("", output, name=f"Show the {_content(output)}", classes=["below-input"]))
    if "input" in hidden:
        folded = Fold("", code, name=name, classes=["above-input"])
        cell.replace(code, folded)
        if output and len(output) == 1 and isinstance(output[0], Fold):
            _one_line(cell, folded, output)


def _one_line(cell: nodes.container, folded: Fold, output: nodes.Element) -> None:
    """Make one fold of a cell that only asserts: its values, and then its code."""
    checks = output.pop()
    output += checks.children
    checks.children = []
    checks += [output, folded] if output.children else [folded]
    cell.children = []
    cell += checks


def _part(cell: nodes.container, name: str) -> nodes.Element | None:
    return next((child for child in cell.children if child.get("nb_element") == name), None)


def _together(cells: list[nodes.container]) -> list[list[nodes.container]]:
    """Group the folded cells that show nothing and stand directly under one another."""
    groups: list[list[nodes.container]] = []
    for cell in cells:
        place = cell.parent.index(cell)
        above = cell.parent[place - 1] if place else None
        if groups and groups[-1][-1] is above and _is_silent(above) and _is_silent(cell):
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return groups


def _is_silent(cell: nodes.container) -> bool:
    hidden = cell.get("hide_mode") in ("input", "all") and not _part(cell, "cell_code_output")
    return hidden and not cell.astext().startswith("# Solution")


def _join(*cells: nodes.container) -> None:
    """Make one fold of cells."""
    name = code_name("\n".join(cell.astext() for cell in cells), None)
    fold = Fold("", name=name, classes=["above-input", "joined"])
    cells[0].parent.insert(cells[0].parent.index(cells[0]), fold)
    for cell in cells:
        del cell["hide_mode"]
        cell.parent.remove(cell)
        fold += cell


def code_name(source: str, output: nodes.Element | None) -> str:
    """Say what folded code is for.

    Examples
    --------
    >>> code_name("import numpy as np", None), code_name("def f(): ...", None)
    ('Show the imports', 'Show the function <code>f</code>')
    """
    if source.startswith("# Solution"):
        return "Show the solution"
    if output:
        content = _content(output)
        return "Show the code" if content == "output" else f"Show the code of the {content}"
    statements = ast.parse(source).body
    contents = ["the imports"] if isinstance(statements[0], ast.Import | ast.ImportFrom) else []
    names = [f"<code>{one.name}</code>" for one in statements if isinstance(one, ast.FunctionDef | ast.ClassDef)]
    if names:
        several = [*names[:2], f"{len(names) - 2} more"] if len(names) > 3 else names
        before = f"{', '.join(several[:-1])} and " if len(several) > 1 else ""
        contents.append(f"the function{'s' * (len(names) > 1)} {before}{several[-1]}")
    return f"Show {' and '.join(contents) or 'the code'}"


def _content(output: nodes.Element) -> str:
    raw = "".join(node.astext() for node in output.findall(nodes.raw))
    if any(output.findall(nodes.image)) or "<svg" in raw:
        return "figure"
    return "table" if "<table" in raw else "output"


def fold_checks(output: nodes.Element) -> None:
    """Put the lines of `expect` and `settle` in folds, and leave what else was printed."""
    _split(output, is_check, _checks)


def _checks(lines: list[str]) -> Fold:
    name, inside = said(lines)
    values = [nodes.raw("", inside, format="html")] if inside else []
    return Fold("", *values, name=name, classes=["checks"])


def set_small_print(output: nodes.Element) -> None:
    """Set small what says where figures come from."""
    _split(output, lambda line: SMALL_PRINT.match(line) is not None, _small_print)


def _small_print(lines: list[str]) -> nodes.paragraph:
    parts = enumerate("\n".join(lines).split("`"))
    words = (nodes.literal("", part) if place % 2 else nodes.Text(part) for place, part in parts)
    return nodes.paragraph("", "", *words, classes=["small-print"])


def _split(output: nodes.Element, chosen: Callable[[str], bool], made: Callable[[list[str]], nodes.Element]) -> None:
    """Replace the chosen lines of every stream by what is made of them, and leave the others."""
    for stream in [one for one in output.findall(nodes.literal_block) if "stream" in one["classes"]]:
        parts = []
        for is_chosen, lines in groupby(stream.astext().rstrip("\n").split("\n"), chosen):
            if is_chosen:
                parts.append(made(list(lines)))
            else:
                printed = stream.copy()
                printed.rawsource = "\n".join(lines)  # else Sphinx sets it as another kind of block
                printed += nodes.Text(printed.rawsource)
                parts.append(printed)
        stream.parent.replace(stream, parts)


def visit_fold(self: HTML5Translator, node: Fold) -> None:
    """Open a fold under its name; without content the name is all."""
    classes = " ".join(["hide", *node["classes"]])
    start = f'<details class="{classes}"><summary>{{}}</summary>' if node.children else f'<p class="{classes}">{{}}</p>'
    self.body.append(f"{start.format(node['name'])}\n")


def depart_fold(self: HTML5Translator, node: Fold) -> None:
    """Close a fold."""
    self.body.append("</details>\n" if node.children else "")


def setup(app: Sphinx) -> None:
    app.add_node(Fold, html=(visit_fold, depart_fold))
    app.add_post_transform(NameFolds)
