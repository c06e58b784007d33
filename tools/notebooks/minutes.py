"""How long a chapter takes: computed from what a reader sees, and never written by hand."""

import math
import re
from dataclasses import dataclass
from typing import Any

WORDS, LINES, FIGURE, EXERCISE = 160, 10, 0.75, 5  # words a minute, lines a minute, minutes, minutes
LONGEST = 40  # minutes of a chapter without its exercises

FOLDED_TEXT = re.compile(r"^(:{3,})\{dropdown\}.*?^\1\s*$", flags=re.M | re.S)
DISPLAY = re.compile(r"^\$\$.*?\$\$", flags=re.M | re.S)
CODE = re.compile(r"^(`{3,}).*?^\1", flags=re.M | re.S)
PICTURE = re.compile(r"!\[.*?\]\([^)]*\)", flags=re.S)
MARKUP = re.compile(r"<[^>]+>|^:{3,}.*$|^:\w.*$|\]\([^)]*\)|\{[\w:]+\}`|[|#*`\[\]()-]+", flags=re.M)
ELEMENT = re.compile(r"<gru-(?!predict)\w+")  # a figure to move
EXERCISES = "## Exercises"
PLOT = {"image/png", "image/svg+xml"}
UNSEEN = {"hide-input", "hide-cell", "remove-cell", "remove-input"}  # tags


@dataclass(frozen=True)
class Length:
    """What a reader of a chapter sees; the exercises count apart."""

    words: int
    lines: int
    figures: int
    exercises: int

    @property
    def exact(self) -> float:
        """Minutes to read it."""
        return self.words / WORDS + self.lines / LINES + FIGURE * self.figures

    @property
    def minutes(self) -> int:
        """Minutes to read it, rounded up."""
        return math.ceil(self.exact)

    @property
    def exercise_minutes(self) -> int:
        """Minutes of the exercises."""
        return EXERCISE * self.exercises


def length(notebook: dict[str, Any]) -> Length:
    """Count words, visible lines of code, figures and display equations, and exercises."""
    words = lines = figures = exercises = 0
    within = False
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            reading, exercise_text, within = _parts(source, within)
            exercises += len(re.findall(r"^### Exercise \d+", exercise_text, flags=re.M))
            reading = FOLDED_TEXT.sub("", reading)
            figures += len(DISPLAY.findall(reading)) + len(PICTURE.findall(reading)) + len(ELEMENT.findall(reading))
            words += count_words(reading)
        elif not within:
            lines += 0 if is_folded(cell) else sum(bool(line.strip()) for line in source.splitlines())
            if not {"hide-cell", "remove-cell", "hide-output"} & set(cell["metadata"].get("tags", [])):
                figures += sum(bool(PLOT & set(output.get("data", {}))) for output in cell["outputs"])
    return Length(words, lines, figures, exercises)


def is_folded(cell: dict[str, Any]) -> bool:
    """Tell whether a reader must open a cell to see its code."""
    return bool(UNSEEN & set(cell["metadata"].get("tags", [])))


def count_words(markdown: str) -> int:
    """Count the words of prose, without mathematics, code, pictures and markup."""
    for pattern in (DISPLAY, CODE, PICTURE):
        markdown = pattern.sub(" ", markdown)
    markdown = MARKUP.sub(" ", re.sub(r"\$[^$]+\$", "formula", markdown))
    return len(markdown.split())


def _parts(source: str, within: bool) -> tuple[str, str, bool]:
    """Split a cell into what is read and what belongs to the exercises; say where the next one begins."""
    parts: dict[bool, list[str]] = {False: [], True: []}
    for line in source.splitlines():
        if line.startswith("## "):
            within = line.startswith(EXERCISES)
        parts[within].append(line)
    return "\n".join(parts[False]), "\n".join(parts[True]), within


def table(lengths: dict[str, Length]) -> str:
    """Return the lengths of chapters as a table, with their sum."""
    rows = [f"{'words':>7}{'lines':>7}{'figures':>9}{'minutes':>9}{'exercises':>11}"]
    for name, one in lengths.items():
        rows.append(f"{one.words:7}{one.lines:7}{one.figures:9}{one.minutes:9}{one.exercise_minutes:11}  {name}")
    reading = sum(one.minutes for one in lengths.values())
    rows.append(f"{reading:32}{sum(one.exercise_minutes for one in lengths.values()):11}  sum")
    return "\n".join(rows)
