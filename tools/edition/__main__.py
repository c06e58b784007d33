"""Write the teacher's edition into a folder: `python -m tools.edition FOLDER`. The website does not have it."""

import sys
from pathlib import Path

from tools import ROOT
from tools.edition.chapters import chapter, documents
from tools.edition.page import page
from tools.notebooks.minutes import EXERCISE, FIGURE, LINES, WORDS
from tools.plans import load_plans, shown

TITLE = "Gated Recurrent Units: the teacher's edition"
PAGE, IMAGES = "index.html", "images"
MISCONCEPTIONS = "## Common misconceptions"
BEFORE = """All solutions with what they print, the code that a class begins with, the answers that the checks accept,
the wrong ones that they know with their replies, drawings for the board, minutes, and questions for the room.
It is made from the chapters, their exercises and their quizzes; the plans for a class stand at the end.

**The minutes** are computed: {WORDS} words a minute, {LINES} lines of code a minute, {FIGURE} minutes for a figure or a
formula on a line of its own, and {EXERCISE} minutes for an exercise.
Training, discussion and the quiz are not in them, and many students need twice as long.

{misconceptions}
"""


def misconceptions() -> str:
    """Return the table of the page for teachers."""
    text = (ROOT / "chapters" / "appendix" / "teachers.md").read_text(encoding="utf-8")
    return MISCONCEPTIONS + text.partition(MISCONCEPTIONS)[2].partition("\n## ")[0]


def before() -> str:
    """Return what is said before the chapters."""
    return BEFORE.format(WORDS=WORDS, LINES=LINES, FIGURE=FIGURE, EXERCISE=EXERCISE, misconceptions=misconceptions())


def plans() -> str:
    """Return all plans for a class."""
    return "\n".join(f"### {plan['title']}\n\n{shown(plan)}" for plan in load_plans()[0].values())


def write(folder: Path) -> Path:
    """Write the page and its pictures; return the page."""
    chapters = [chapter(document) for document in documents()]
    images = folder / IMAGES
    images.mkdir(parents=True, exist_ok=True)
    for one in chapters:
        for sketch in one.sketches:
            (images / sketch.name).write_text(sketch.svg, encoding="utf-8")
    path = folder / PAGE
    path.write_text(page(TITLE, before(), chapters, plans()), encoding="utf-8")
    return path


def main(arguments: list[str]) -> int:
    """Run the command line; return the exit status."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m tools.edition FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / PAGE).exists())):
        print(
            f"✗ {folder} holds other things; name a folder that is new, empty, or an edition to be renewed.",
            file=sys.stderr,
        )
        return 1
    print(
        "✓ The teacher's edition is written. Open it in a browser, and print it from there:\n"
        f"  {write(folder).resolve().as_uri()}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
