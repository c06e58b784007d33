"""A cell as the statements that it is made of."""

from __future__ import annotations

import ast
import linecache

from page_kernel.statements import Statement, broken, statements

Cells = list[tuple[int, str, bool]]  # number and code, in the order of the page; whether it needs what the page lacks


def read(number: int, source: str) -> list[Statement]:
    """Return the statements of a cell; one that raises, if it cannot be read."""
    name = name_of(number)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        return statements(ast.parse(source, name))
    except SyntaxError:
        return [broken(source, name)]


def name_of(number: int) -> str:
    """Return the name under which errors speak of a cell."""
    return f"cell {number}"
