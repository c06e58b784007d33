"""Which objects some code may change: by a part that is set, a method called for nothing, or a function that gets them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

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
}  # keep no part of what they take
SETTINGS = {"book_style": "plt"}  # functions without arguments that change how a module works
SETS = ("filter", "rc", "seed", "set", "simplefilter", "update", "use")  # how functions begin that do
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _here(code: ast.AST, within: bool) -> Iterator[ast.AST]:
    """Yield the nodes of some code without those of the functions in it."""
    for child in ast.iter_child_nodes(code) if within else [code]:
        if not isinstance(child, SCOPES):
            yield child
            yield from _here(child, within=True)


def changed(code: ast.AST, within: bool = False) -> Iterator[str]:
    """Yield the names whose objects are changed: parts set or deleted, methods called for nothing."""
    for node in _here(code, within):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield from shared(node)
        elif isinstance(node, ast.AugAssign):
            yield from shared(node.target)
        elif isinstance(node, ast.Delete):
            yield from (name for target in node.targets for name in shared(target))
        elif call := _for_nothing(node):
            name = ast.unparse(call.func)
            yield from [SETTINGS[name]] if name in SETTINGS else shared(_receiver(call))


def handed(code: ast.AST, within: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the names whose objects a function gets that is called for nothing, or that it writes to."""
    for node in _here(code, within):
        if isinstance(node, ast.keyword) and node.arg == "out":
            yield from (("", name) for name in shared(node.value))
        elif (call := _for_nothing(node)) and ast.unparse(call.func) not in READ_ONLY:
            owner = next(shared(call.func), "")
            yield from ((owner, name) for name in shared(call))


def _for_nothing(node: ast.AST) -> ast.Call | None:
    return node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None


def _receiver(call: ast.Call) -> ast.expr | None:
    return None if isinstance(call.func, ast.Name) else call.func


def shared(value: ast.AST | None) -> Iterator[str]:
    """Yield the names of which a value may be a part, or which may be parts of it."""
    match value:
        case ast.Name(name):
            yield name
        case ast.Attribute(part) | ast.Subscript(part) | ast.Starred(part):
            yield from shared(part)
        case ast.Call(ast.Name(name)) if name in FRESH:
            return
        case ast.Call(_, arguments, keywords):
            for part in (_receiver(value), *arguments, *(keyword.value for keyword in keywords)):
                yield from shared(part)
        case ast.Tuple(parts) | ast.List(parts) | ast.Set(parts) | ast.Dict(_, parts):
            for part in parts:
                yield from shared(part)
        case ast.IfExp(_, first, second):
            yield from shared(first)
            yield from shared(second)
        case ast.ListComp(part, loops) | ast.DictComp(_, part, loops):
            for one in (part, *(loop.iter for loop in loops)):
                yield from shared(one)
