"""Links between claims and the cells that settle them."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

SETTLE = re.compile(r'\bsettle\(\s*"([\w-]+)"')
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
    for raw in doctree.findall(nodes.raw):
        if raw.get("format") == "html":
            raw[:] = [nodes.Text(NOTEBOOK_LINK.sub(r"\1.html", raw.astext()))]


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", link_claims)
