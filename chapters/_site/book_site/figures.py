"""Interactive figures: a page that holds one brings its scripts, no other page does."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

TAG = re.compile(r"<(gru-[a-z]+)[\s>]")
SHARED = ("gru.js", "parts.js")
ALSO = {"gru-vanishing": ("gradients.js",)}  # what one figure needs besides


def bring_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document
) -> None:
    """Add what the figures of one page need; each has a script of its own name."""
    tags = list(dict.fromkeys(TAG.findall(context.get("body", ""))))
    if not tags:
        return
    app.add_css_file("elements/elements.css")
    also = [name for tag in tags for name in ALSO.get(tag, ())]
    for name in (*SHARED, *also, *(f"{tag}.js" for tag in tags)):
        app.add_js_file(f"elements/{name}", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", bring_scripts)
