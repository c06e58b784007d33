"""The plans for classes: read from chapters/appendix/plans.toml, with the minutes that the chapters take.

python -m tools.plans   prints each session with its minutes
"""

import re
import tomllib
from functools import cache
from typing import Any

from tools import ROOT
from tools.notebooks import load
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
