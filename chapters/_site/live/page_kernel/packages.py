"""Imports: a package comes when one asks for it; what the page lacks is named, and only what uses it fails."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Awaitable, Callable

from page_kernel.outputs import Send
from page_kernel.statements import imports

Fetch = Callable[[str], Awaitable[bool]]  # brings a package, if there is one of that name


class Lacking:
    """Stands for a module, or a part of one, that is not there."""

    def __init__(self, module: str) -> None:
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ModuleNotFoundError(f"this page does not load {self._module}", name=self._module)

    def __call__(self, *_: object, **__: object) -> object:
        return self.used


if sys.platform == "emscripten":  # of Python itself Pyodide leaves this out; the library reads film reviews with it
    sys.modules.setdefault("lzma", Lacking("lzma"))  # type: ignore[arg-type]


async def bring(code: ast.stmt, fetch: Fetch) -> None:
    """Have the packages brought that the imports in a statement ask for, those in its functions too."""
    for _, module in imports(code):
        while (missing := _missing(module)) and await fetch(missing):
            importlib.invalidate_caches()


def _missing(module: str) -> str:
    """Return the package without which a module cannot be imported; nothing if it can, or fails otherwise."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        return package if package not in sys.modules else ""
    except Exception:
        pass  # the statement says it better
    return ""


def bind(statement: ast.Import | ast.ImportFrom, names: dict[str, object], cell: str, send: Send) -> None:
    """Run the import of one name; for what the page lacks let a placeholder stand there, and say so."""
    [alias] = statement.names
    try:
        exec(compile(ast.Module([statement], []), cell, "exec", dont_inherit=True), names)
    except ModuleNotFoundError as error:
        module = (error.name or str(error)).partition(".")[0]
        names[alias.asname or alias.name.partition(".")[0]] = Lacking(module)
        send({"output_type": "lacking", "module": module})
