"""What a teacher needs of one chapter, read from its notebook; nothing of it is written twice."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from gru_lib.book.quizzes import Question, load_quiz, quiz_names
from tools import ROOT
from tools.edition.exercises import Exercise, exercises
from tools.notebooks import load, prose
from tools.notebooks.minutes import Length, length

DISCUSSION = Path(__file__).with_name("discussion.toml")
HEADING = re.compile(r"^## (.+)$", re.M)
NO_CLASS = ("Summary", "Exercises", "Five questions", "Further reading")  # sections that no plan names
REST = "Summary and further reading"
BOX = re.compile(r"^:::\{admonition\}[^\n]*\n:class: objectives\n(.*?)^:::", re.M | re.S)
PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\((?P<path>[^)]*images/[^)]+\.svg)\)")
Cells = list[dict[str, Any]]


@dataclass(frozen=True)
class Sketch:
    """A drawing for the board: the SVG itself, and what one draws."""

    name: str
    svg: str
    words: str


@dataclass(frozen=True)
class Chapter:
    """All that the edition says of a chapter."""

    document: str
    title: str
    time: Length
    objectives: str
    sections: list[tuple[str, int]]
    summary: str
    sketches: list[Sketch]
    discussion: list[dict[str, str]]
    exercises: list[Exercise]
    questions: list[Question]


def documents() -> list[str]:
    """Return the notebooks with exercises, in the order of the book."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [page["file"] for part in contents["parts"] for page in part["chapters"]]
    checked = ROOT / "gru_lib" / "book" / "exercises"
    return [
        name for name in files if (checked / f"{Path(name).name}.py").exists() and (ROOT / f"{name}.ipynb").exists()
    ]


def discussion() -> dict[str, list[dict[str, str]]]:
    """Return the questions for the room by document."""
    parts = tomllib.loads(DISCUSSION.read_text(encoding="utf-8"))
    return {f"chapters/{part}/{name}": asked for part, names in parts.items() for name, asked in names.items()}


def chapter(document: str) -> Chapter:
    """Gather what a teacher needs of one notebook."""
    path = ROOT / f"{document}.ipynb"
    notebook = load(path)
    text, name = prose(notebook), document.rpartition("/")[2]
    box, summary = BOX.search(text), re.search(r"^## Summary\n(.*?)(?=^## )", text, re.M | re.S)
    return Chapter(
        document,
        text.partition("\n")[0].removeprefix("# "),
        length(notebook),
        box[1].strip() if box else "",
        sections(notebook["cells"]),
        summary[1].strip() if summary else "",
        sketches(notebook, path),
        discussion().get(document, []),
        exercises(notebook),
        load_quiz(name).questions if name in quiz_names() else [],
    )


def sections(cells: Cells) -> list[tuple[str, int]]:
    """Return the sections of a chapter with minutes that add up to those of the chapter."""
    title, parts = "Question and answer", {}
    for cell in cells:
        pieces = [(title, cell)]
        if cell["cell_type"] == "markdown":
            before, *rest = HEADING.split("".join(cell["source"]))
            pairs = [(title, before), *zip(rest[::2], rest[1::2], strict=True)]
            pieces = [(name, cell | {"source": [text]}) for name, text in pairs]
        for title, piece in pieces:  # the last one goes on in the next cell
            parts.setdefault(title, []).append(piece)
    lengths = {name: length({"cells": part}).exact for name, part in parts.items()}
    apart = sum(lengths.pop(name, 0) for name in NO_CLASS)
    rounded = shares([*lengths.values(), apart], length({"cells": cells}).minutes)
    return [pair for pair in zip([*lengths, REST], rounded, strict=True) if pair[1]]


def shares(exact: list[float], whole: int) -> list[int]:
    """Return whole numbers in proportion that add up to another: each is the step of a rounded running sum."""
    return np.diff(np.rint(np.cumsum([0, *exact]) * whole / sum(exact)).astype(int)).tolist()


def sketches(notebook: dict[str, Any], path: Path) -> list[Sketch]:
    """Return the drawings of a chapter; where it has none, its first plot."""
    drawn = []
    for found in PICTURE.finditer(prose(notebook)):
        file = (path.parent / found["path"]).resolve()
        drawn.append(Sketch(file.name, file.read_text(encoding="utf-8"), found["alt"]))
    return drawn or plots(notebook, path.stem)[:1]


def plots(notebook: dict[str, Any], name: str) -> list[Sketch]:
    """Return the plots that a chapter stores as SVG, with what can be seen in them."""
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if svg := "".join(output.get("data", {}).get("image/svg+xml", "")):
                words = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
                found.append(Sketch(f"{name}-{len(found)}.svg", svg, words))
    return found
