"""The Markdown of chapters as HTML that stands alone: roles become their words, and links lead nowhere."""

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tools.edition.formulas import mathml

ROLE = re.compile(r"\{([\w:-]+)\}`([^`<]+?)(?:\s*<[^`>]+>)?`")
FENCE = re.compile(r"^:{3,}.*$\n?|^:(?:class|name|open)\w*:.*$\n?", re.M)
ELEMENT = re.compile(r"</?gru-[^>]*>")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\([^)]*\)")
PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)\s*")
PLACES = {"eq": "the equations", "numref": "the figure", "ref": "the figure"}


class Words:
    """Sets Markdown at once and its formulas all together at the end: one start of node for a whole page."""

    def __init__(self) -> None:
        self.formulas: list[tuple[str, bool]] = []
        self._markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        self._markdown.use(dollarmath_plugin, renderer=self._remember, allow_space=True)

    def _remember(self, formula: str, options: dict[str, bool]) -> str:
        self.formulas.append((formula.strip(), options["display_mode"]))
        return f"\x00{len(self.formulas) - 1}\x00"

    def set(self, text: str) -> str:
        """Return HTML with a place for each formula."""
        for pattern in (FENCE, ELEMENT, PICTURE):
            text = pattern.sub("", text)
        text = ROLE.sub(lambda found: PLACES.get(found[1], f"*{found[2].strip()}*"), text)
        return self._markdown.render(LINK.sub(r"*\1*", text))

    def line(self, text: str) -> str:
        """Return the HTML of one paragraph without its element."""
        return self.set(text).strip().removeprefix("<p>").removesuffix("</p>")

    def finish(self, page: str) -> str:
        """Put the formulas into their places."""
        drawn = mathml(self.formulas) if self.formulas else []
        return re.sub("\x00(\\d+)\x00", lambda found: drawn[int(found[1])], page)


def code(text: str) -> str:
    """Return code or output as it is."""
    return f"<pre>{escapeHtml(text)}</pre>" if text else ""
