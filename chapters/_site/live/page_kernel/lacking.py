"""Imports of what the page's Python lacks: the cell goes on, and only what uses them fails, in words."""

from __future__ import annotations

import ast

from page_kernel.outputs import Send


class Lacking:
    """Stands for a module, or a part of one, that is not there."""

    def __init__(self, module: str) -> None:
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(f"{self._module} is not in the page's Python", name=self._module)

    def __call__(self, *_: object, **__: object) -> object:
        return self.used


def bring(statement: ast.Import | ast.ImportFrom, namespace: dict[str, object], name: str, send: Send) -> None:
    """Run an import; if the page lacks the module, say so, and let a placeholder stand under each name."""
    try:
        exec(compile(ast.Module([statement], []), name, "exec", dont_inherit=True), namespace)
    except ModuleNotFoundError as error:
        module = (error.name or str(error)).partition(".")[0]
        send({"output_type": "lacking", "module": module})
        for alias in statement.names:
            namespace[alias.asname or alias.name.partition(".")[0]] = Lacking(module)
