"""Imports of what the page's Python lacks: the cell goes on, and only what uses them fails, in words."""

from __future__ import annotations

import ast
import sys

from page_kernel.outputs import Send


class Lacking:
    """Stands for a module, or a part of one, that is not there."""

    def __init__(self, module: str) -> None:
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(f"{self._module} does not run in a browser", name=self._module)

    def __call__(self, *_: object, **__: object) -> object:
        return self.used


# Of Python itself Pyodide leaves this out; the library reads film reviews with it, and nothing else.
sys.modules.setdefault("lzma", Lacking("lzma"))  # type: ignore[arg-type]


def bring(statement: ast.Import | ast.ImportFrom, namespace: dict[str, object], name: str, send: Send) -> None:
    """Run an import name by name; for what the page lacks let a placeholder stand there, and say so once."""
    said = set()
    for alias in statement.names:
        one = ast.copy_location(_alone(statement, alias), statement)
        try:
            exec(compile(ast.Module([one], []), name, "exec", dont_inherit=True), namespace)
        except ModuleNotFoundError as error:
            module = (error.name or str(error)).partition(".")[0]
            namespace[alias.asname or alias.name.partition(".")[0]] = Lacking(module)
            if module not in said:
                send({"output_type": "lacking", "module": module})
            said.add(module)


def _alone(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.Import | ast.ImportFrom:
    if isinstance(statement, ast.Import):
        return ast.Import([alias])
    return ast.ImportFrom(statement.module, [alias], statement.level)
