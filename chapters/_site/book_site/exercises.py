"""Exercises: a cell that waits for an answer and its solution are one element, which the page's script brings to life."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

NAME = re.compile(r'^check\("([\w-]+/[\w-]+)"', re.M)
MEND = "Mend the function"  # what `check` says where the stub has a bug


class Exercise(nodes.General, nodes.Element):
    """A stub and what follows it, up to the solution."""


class JoinExercises(SphinxPostTransform):
    """Put each stub and its solution into one element, and say how to run it."""

    default_priority = 197  # before the cells are folded
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Change every exercise of the page; the one that is printed stays as it is."""
        if self.app.builder.name != "html":
            return
        document = self.env.docname
        for stub in list(self.document.findall(_is_stub)):
            solution = stub.next_node(descend=False, siblings=True)
            exercise = Exercise(name=NAME.search(_source(stub))[1])
            stub.replace_self(exercise)
            solution.parent.remove(solution)
            exercise += [stub, solution]
            _say_how(stub, document, colab(self.app, document))


def _is_stub(node: nodes.Node) -> bool:
    if not isinstance(node, nodes.container) or node.get("nb_element") != "cell_code":
        return False
    after = node.next_node(descend=False, siblings=True)
    waits = NAME.search(_source(node)) and not node.get("hide_mode")
    return bool(waits and isinstance(after, nodes.container) and _source(after).startswith("# Solution"))


def _source(cell: nodes.container) -> str:
    return cell.children[0].astext()


def _say_how(stub: nodes.container, document: str, colab: str) -> None:
    """Write, in place of "not answered yet", how a page without Python is answered."""
    output = stub.children[-1]
    todo = "mend the function" if MEND in output.astext() else "replace the <code>...</code>"
    notebook = f"{'../' * document.count('/')}_sources/{document}.ipynb"
    ways = [f'<a href="{colab}">open this chapter in Colab</a>'] if colab else []
    ways.append(f'<a href="{notebook}" download>download it as a notebook</a>')
    text = f"To answer, {' or '.join(ways)}. There you {todo} and run the cell, and it says whether you are right."
    output.children = []
    output += nodes.raw("", f'<p class="exercise-way">{text}</p>', format="html")


def colab(app: Sphinx, document: str) -> str:
    """Return where a notebook opens in Colab; empty if nobody knows the repository."""
    options = app.config.html_theme_options
    address = options.get("repository_url", "").partition("github.com/")[2]
    host = options.get("launch_buttons", {}).get("colab_url")
    return f"{host}/github/{address}/blob/{options['repository_branch']}/{document}.ipynb" if host and address else ""


def visit_exercise(self: HTML5Translator, node: Exercise) -> None:
    """Begin the element."""
    self.body.append(f'<book-exercise name="{node["name"]}">\n')


def depart_exercise(self: HTML5Translator, _: Exercise) -> None:
    """End the element."""
    self.body.append("</book-exercise>\n")


def bring_script(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document) -> None:
    """Add the script where something can be solved; it uses that of progress.py."""
    body = context.get("body", "")
    if "<live-cell" in body and "<book-exercise" in body:
        app.add_js_file("exercises.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_node(Exercise, html=(visit_exercise, depart_exercise))
    app.add_post_transform(JoinExercises)
    app.connect("html-page-context", bring_script)
