"""Which cells run in the page: those that need nothing but what the page's Python has, found from their code alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from page_kernel.statements import IMPORTS, Statement, imports, statements

ROOT = Path(__file__).parents[3]
PACKAGES = {"gru_lib", "matplotlib", "mpl_toolkits", "numpy", "PIL"}
# What a browser does not offer: processes, threads, and a clock fine enough to measure with; and who needs it.
NOT_OFFERED = {"concurrent", "multiprocessing", "subprocess", "threading", "time"}
ASKS_FOR = {
    "gru_lib.benchmark.compare": "subprocess",
    "gru_lib.book.show_backend": "keras",
    "gru_lib.conformance.process": "subprocess",
    "gru_lib.datasets.load_imdb": "lzma",
    "gru_lib.datasets.load_mnist": "MNIST",
}
MODULES = {"np", "plt"}  # no cell changes them
SOLUTION = "# Solution"
# What of the library is imported but never runs in a page, which asks neither the network nor git.
NEVER_RUN = ("gru_lib.datasets.download", "gru_lib.records.provenance")
Names = dict[str, str]  # a name of the notebook, and what the page lacks without which it is not there


def needs(sources: Iterable[str]) -> list[str]:
    """Return for each code cell what it needs and the page lacks, or nothing if the cell runs there.

    A cell needs what the names in it need; what it binds or may change needs the same from then on.
    """
    lacking: Names = {}
    sources = list(sources)
    cells = [statements(ast.parse(source)) for source in sources]
    generators = {name for cell in cells for one in cell if one.is_generator for name in one.binds}
    found = [_follow(cell, lacking, generators) for cell in cells]
    for place, source in enumerate(sources):
        if source.startswith(SOLUTION) and found[place]:
            found[place - 1] = found[place]  # nobody can answer what cannot be solved in the page
    return found


def missing(module: str) -> str:
    """Return what an import asks for and the page lacks, or nothing."""
    tops = [name.partition(".")[0] for name in _with_all_it_imports(module)]
    if tops[0] in NOT_OFFERED:
        return tops[0]
    return ASKS_FOR.get(module) or next((one for one in tops if one not in PACKAGES | sys.stdlib_module_names), "")


def _follow(cell: list[Statement], lacking: Names, generators: set[str]) -> str:
    """Return what one cell needs, and note which names are missing after it."""
    found = ""
    for one in cell:
        imported = {name: lack for name, module in imports(one.tree) if (lack := missing(module))}
        lack = next((lacking[name] for name in sorted(one.reads) if name in lacking), "")
        for name in one.binds:
            lacking.pop(name, None)
        if isinstance(one.tree, IMPORTS):
            lacking |= imported
        else:
            lack = lack or next(iter(imported.values()), "")
        if lack:
            lacking |= dict.fromkeys(one.binds, lack)
        found = found or lack
    found = found or _only_imports(cell)
    if found:
        rest = [one for one in cell if not one.stands_alone]
        touched = {name for one in rest for name in one.binds | one.changes - MODULES | one.reads & generators}
        lacking |= dict.fromkeys(touched - lacking.keys(), found)
    return found


def _only_imports(cell: list[Statement]) -> str:
    """Return what a cell lacks that does nothing but import it."""
    lacks = [missing(module) for one in cell for _, module in imports(one.tree)]
    alone = all(isinstance(one.tree, IMPORTS) for one in cell)
    return lacks[0] if alone and lacks and all(lacks) else ""


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
    later = (one for tree in trees for node in tree.body if isinstance(node, ast.If) for one in imports(node))
    asked_for = [name for bound, name in later if bound == parts[-1]]  # what a package imports when it is used
    return [name for node in at_once for _, name in imports(node)] + asked_for


def _must(node: ast.stmt) -> bool:
    """Say whether a statement tries an import only to say better that it has failed."""
    return isinstance(node, ast.Try) and any(isinstance(last.body[-1], ast.Raise) for last in node.handlers)
