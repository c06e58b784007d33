"""Tables in one style, whoever wrote them: Markdown, pandas or the book's own code."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from book_site.claims import mark_verdicts

TABLE = re.compile(r"<table\b.*?</table>", re.S)
NUMBER = re.compile(r"[-+−]?\d[\d,]*(?P<fraction>\.\d+)?(?:e[-+]\d+)?(?: ?%)?")
NO_NUMBER = ("", "–")  # what may stand in a column of numbers besides
LINE = 36  # characters beside each other on a phone
COLUMN = 16  # a longer text wraps
TEXT = 12  # a longer text is read, not compared
WORD = 18  # a longer word may be broken


def set_tables(_: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Set every table: one row of heads, numbers under each other, and a way to fit a phone."""

    def one(found: re.Match[str]) -> str:
        soup = BeautifulSoup(found[0], "html.parser")
        _set(soup.table)
        return str(soup)

    return {page: TABLE.sub(one, text) for page, text in pages.items()}


def _set(table: Tag) -> None:
    del table["border"]
    table["class"] = ["book-table", *(name for name in table.get("class", []) if name not in ("table", "dataframe"))]
    _join_heads(table)
    if "claims" in table["class"]:
        mark_verdicts(table)
    rows = [row.find_all(["th", "td"], recursive=False) for row in table.select("tbody > tr")]
    heads = table.select("thead > tr:last-child > *")
    if heads and not _words(heads[0]):
        for first, *_ in rows:  # it names its row
            first.name, first["scope"] = "th", "row"
    columns = [[cell for cell in column if cell] for column in zip_longest(*rows)]
    for head, column in zip_longest(heads, columns):
        _align(head, column or [])
    for cell in (cell for row in rows for cell in row if max(map(len, _words(cell).split()), default=0) > WORD):
        cell["class"] = [*cell.get("class", []), "long"]
    widths = [max(map(_length, [head, *column])) for head, column in zip(heads, columns, strict=False)]
    if sum(min(COLUMN, width) for width in widths) > LINE:
        _fit(table, heads, rows)


def _join_heads(table: Tag) -> None:
    """Give the names that pandas has for the index, and puts in a row of their own, to the row above."""
    *above, names = table.select("thead > tr") or [None]
    if not above:
        return
    named = names.find_all(["th", "td"])
    index = len(table.select("tbody > tr:first-child > th"))
    if any(_words(cell) for cell in named[index:]):
        return
    for corner, name in zip(above[-1].find_all(["th", "td"])[:index], named, strict=False):
        corner.name, corner.string = "th", _words(name)
    names.decompose()


def _align(head: Tag | None, column: list[Tag]) -> None:
    """Set a column of numbers so that their points stand under each other."""
    found = [NUMBER.fullmatch(_words(cell)) for cell in column]
    if not any(found) or any(
        not one and _words(cell) not in NO_NUMBER for one, cell in zip(found, column, strict=True)
    ):
        return
    longest = max((one["fraction"] or "" for one in found if one), key=len)
    for one, cell in zip(found, column, strict=True):
        missing = longest[len(one["fraction"] or "") :] if one else ""
        if missing:
            cell["data-pad"] = missing  # room for the digits that others have
    for cell in filter(None, (head, *column)):
        cell["class"] = [*cell.get("class", []), "number"]


def _fit(table: Tag, heads: list[Tag], rows: list[list[Tag]]) -> None:
    """On a phone a table of texts is read row by row; one of numbers keeps its first column while the others pass."""
    if not any(_length(cell) > TEXT for row in rows for cell in row[1:]):
        table["class"].append("passing")
        return
    table["class"].append("cards")
    for row in rows:
        for head, cell in zip(heads[1:], row[1:], strict=False):
            if _words(cell):
                cell["data-head"] = _words(head)


def _words(cell: Tag) -> str:
    """Return what a reader sees of a cell: of a formula, only what is drawn."""
    hidden = {id(text) for formula in cell.select(".katex-mathml") for text in formula.find_all(string=True)}
    return "".join(text for text in cell.find_all(string=True) if id(text) not in hidden).strip()


def _length(cell: Tag) -> int:
    return len(_words(cell))
