"""The plans for classes: read from chapters/appendix/plans.toml, with the minutes that the chapters take, as tables.

python -m tools.plans   prints each session with its minutes
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

from tools import ROOT
from tools.notebooks import load, prose
from tools.notebooks.minutes import EXERCISE, length

PLANS = ROOT / "chapters" / "appendix" / "plans.toml"
Uses = dict[str, Any]  # `read`: sections by chapter; `exercises`: numbers by chapter


def load_plans() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the plans by name, and what none of them uses."""
    data = tomllib.loads(PLANS.read_text(encoding="utf-8"))
    unused = data.pop("unused")
    return data, unused


@cache
def sections(chapter: str) -> dict[str, int]:
    """Return the minutes of each section of a chapter that is named as in the plans, its opening being ''."""
    cells: dict[str, list[dict[str, Any]]] = {"": []}
    heading = ""
    for cell in load(ROOT / "chapters" / f"{chapter}.ipynb")["cells"]:
        if cell["cell_type"] == "code":
            cells[heading].append(cell)
            continue
        for part in re.split(r"^(?=## )", "".join(cell["source"]), flags=re.M):
            if part.startswith("## "):
                heading = part.partition("\n")[0].removeprefix("## ").strip()
            cells.setdefault(heading, []).append(cell | {"source": [part]})
    return {name: length({"cells": inside}).minutes for name, inside in cells.items()}


def minutes_of(uses: Uses) -> int:
    """Return how long it takes to read and to do what a part of a session, or homework, uses; of a choice the longest.

    Raises
    ------
    KeyError
        If a chapter has no such section.
    """
    reading = 0
    for chapter, names in uses.get("read", {}).items():
        of = sections(chapter)
        whole = length(load(ROOT / "chapters" / f"{chapter}.ipynb")).minutes
        reading += sum(of[name] for name in names) if names else whole
    exercises = EXERCISE * sum(map(len, uses.get("exercises", {}).values()))
    return reading + exercises + max(map(minutes_of, uses.get("choice", [])), default=0)


def title(chapter: str) -> str:
    """Return a chapter's name as a link to it."""
    name = prose(load(ROOT / "chapters" / f"{chapter}.ipynb")).partition("\n")[0].removeprefix("# ")
    return f"[{name}](/chapters/{chapter}.ipynb)"


def uses(part: dict[str, Any]) -> str:
    """Say what a part of a session, or homework, uses of the book."""
    read, exercises = part.get("read", {}), part.get("exercises", {})
    said = []
    for chapter in dict.fromkeys([*read, *exercises]):
        parts = [f"*{name}*" for name in read.get(chapter, [])]
        if numbers := exercises.get(chapter):
            parts.append(f"exercise{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}")
        said.append(f"{title(chapter)}{': ' * bool(parts)}{', '.join(parts)}")
    if part.get("choice"):
        said.append(f"one of {'; '.join(map(uses, part['choice']))}")
    return "; ".join(said)


def rows(session: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a session's table."""
    yield "| Minutes | What | From the book |"
    yield "|---|---|---|"
    start = 0
    for part in session["part"]:
        end = start + part["minutes"]
        yield f"| {start} to {end} | {part['what']} | {uses(part)} |"
        start = end


def at_home(name: str, work: dict[str, Any]) -> str:
    """Say what is done at home, and for how long."""
    if not work:
        return ""
    most = "at most " if "choice" in work else ""
    length = f"{most}{minutes_of(work)} minutes"
    return f"**{name}** ({length}): {work.get('words', '')} {uses(work)}.\n\n".replace(":  ", ": ")


def shown(plan: dict[str, Any]) -> str:
    """Return a plan as Markdown."""
    parts = [f"{plan['words']}\n\n"]
    for number, session in enumerate(plan["session"], start=1):
        several = len(plan["session"]) > 1
        name = f"{number}. {session['title']}" if several else session["title"]
        left = session["part"][session["leave_out"] - 1]["minutes"]
        parts += [
            f"**{name}** ({session['minutes']} minutes)\n\n",
            "".join(f"- {objective}\n" for objective in session["objectives"]) + "\n",
            at_home("Before", session.get("before", {})),
            "\n".join(rows(session)) + "\n\n",
            f"**When time runs short**, shorten part {session['leave_out']} ({left} minutes): {session['short']}\n\n",
            at_home("Homework", session.get("homework", {})),
        ]
    return "".join(parts)


def main() -> None:
    """Print the sessions."""
    for plan in load_plans()[0].values():
        print(plan["title"])
        for session in plan["session"]:
            needed = ", ".join(f"{minutes_of(part)} of {part['minutes']}" for part in session["part"])
            after = minutes_of(session.get("homework", {}))
            print(f"  {session['minutes']:3} {session['title']}: {needed}; homework {after}")


if __name__ == "__main__":
    main()
