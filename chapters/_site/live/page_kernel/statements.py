"""What a statement reads, binds and changes, found from its code alone; where that is unsure, it changes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from symtable import SymbolTable, symtable

Names = frozenset[str]
ALL = "*"  # stands for every name: nobody knows which of them `import *` or `exec` bind
ANY_NAME = {"exec", "eval", "globals", "locals", "setattr", "vars"}
READ_ONLY = {"check", "display", "expect", "print", "settle"}  # called for what they show
FRESH = {
    "float",
    "int",
    "isinstance",
    "len",
    "max",
    "min",
    "range",
    "str",
    "sum",
    "type",
}  # hold no part of what they take
SETTINGS = {"book_style": "plt"}  # functions without arguments that change how a module works
SETS = ("filter", "rc", "seed", "set", "simplefilter", "update", "use")  # how functions begin that do
IMPORTS = (ast.Import, ast.ImportFrom)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
FIXED = (ast.Constant, ast.Tuple, ast.expr_context, ast.UnaryOp, ast.unaryop, ast.BinOp, ast.operator)
BRANCHES = (ast.If, ast.While, ast.Try, ast.Match)


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
    reads = _reads_first([tree], binds)
    perhaps = _names(symtable(ast.unparse(tree), "cell", "exec"))[1] - binds
    unknown = reads & ANY_NAME or ALL in dict(imports(tree))
    star = {ALL} if unknown else set()
    changes, hands = set(_changed(tree)) | perhaps | star, set(_handed(tree))
    given = {name for _, name in hands}
    scopes = [node for node in ast.walk(tree) if isinstance(node, SCOPES)]
    deeper = {name for scope in scopes for name in _changed(scope, within=True)}
    deeper |= {name for scope in scopes for _, name in _handed(scope, within=True)}
    return Statement(
        tree,
        reads=frozenset(reads | ((changes | given) - binds) | {ALL}),
        binds=frozenset(binds),
        changes=frozenset(changes),
        hands=frozenset(hands),
        shares=frozenset(_shared(getattr(tree, "value", None) or getattr(tree, "iter", None))),
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


def _reads_first(body: Iterable[ast.stmt], bound: set[str]) -> set[str]:
    """Return the names that are read before they are bound, and add to `bound`; a loop is taken to run."""
    found: set[str] = set()
    for one in body:
        if isinstance(one, BRANCHES):
            found |= _of(one)[0] - bound
            continue
        for head in _heads(one):
            found |= _of(head)[0] - bound
        if isinstance(one, ast.For | ast.With):
            targets = [one.target] if isinstance(one, ast.For) else [item.optional_vars for item in one.items]
            bound |= {name for target in targets if target for name in _stored(target)}
            found |= _reads_first(one.body, bound)
        else:
            bound |= _of(one)[1]
    return found


def _heads(one: ast.stmt) -> list[ast.AST]:
    """Return what of a statement is read before it binds anything."""
    if isinstance(one, ast.For):
        return [one.iter]
    if isinstance(one, ast.With):
        return [item.context_expr for item in one.items]
    if isinstance(one, ast.Delete):
        return [one, *one.targets]
    return [one, one.target] if isinstance(one, ast.AugAssign) else [one]


def _of(code: ast.AST) -> tuple[set[str], set[str]]:
    if isinstance(code, ast.Name):
        return {code.id}, set()
    return _names(symtable(ast.unparse(code), "cell", "exec"))


def _names(table: SymbolTable) -> tuple[set[str], set[str]]:
    """Return the names of the page that some code uses, in functions too, and those that it binds."""
    symbols = table.get_symbols()
    outer = table.get_type() == "module"
    used = {one.get_name() for one in symbols if one.is_referenced() and (outer or one.is_global())}
    for inner in table.get_children():
        used |= _names(inner)[0]
    return used, {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}


def _stored(target: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _here(code: ast.AST, within: bool) -> Iterator[ast.AST]:
    """Yield the nodes of some code without those of the functions in it."""
    for child in ast.iter_child_nodes(code) if within else [code]:
        if not isinstance(child, SCOPES):
            yield child
            yield from _here(child, within=True)


def _changed(code: ast.AST, within: bool = False) -> Iterator[str]:
    """Yield the names whose objects are changed: parts set or deleted, methods called for nothing."""
    for node in _here(code, within):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield from _shared(node)
        elif isinstance(node, ast.AugAssign):
            yield from _shared(node.target)
        elif isinstance(node, ast.Delete):
            yield from (name for target in node.targets for name in _shared(target))
        elif call := _for_nothing(node):
            name = ast.unparse(call.func)
            yield from [SETTINGS[name]] if name in SETTINGS else _shared(_receiver(call))


def _handed(code: ast.AST, within: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the names whose objects a function gets that is called for nothing, or that it writes to."""
    for node in _here(code, within):
        if isinstance(node, ast.keyword) and node.arg == "out":
            yield from (("", name) for name in _shared(node.value))
        elif (call := _for_nothing(node)) and ast.unparse(call.func) not in READ_ONLY:
            owner = next(_shared(call.func), "")
            yield from ((owner, name) for name in _shared(call))


def _for_nothing(node: ast.AST) -> ast.Call | None:
    return node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None


def _receiver(call: ast.Call) -> ast.expr | None:
    return None if isinstance(call.func, ast.Name) else call.func


def _shared(value: ast.AST | None) -> Iterator[str]:
    """Yield the names of which a value may be a part, or which may be parts of it."""
    match value:
        case ast.Name(name):
            yield name
        case ast.Attribute(part) | ast.Subscript(part) | ast.Starred(part):
            yield from _shared(part)
        case ast.Call(ast.Name(name)) if name in FRESH:
            return
        case ast.Call(_, arguments, keywords):
            for part in (_receiver(value), *arguments, *(keyword.value for keyword in keywords)):
                yield from _shared(part)
        case ast.Tuple(parts) | ast.List(parts) | ast.Set(parts) | ast.Dict(_, parts):
            for part in parts:
                yield from _shared(part)
        case ast.IfExp(_, first, second):
            yield from _shared(first)
            yield from _shared(second)
        case ast.ListComp(part, loops) | ast.DictComp(_, part, loops):
            for one in (part, *(loop.iter for loop in loops)):
                yield from _shared(one)
