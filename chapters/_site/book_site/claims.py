"""Claims on their page, each a place to link to, and links between them and the cells that settle them."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SETTLE = re.compile(r'\bsettle\(\s*"([\w-]+)"')
TRIAL = re.compile(r'<span id="(trial-[\w-]+)">')
NOTEBOOK_LINK = re.compile(r'(href="[^":]+)\.ipynb(?=[#"])')


def link_claims(app: Sphinx, doctree: nodes.document) -> None:
    """A cell that settles a claim is a place to link to; outputs link to pages."""
    std = app.env.get_domain("std")
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        for claim in dict.fromkeys(SETTLE.findall(cell.astext())):
            anchor = f"claim-{claim}"
            cell["ids"].append(anchor)
            std.anonlabels[anchor] = app.env.docname, anchor
            std.labels[anchor] = app.env.docname, anchor, claim
    for row in doctree.findall(nodes.row):
        mark_claim(app, row)
    for raw in doctree.findall(nodes.raw):
        if raw.get("format") == "html":
            raw[:] = [nodes.Text(NOTEBOOK_LINK.sub(r"\1.html", raw.astext()))]


def mark_claim(app: Sphinx, row: nodes.row) -> None:
    """Give a row of the page of claims its place and its verdict; `[](#trial-...)` of any chapter leads to it."""
    found = TRIAL.match(first.astext()) if (first := row.next_node(nodes.raw)) is not None else None
    if found:
        verdict = row[1].astext()
        row["classes"].append(f"verdict-{verdict}")
        row["ids"].append(found[1])
        first.parent.remove(first)
        row.next_node(nodes.raw).parent.remove(row.next_node(nodes.raw))  # its end
        std = app.env.get_domain("std")
        std.anonlabels[found[1]] = app.env.docname, found[1]
        std.labels[found[1]] = app.env.docname, found[1], verdict


def bring_filter(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Add the filter to the page of claims; without it the page is a plain list."""
    if page.endswith("/claims"):
        app.add_js_file("claims.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", link_claims)
    app.connect("html-page-context", bring_filter)
