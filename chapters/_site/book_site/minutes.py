"""Minutes and exercises: read from the notebooks, and printed where a reader or a teacher plans."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective, SphinxRole
from tools.notebooks import load, prose
from tools.notebooks.minutes import Length, length

from book_site.progress import Solved

EXERCISE_LINE = re.compile(r"^### Exercise \d+.*$", flags=re.M)
EXERCISE = re.compile(r"### Exercise (\d+) \((.*?)\): (.*)")


def of(env: BuildEnvironment, document: str) -> Length | None:
    """Return the length of a chapter; None for a page that is no notebook."""
    path = Path(env.srcdir) / f"{document}.ipynb"
    return length(load(path)) if path.exists() else None


def words(found: Length) -> str:
    """Say how long a chapter takes."""
    exercises = f", and {found.exercise_minutes} for the exercises" if found.exercises else ""
    return f"{found.minutes} minutes{exercises}"


def say_in_the_box(app: Sphinx, doctree: nodes.document) -> None:
    """End a chapter's objectives with its minutes."""
    for box in doctree.findall(nodes.admonition):
        if "objectives" in box["classes"] and (found := of(app.env, app.env.docname)):
            box += nodes.paragraph("", "", nodes.strong("", "Time:"), nodes.Text(f" {words(found)}."))


class Minutes(SphinxRole):
    """{minutes}`chapters/foundations/equations`: how long that chapter takes, and room for how much of it is solved."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the minutes, and what progress.js fills."""
        found = of(self.env, self.text)
        if found is None:
            raise ExtensionError(f"{self.env.docname}: minutes of {self.text!r}, which is no notebook")
        return [
            nodes.Text(f"{found.minutes} min"),
            Solved(chapter=self.text.rpartition("/")[2], of=found.exercises),
        ], []


class ChapterMap(SphinxDirective):
    """A table of all notebooks in the order of the book: minutes, and every exercise with its kind."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = ["| Chapter | Minutes | Exercises |", "|---|---|---|"]
        for document in chapters(Path(self.env.srcdir)):
            notebook = load(Path(self.env.srcdir) / f"{document}.ipynb")
            found, text = length(notebook), prose(notebook)
            exercises = "; ".join(EXERCISE.sub(r"\1 \2: \3", line) for line in EXERCISE_LINE.findall(text))
            minutes = f"{found.minutes} + {found.exercise_minutes}" if found.exercises else f"{found.minutes}"
            title = text.partition("\n")[0].removeprefix("# ")
            rows.append(f"| [{title}](/{document}.ipynb) | {minutes} | {exercises} |")
        return self.parse_text_to_nodes("\n".join(rows))


def chapters(folder: Path) -> list[str]:
    """Return the notebooks in the order of the book, without those that are looked up."""
    contents = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    files = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    read = (name for name in files if "/appendix/" not in name or "/refreshers/" in name)
    return [name for name in read if (folder / f"{name}.ipynb").exists()]


def setup(app: Sphinx) -> None:
    app.add_directive("chapter-map", ChapterMap)
    app.add_role("minutes", Minutes())
    app.connect("doctree-read", say_in_the_box)
