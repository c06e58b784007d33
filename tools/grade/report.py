"""What a student is told, as Markdown, and what a teacher enters, as a table."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.grade.grading import Mark, PartMark

HOW = "A part has the points of the share of its hidden cases that came out right, and each case weighs the same."


def report(mark: Mark) -> str:
    """Return the report for one student: points, and for each hidden case what went wrong, without the answer."""
    lines = [f"# {mark.assignment.title}", "", f"{mark.who}: **{mark.points:g} of {mark.most} points**", "", HOW]
    lines += ["", *(f"- {plain(remark)}" for remark in mark.remarks)] if mark.remarks else []
    for part in mark.parts:
        lines += ["", f"## `{part.part.name}`: {part.points:g} of {part.part.points}", "", *rows(part)]
        lines += ["", part.note] if part.note else []
    return "\n".join(lines) + "\n"


def rows(part: PartMark) -> list[str]:
    """Return why there are no points, or a table in which cases of one outcome share a row."""
    if part.reason:
        return [sentence(f"No points: {plain(part.reason)}")]
    alike: dict[tuple[float, str], list[str]] = {}
    for case in part.cases:
        alike.setdefault((case.share, case.why), []).append(case.title)
    shown = [f"| {'; '.join(titles)} | {100 * share:.0f} % | {plain(why)} |" for (share, why), titles in alike.items()]
    return ["| Hidden cases | Share | What was seen |", "|---|---|---|", *shown]


def sentence(text: str) -> str:
    """Return text with a stop at its end, if it has none."""
    return text if text.endswith(("?", "!", ".")) else f"{text}."


def plain(text: str) -> str:
    """Return text that came from anywhere as one line that breaks no table and starts no markup."""
    return (
        " ".join(text.split()).replace("|", "/").replace("<", "‹").replace(">", "›").replace("[", "(").replace("]", ")")
    )


def table(path: Path, marks: Sequence[Mark], left: Mapping[str, str]) -> None:
    """Write one row for each submission, and one without points for each file that was not graded."""
    parts = marks[0].assignment.parts
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # spreadsheets take it for Latin-1 otherwise
        writer = csv.writer(file)
        writer.writerow(["who", *(f"{part.name} ({part.points})" for part in parts), "points", "of", "for the teacher"])
        for mark in marks:
            given = [f"{part.points:g}" for part in mark.parts]
            row = [mark.who, *given, f"{mark.points:g}", mark.most, "; ".join(mark.for_teacher)]
            writer.writerow(map(harmless, row))
        for name, why in left.items():
            writer.writerow(map(harmless, [name, *[""] * (len(parts) + 2), f"not graded: {why}"]))


def harmless(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = " ".join(str(cell).split())
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
