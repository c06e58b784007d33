"""Which names of the page some code reads, and which it binds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from symtable import SymbolTable, symtable

BRANCHES = (ast.If, ast.While, ast.Try, ast.Match)


def reads_first(body: Iterable[ast.stmt], bound: set[str]) -> set[str]:
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
            found |= reads_first(one.body, bound)
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
    return used_and_bound(code)


def used_and_bound(code: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names of the page that some code uses, in functions too, and those that it binds."""
    return _of_table(symtable(ast.unparse(code), "cell", "exec"))


def _of_table(table: SymbolTable) -> tuple[set[str], set[str]]:
    symbols = table.get_symbols()
    outer = table.get_type() == "module"
    used = {one.get_name() for one in symbols if one.is_referenced() and (outer or one.is_global())}
    for inner in table.get_children():
        used |= _of_table(inner)[0]
    return used, {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}


def _stored(target: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
