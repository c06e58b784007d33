"""A small table for a notebook's output: HTML where there is a page, plain text elsewhere."""

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A cell's text, with the place that it leads to."""

    text: str
    target: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """Rows under a head, and notes below them."""

    head: tuple[str, ...]
    rows: tuple[tuple[str | Link, ...], ...]
    notes: tuple[str, ...] = ()
    style: str = ""  # a class of the book's style sheet

    def __repr__(self) -> str:
        lines = [" | ".join(map(str, row)) for row in (self.head, *self.rows)]
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in self.head)
        body = "\n".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in self.rows)
        notes = "".join(f"\n<p>{html.escape(note)}</p>" for note in self.notes)
        start = f'<table class="{self.style}">' if self.style else "<table>"
        return f"{start}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>{notes}"


def _cell(cell: str | Link) -> str:
    text = html.escape(str(cell))
    return f'<td><a href="{html.escape(cell.target)}">{text}</a></td>' if isinstance(cell, Link) else f"<td>{text}</td>"
