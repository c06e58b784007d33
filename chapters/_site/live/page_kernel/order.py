"""What has to run before a cell: those statements above it that it needs, and whose values are not as they should be."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from page_kernel.changes import SETS, SETTINGS
from page_kernel.statements import IMPORTS, Statement

State = dict[str, int]  # how each name came to its value, as one number
Links = defaultdict[str, set[str]]


@dataclass(frozen=True)
class Step:
    """One statement in its place on the page: which state it needs, who makes that, and what it leaves."""

    before: State
    makers: dict[str, int]
    after: State


def _links() -> Links:
    return defaultdict(set)


@dataclass
class Page:
    """Follows the statements of a page in their order, without running them.

    Attributes
    ----------
    state : dict
        The value of every name.
    makers : dict
        The place of the last statement that bound or changed it.
    kinds : dict
        What is known of it: "module", "generator", "fixed" if it cannot change, "figure".
    shares, later, inside : dict
        Names that a change of it changes too; that are read, or changed, where it is called.
    """

    state: State = field(default_factory=dict)
    makers: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    shares: Links = field(default_factory=_links)
    later: Links = field(default_factory=_links)
    inside: Links = field(default_factory=_links)
    steps: list[Step] = field(default_factory=list)

    def take(self, one: Statement) -> None:
        """Add the next statement."""
        reads = _closed(one.reads, self.later)
        self._link(one)
        self.kinds |= dict.fromkeys(one.binds, self._kind(one))
        changes = self._changes(one, reads)
        known = sorted(name for name in reads | changes - one.binds if name in self.state)
        before = {name: self.state[name] for name in known}
        code = hash((ast.unparse(one.tree), tuple(before.items())))
        after = {name: hash((code, name)) for name in one.binds | changes}
        self.steps.append(Step(before, {name: self.makers[name] for name in known}, after))
        self.state |= after
        self.makers |= dict.fromkeys(after, len(self.steps) - 1)

    def _changes(self, one: Statement, reads: set[str]) -> set[str]:
        """Return the names whose objects are others after a statement."""
        drawn = self._of_kind({owner for owner, _ in one.hands}, "figure", "pyplot")  # what is drawn stays as it is
        asked = one.changes | {name for owner, name in one.hands if owner not in drawn}
        asked |= {name for function in reads for name in self.inside[function]}
        changed = self._of_kind(_closed(asked, self.shares), "", "figure")
        changed |= self._of_kind(one.changes, "fixed") | self._of_kind(reads, "generator")
        return changed | (self._of_kind(asked, "module", "pyplot") if _is_setting(one.tree) else set())

    def _of_kind(self, names: Iterable[str], *kinds: str) -> set[str]:
        return {name for name in names if self.kinds.get(name, "") in kinds}

    def _link(self, one: Statement) -> None:
        parts = self._of_kind(one.shares, "", "figure") - one.binds
        for name in one.binds:
            self.shares[name] = set(parts)
            self.later[name] = set(one.later).union(*(self.later[other] for other in one.reads))
            self.inside[name] = set(one.inside).union(*(self.inside[other] for other in one.reads))
        for name in parts:
            self.shares[name] |= one.binds

    def _kind(self, one: Statement) -> str:
        if isinstance(one.tree, IMPORTS):
            return "pyplot" if "matplotlib" in ast.unparse(one.tree) else "module"
        if one.is_generator:
            return "generator"
        if one.is_fixed:
            return "fixed"
        return "figure" if self._of_kind(one.shares | one.inside, "figure", "pyplot") else ""


def _closed(names: Iterable[str], links: Links) -> set[str]:
    """Return names, and all that follow from them."""
    found, left = set(names), list(names)
    while left:
        new = links[left.pop()] - found
        found |= new
        left += new
    return found


def _is_setting(tree: ast.stmt) -> bool:
    """Say whether a statement changes how a module works."""
    if not isinstance(tree, ast.Expr) or not isinstance(tree.value, ast.Call):
        return "rcParams" in ast.unparse(tree)
    function = ast.unparse(tree.value.func)
    return function in SETTINGS or "rcParams" in function or function.rpartition(".")[2].startswith(SETS)


def due(steps: list[Step], first: int, state: State) -> list[int]:
    """Return the places of what has to run, so that the steps from `first` on find what they need.

    Parameters
    ----------
    steps : list of Step
        Of the page, from its beginning to the end of the cell that is asked for.
    first : int
        The place of the first statement of that cell.
    state : dict
        As it is now, after whatever has run.
    """
    found = set(range(first, len(steps)))
    while True:
        now, missing = dict(state), set()
        for place in sorted(found):
            step = steps[place]
            missing |= {step.makers[name] for name, value in step.before.items() if now.get(name) != value}
            now |= step.after
        if missing <= found:
            return sorted(found)
        found |= missing
