"""One cell: run statement by statement in the namespace that the cells of a page share."""

from __future__ import annotations

import ast
import builtins
import contextlib
import linecache
import sys
from types import CodeType

from page_kernel import figures, lacking
from page_kernel.errors import describe
from page_kernel.outputs import Outputs, Send, bundle

NAMESPACE: dict[str, object] = {"__name__": "__main__"}


def run(source: str, number: int, send: Send) -> bool:
    """Run a cell, send its outputs, and say whether it ended without an error.

    Parameters
    ----------
    source : str
        The code.
    number : int
        Of the cell on its page; tracebacks name it.
    send : callable
        Takes each output: a dict as in a notebook, as it comes.
    """
    name = f"cell {number}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    outputs = Outputs(send)
    builtins.display = lambda *values: [outputs.send(_display(value)) for value in values]  # type: ignore[attr-defined]
    builtins.input = _no_input
    with contextlib.redirect_stdout(outputs.stream("stdout")), contextlib.redirect_stderr(outputs.stream("stderr")):
        try:
            _execute(ast.parse(source, name), name, outputs, quiet=source.rstrip().endswith(";"))
            figures.show(outputs.send)
        except BaseException as error:
            figures.show(outputs.send)
            outputs.send({"output_type": "error", **describe(error, name)})
            return False
        finally:
            outputs.flush()
    return True


def _execute(tree: ast.Module, name: str, outputs: Outputs, quiet: bool) -> None:
    figures.into(outputs.send)
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            lacking.bring(statement, NAMESPACE, name, outputs.send)
        elif isinstance(statement, ast.Expr) and statement is tree.body[-1] and not quiet:
            value = eval(_compiled(ast.Expression(statement.value), name), NAMESPACE)
            if value is not None:
                outputs.send(_display(value, "execute_result"))
                NAMESPACE["_"] = value
        else:
            exec(_compiled(ast.Module([statement], []), name), NAMESPACE)


def _compiled(tree: ast.Module | ast.Expression, name: str) -> CodeType:
    return compile(tree, name, "eval" if isinstance(tree, ast.Expression) else "exec", dont_inherit=True)


def _display(value: object, kind: str = "display_data") -> dict[str, object]:
    return {"output_type": kind, "data": bundle(value)}


def _no_input(prompt: object = "") -> str:
    print(prompt, end="", file=sys.stdout)
    raise OSError("input() waits for a keyboard that a page does not have. Write the value into the cell instead.")
