"""The plans for classes, as tables: what happens when, with what of the book, and for how long at home."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tools.plans import PLANS, load_plans, shown, uses


class Plan(SphinxDirective):
    """`{plan} course`: one plan."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return it."""
        self.env.note_dependency(str(PLANS))
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
