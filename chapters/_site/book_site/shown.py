"""What a slide can show of a page: figures, code that is short enough, what a cell gave, and claims."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from math import ceil

from bs4 import Tag

FIGURES = ["img", "figure", "held-svg", re.compile(r"^gru-(?!predict|quiz)")]
CODE = 12  # lines that stand beside what they gave
CLAIMS = 4  # on a slide


def kind(part: Tag) -> str:
    """Return how a slide lays out a part of the page."""
    classes = part.get("class", [])
    if part.name in ("ul", "ol") or {"objectives", "predict"} & set(classes):
        return "list"
    if part.name.startswith("gru-"):
        return "play"
    is_figure = part.find(FIGURES) or part.name in ("figure", "img")
    return "figure" if is_figure and "math" not in classes else "wide"


def helpers(chapter: Tag) -> re.Pattern[str]:
    """Return what finds calls of functions that the page folds or has from the book's own library."""
    names = {"runs"}
    for cell in chapter.select(".cell_input held-pre"):
        for one in ast.parse(cell.get_text()).body:
            if isinstance(one, ast.ImportFrom) and str(one.module).startswith("gru_lib.book"):
                names |= {alias.name for alias in one.names}
            if isinstance(one, ast.FunctionDef) and cell.find_parent("details"):
                names.add(one.name)
    return re.compile(rf"\b(?:{'|'.join(sorted(names))})\(")


def open_code(cell: Tag) -> Tag | None:
    """Return the code of a cell that the page does not fold."""
    return next((one for one in cell.select(".cell_input") if not one.find_parent("details")), None)


def lines(code: Tag | None) -> int:
    """Count the lines of code, or of what it printed, that say something."""
    return sum(bool(line.strip()) for line in code.get_text().split("\n")) if code else 0


def outputs(cell: Tag) -> list[str]:
    """Return what a cell gave, without its checks."""
    given = cell.select(".cell_output > *:not(.small-print, .checks)")
    return [str(one) for one in given if not one.find_parent("details")]


def checks(cell: Tag) -> list[str]:
    """Return each check of a cell as one line; verdicts stand in their table, with reasons."""
    given = []
    for one in cell.select("details.checks:not(:has(.verdict)), p.checks"):
        several = re.match(r"\W*\d+ checks", one.get_text())
        said = one.select("ul.measured > li") if several else [one.summary or one]
        given += [f'<p class="checks">{line.decode_contents()}</p>' for line in said]
    return given


def claims(table: Tag) -> Iterator[tuple[str, str]]:
    """Yield a sentence and a table for each slide of claims: those that are not simply confirmed, with the reasons."""
    rows = table.select("tbody tr")
    others = [row for row in rows if row.select_one(".chip").get_text() != "confirmed"]
    said = f"<p>Of {len(rows)} statements, {len(rows) - len(others)} are confirmed as they stand. The others:</p>"
    parts = ceil(len(others) / CLAIMS)
    for n in range(parts):
        some = "".join(map(str, others[n * len(others) // parts : (n + 1) * len(others) // parts]))
        yield said, f'<table class="book-table claims">{table.thead}<tbody>{some}</tbody></table>'
        said = ""
