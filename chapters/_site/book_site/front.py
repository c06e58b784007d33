"""The front page: a map of the chapters that is that of the sidebar, and the address that one clones."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from tools.notebooks import load, prose

from book_site import minutes
from book_site.progress import Read, Solved, name_of, pages

ENTRY = re.compile(r"- \[(?P<title>[^]]+)\]\((?P<file>[^)]+)\): (?P<words>.+)")


def numbered(folder: Path) -> dict[str, dict[str, int | None]]:
    """Return the parts of the book by caption: each page with its number in the sidebar, if it has one."""
    contents = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    parts: dict[str, dict[str, int | None]] = {}
    last = 0
    for part in contents["parts"]:
        pages = [chapter["file"] for chapter in part["chapters"]]
        with_numbers = "numbered" in part
        parts[part["caption"]] = {name: last + i if with_numbers else None for i, name in enumerate(pages, 1)}
        last += len(pages) if with_numbers else 0
    return parts


def title_of(folder: Path, name: str) -> str:
    """Return the one name of a page."""
    notebook = folder / f"{name}.ipynb"
    text = prose(load(notebook)) if notebook.exists() else (folder / f"{name}.md").read_text(encoding="utf-8")
    found = re.search(r"^# (.+)$", text, re.M)
    return found[1] if found else ""


class Chapters(SphinxDirective):
    """All chapters of a part in the order of the book: `- [title](file): what it is about`, a line each."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the list; a page that is missing, added or renamed is a fault."""
        folder = Path(self.env.srcdir)
        numbers = numbered(folder)[self.arguments[0]]
        entries = [found for line in self.content if (found := ENTRY.fullmatch(line))]
        here = Path(self.env.docname).parent
        said = {(here / found["file"]).with_suffix("").as_posix(): found["title"] for found in entries}
        true = {name: title_of(folder, name) for name in numbers}
        if list(said.items()) != list(true.items()):
            raise ExtensionError(f"{self.env.docname}: {self.arguments[0]} has {true}, not {said}")
        items = [
            self.item(name, number, entry["title"], entry["words"])
            for (name, number), entry in zip(numbers.items(), entries, strict=True)
        ]
        return [nodes.bullet_list("", *items, classes=["chapters"])]

    def item(self, name: str, number: int | None, title: str, words: str) -> nodes.list_item:
        """Return one row: number, name, minutes, places for what is solved and whether it is read, and a sentence."""
        link = addnodes.pending_xref(
            "", nodes.inline("", title), refdomain="std", reftype="doc", reftarget=f"/{name}", refexplicit=True
        )
        head = nodes.paragraph("", "", nodes.inline("", str(number or ""), classes=["number"]), link, classes=["name"])
        if found := minutes.of(self.env, name):
            head += nodes.inline("", f"{found.minutes} min", classes=["minutes"])
            head += Solved(chapter=name.rpartition("/")[2], of=found.exercises)
        if name in pages(Path(self.env.srcdir)):
            head += Read(chapter=name_of(name))
        text, messages = self.parse_inline(words, lineno=self.lineno)
        return nodes.list_item("", head, nodes.paragraph("", "", *text), *messages)


class Clone(SphinxDirective):
    """Commands to type in a clone; where the repository's address is known, those that make the clone come first."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the commands."""
        url = self.config.html_theme_options.get("repository_url")
        before = [f"git clone {url}", f"cd {url.rsplit('/', 1)[1]}"] if url else []
        return [nodes.literal_block("", "\n".join([*before, *self.content]), language="text")]


def setup(app: Sphinx) -> None:
    app.add_directive("chapters", Chapters)
    app.add_directive("clone", Clone)
