"""The plans for classes, as tables: what happens when, with what of the book, and for how long at home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tools.notebooks import load, prose
from tools.plans import ROOT, load_plans, minutes_of


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


class Plan(SphinxDirective):
    """`{plan} course`: one plan."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return it."""
        self.env.note_dependency(str(ROOT / "chapters" / "appendix" / "plans.toml"))
        return self.parse_text_to_nodes(shown(load_plans()[0][self.arguments[0]]))


class NotPlanned(SphinxDirective):
    """What no plan uses, with the reasons."""

    def run(self) -> list[nodes.Node]:
        """Return a list."""
        entries = load_plans()[1].items()
        lines = [
            f"- {uses({'read': {}, 'exercises': {name: one.get('exercises')}})}: {one['why']}." for name, one in entries
        ]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> None:
    app.add_directive("plan", Plan)
    app.add_directive("not-planned", NotPlanned)
