"""What a student is told, as Markdown, and what a teacher enters, as a table."""

import csv
from collections.abc import Sequence
from pathlib import Path

from tools.grade.grading import Mark, PartMark


def report(mark: Mark) -> str:
    """Return the report for one student: points, and for each hidden case what went wrong, without the answer."""
    lines = [f"# {mark.assignment.title}", "", f"{mark.who}: **{mark.points:g} of {mark.most} points**", ""]
    lines += [f"- {plain(remark)}" for remark in mark.remarks]
    for part in mark.parts:
        lines += ["", f"## `{part.part.name}`: {part.points:g} of {part.part.points}", "", *rows(part)]
        if part.lent:
            lines += ["", f"Marked with the grader's own {' and '.join(f'`{name}`' for name in part.lent)}."]
    return "\n".join(lines) + "\n"


def rows(part: PartMark) -> list[str]:
    if part.reason:
        return [f"No points: {plain(part.reason)}."]
    shown = [f"| {case.title} | {100 * case.share:.0f} % | {plain(case.why)} |" for case in part.cases]
    return ["| Hidden case | Share | What was seen |", "|---|---|---|", *shown]


def plain(text: str) -> str:
    """Return text that came from anywhere as one line that breaks no table and starts no markup."""
    return (
        " ".join(text.split()).replace("|", "/").replace("<", "‹").replace(">", "›").replace("[", "(").replace("]", ")")
    )


def table(path: Path, marks: Sequence[Mark]) -> None:
    """Write one row for each submission."""
    parts = marks[0].assignment.parts
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # spreadsheets take it for Latin-1 otherwise
        writer = csv.writer(file)
        writer.writerow(["who", *(f"{part.name} ({part.points})" for part in parts), "points", "of", "for the teacher"])
        for mark in marks:
            given = [f"{part.points:g}" for part in mark.parts]
            writer.writerow(map(harmless, [mark.who, *given, f"{mark.points:g}", mark.most, "; ".join(mark.remarks)]))


def harmless(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = " ".join(str(cell).split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
