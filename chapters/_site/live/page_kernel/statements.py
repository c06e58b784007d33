"""What a statement reads, binds and changes, found from its code alone; where that is unsure, it changes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from page_kernel.changes import SCOPES, changed, handed, shared
from page_kernel.names import reads_first, used_and_bound

Names = frozenset[str]
ALL = "*"  # stands for every name: nobody knows which of them `import *` or `exec` bind
ANY_NAME = {"exec", "eval", "globals", "locals", "setattr", "vars"}

IMPORTS = (ast.Import, ast.ImportFrom)
FIXED = (ast.Constant, ast.Tuple, ast.expr_context, ast.UnaryOp, ast.unaryop, ast.BinOp, ast.operator)


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a cell, and the names of the page that it has to do with.

    Attributes
    ----------
    tree : ast.stmt
        The statement.
    reads : frozenset of str
        Names whose values it needs, in the functions that it defines too.
    binds : frozenset of str
        Names that have a new value after it, whatever they had before.
    changes : frozenset of str
        Names whose objects are others after it: a part of them is set, or a method called for nothing.
    hands : frozenset of (str, str)
        Names whose objects it hands to a function that is called for nothing, and so may change them, each after the
        name of the function, or of what it belongs to.
    shares : frozenset of str
        Names whose objects may be parts of what it binds, so that a change of one is a change of both.
    inside : frozenset of str
        Names that are changed when a function that it defines is called.
    later : frozenset of str
        Names that a function that it defines reads when it is called.
    """

    tree: ast.stmt
    reads: Names
    binds: Names
    changes: Names
    hands: frozenset[tuple[str, str]]
    shares: Names
    inside: Names
    later: Names

    @property
    def is_generator(self) -> bool:
        """Whether it makes a random generator: whoever draws from one changes what is drawn next."""
        value = getattr(self.tree, "value", None)
        return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("default_rng")

    @property
    def is_fixed(self) -> bool:
        """Whether it binds numbers or texts, which cannot change."""
        value = getattr(self.tree, "value", None)
        return value is not None and all(isinstance(node, FIXED) for node in ast.walk(value))

    @property
    def stands_alone(self) -> bool:
        """Whether it runs where the rest of its cell cannot: it imports, defines or names something."""
        return isinstance(self.tree, (*IMPORTS, *SCOPES)) or self.is_fixed or self.is_generator


def statements(tree: ast.Module) -> list[Statement]:
    """Describe each statement of a cell; every name that is imported counts as one."""
    return [_describe(one) for whole in tree.body for one in _single(whole)]


def broken(source: str, name: str) -> Statement:
    """Return a statement for code that cannot be read: nobody knows what it does with its names, and it raises."""
    tree = ast.parse(f"compile({source!r}, {name!r}, 'exec')").body[0]
    names = frozenset(re.findall(r"[^\W\d]\w*", source))
    return Statement(tree, names | {ALL}, Names(), names, *4 * (Names(),))


def _describe(tree: ast.stmt) -> Statement:
    binds: set[str] = set()
    reads = reads_first([tree], binds)
    perhaps = used_and_bound(tree)[1] - binds
    unknown = reads & ANY_NAME or ALL in dict(imports(tree))
    star = {ALL} if unknown else set()
    changes, hands = set(changed(tree)) | perhaps | star, set(handed(tree))
    given = {name for _, name in hands}
    scopes = [node for node in ast.walk(tree) if isinstance(node, SCOPES)]
    deeper = {name for scope in scopes for name in changed(scope, within=True)}
    deeper |= {name for scope in scopes for _, name in handed(scope, within=True)}
    return Statement(
        tree,
        reads=frozenset(reads | ((changes | given) - binds) | {ALL}),
        binds=frozenset(binds),
        changes=frozenset(changes),
        hands=frozenset(hands),
        shares=frozenset(shared(getattr(tree, "value", None) or getattr(tree, "iter", None))),
        inside=frozenset(deeper & reads),
        later=frozenset(reads if scopes else ()),
    )


def _single(tree: ast.stmt) -> Iterator[ast.stmt]:
    if not isinstance(tree, IMPORTS):
        yield tree
        return
    for alias in tree.names:
        one = ast.Import([alias]) if isinstance(tree, ast.Import) else ast.ImportFrom(tree.module, [alias], tree.level)
        yield ast.copy_location(one, tree)


def imports(code: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield every import: the name that it binds, and the module."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name.partition(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
