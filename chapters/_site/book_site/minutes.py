"""Minutes: computed from the notebooks, and printed where a reader decides whether to begin."""

from __future__ import annotations

import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

sys.path.append(str(Path(__file__).parents[3]))  # the tools stand beside the chapters

from tools.notebooks import load
from tools.notebooks.minutes import Length, length


def of(app: Sphinx, document: str) -> Length | None:
    """Return the length of a chapter; None for a page that is no notebook."""
    path = Path(app.srcdir) / f"{document}.ipynb"
    return length(load(path)) if path.exists() else None


def words(found: Length) -> str:
    """Say how long a chapter takes."""
    exercises = f", and {found.exercise_minutes} for the exercises" if found.exercises else ""
    return f"{found.minutes} minutes{exercises}"


def say_in_the_box(app: Sphinx, doctree: nodes.document) -> None:
    """End a chapter's objectives with its minutes."""
    for box in doctree.findall(nodes.admonition):
        if "objectives" in box["classes"] and (found := of(app, app.env.docname)):
            box += nodes.paragraph("", "", nodes.strong("", "Time:"), nodes.Text(f" {words(found)}."))


def say_on_a_card(app: Sphinx, doctree: nodes.document) -> None:
    """Put a chapter's minutes where a card or a table says `minutes` of it."""
    for mark in list(doctree.findall(nodes.inline)):
        if "minutes" in mark["classes"]:
            target = mark.astext()
            found = of(app, target)
            if found is None:
                raise ExtensionError(f"{app.env.docname}: minutes of {target!r}, which is no notebook")
            mark[:] = [nodes.Text(f"{found.minutes} min")]


def minutes_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """{minutes}`chapters/foundations/equations`: how long that chapter takes."""
    return [nodes.inline(rawtext, text, classes=["minutes"])], []


def setup(app: Sphinx) -> None:
    app.add_role("minutes", minutes_role)
    app.connect("doctree-read", say_in_the_box)
    app.connect("doctree-read", say_on_a_card, priority=400)
