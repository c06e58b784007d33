"""Which cells run in the page: those that need nothing but what the page's Python has, found from their code alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from symtable import SymbolTable, symtable

ROOT = Path(__file__).parents[3]
PACKAGES = {"gru_lib", "matplotlib", "mpl_toolkits", "numpy", "PIL"}
# What a browser does not offer: processes, threads, and a clock fine enough to measure with.
NOT_OFFERED = {"concurrent", "multiprocessing", "subprocess", "threading", "time"}
MODULES = {"np", "plt"}  # no cell changes them
SOLUTION = "# Solution"
IMPORTS = (ast.Import, ast.ImportFrom)
# What of the library is imported but never runs in a page, which asks neither the network nor git.
NEVER_RUN = ("gru_lib.datasets.download", "gru_lib.records.provenance")
Names = dict[str, str]  # a name of the notebook, and what the page lacks without which it is not there


def needs(sources: Iterable[str]) -> list[str]:
    """Return for each code cell what it needs and the page lacks, or nothing if the cell runs there.

    A cell needs what the names in it need; what it binds or may change needs the same from then on.
    """
    lacking: Names = {}
    sources = list(sources)
    cells = [ast.parse(source) for source in sources]
    generators = set(_generators(cells))
    found = [_follow(cell, lacking, generators) for cell in cells]
    for place, source in enumerate(sources):
        if source.startswith(SOLUTION) and found[place]:
            found[place - 1] = found[place]  # nobody can answer what cannot be solved in the page
    return found


def is_live(found: list[str]) -> bool:
    """Say whether a page runs: at least half of its cells do."""
    return 2 * found.count("") >= len(found) > 0


def missing(module: str) -> str:
    """Return what an import asks for and the page lacks, or nothing."""
    top, *others = (name.partition(".")[0] for name in _with_all_it_imports(module))
    if top in NOT_OFFERED:
        return top
    there = PACKAGES | sys.stdlib_module_names - {"subprocess", "threading"}
    return next((one for one in (top, *others) if one not in there), "")


def _follow(cell: ast.Module, lacking: Names, generators: set[str]) -> str:
    """Return what one cell needs, and note which names are missing after it."""
    found, touched = "", set()
    for statement in cell.body:
        used, bound = _names(symtable(ast.unparse(statement), "cell", "exec"))
        inside = [] if isinstance(statement, ast.Import | ast.ImportFrom) else [one for _, one in _imports(statement)]
        found = found or next((lacking[name] for name in sorted(used) if name in lacking), "")
        found = found or next(filter(None, map(missing, inside)), "")
        touched |= bound | set(_changed(statement)) - MODULES | used & generators
        for name in bound:
            lacking.pop(name, None)
        if not inside:
            lacking |= {name: lack for name, module in _imports(statement) if (lack := missing(module))}
    if found:
        lacking |= dict.fromkeys(touched, found) | {name: lacking[name] for name in touched & lacking.keys()}
    return found or _only_imports(cell)


def _only_imports(cell: ast.Module) -> str:
    """Return what a cell lacks that does nothing but import it."""
    lacks = [missing(module) for _, module in _imports(cell)]
    alone = all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in cell.body)
    return lacks[0] if alone and lacks and all(lacks) else ""


def _names(table: SymbolTable) -> tuple[set[str], set[str]]:
    """Return the names of the notebook that a statement uses, in functions too, and those that it binds."""
    symbols = table.get_symbols()
    outer = table.get_type() == "module"
    used = {one.get_name() for one in symbols if one.is_referenced() and (outer or one.is_global())}
    for inner in table.get_children():
        used |= _names(inner)[0]
    return used, {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}


def _imports(code: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield every import: the name that it binds, and the module."""
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name.partition(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _changed(code: ast.AST) -> Iterator[str]:
    """Yield the names whose objects a statement may change: an item or an attribute set, a method called for nothing."""
    for node in ast.walk(code):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield _base(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield _base(node.value.func) if isinstance(node.value.func, ast.Attribute) else ""


def _generators(cells: list[ast.Module]) -> Iterator[str]:
    """Yield the names of random generators: whoever draws from one changes what is drawn next."""
    for node in (node for cell in cells for node in ast.walk(cell)):
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("np.random.default_rng"):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _base(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@cache
def _with_all_it_imports(module: str) -> list[str]:
    """Return a module, and if it is one of the library all that is imported with it."""
    found, left = [module], [module]
    while left:
        new = [name for name in _imported_by(left.pop()) if name not in found and not name.startswith(NEVER_RUN)]
        found += new
        left += new
    return found


@cache
def _imported_by(module: str) -> list[str]:
    """Return what the file of a module, and of the packages that it is in, imports at once."""
    parts = module.split(".")
    folders = [ROOT.joinpath(*parts[: depth + 1]) for depth in range(len(parts))] if parts[0] == "gru_lib" else []
    files = [file for one in folders for file in (one / "__init__.py", one.with_suffix(".py")) if file.exists()]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    at_once = (node for tree in trees for node in tree.body if isinstance(node, IMPORTS) or _must(node))
    later = (one for tree in trees for node in tree.body if isinstance(node, ast.If) for one in _imports(node))
    asked_for = [name for bound, name in later if bound == parts[-1]]  # what a package imports when it is used
    return [name for node in at_once for _, name in _imports(node)] + asked_for


def _must(node: ast.stmt) -> bool:
    """Say whether a statement tries an import only to say better that it has failed."""
    return isinstance(node, ast.Try) and any(isinstance(last.body[-1], ast.Raise) for last in node.handlers)
