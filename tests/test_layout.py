"""The layout shows the architecture: who may import whom, and how long a module or a function may be."""

import ast
import subprocess
import sys

from tests.support import ROOT

LIBRARY = ROOT / "gru_lib"
MODULES = sorted(path for path in LIBRARY.rglob("*.py"))
name_of = lambda path: str(path.relative_to(ROOT))  # noqa: E731

# A module of more lines, or a function of more, needs a reason.
MODULE_LINES, FUNCTION_LINES = 200, 25
LONGER_MODULES = {
    "gru_lib/layers.py": "the signatures of two Keras layers, repeated in their docstrings",
}
LONGER_FUNCTIONS = {
    "gru_lib/conformance/draws.py:draw_case": "one draw after the other: their order is the case",
    "gru_lib/layers.py:__init__": "one line for each of Keras's arguments",
    "gru_lib/scratch/backward.py:gru_backward_plain": "the derivation of the chapter from end to end",
    "gru_lib/scratch/compiled/loops.py:backward_loop": "the loop of the way back, in the form that Numba compiles",
}
LIBRARY_LINES = 19_320  # a budget: what goes in must be worth what goes out


def imports(path):
    """Yield the dotted name of every module that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def of(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_nothing_but_the_book_imports_the_book():
    forbidden = {
        name_of(path): found
        for path in MODULES
        if (found := [name for name in imports(path) if of(name, "tests", "tools", "chapters")])
        or (LIBRARY / "book" not in path.parents and (found := [n for n in imports(path) if of(n, "gru_lib.book")]))
    }
    assert not forbidden


def test_the_gru_itself_needs_nothing_else_of_the_library():
    for path in (LIBRARY / "scratch").rglob("*.py"):
        assert not [name for name in imports(path) if of(name, "gru_lib") and not of(name, "gru_lib.scratch")], path


def test_importing_the_library_is_instant():
    code = "import sys, gru_lib; print([m for m in sys.modules if m.partition('.')[0] in ('numpy', 'keras', 'torch')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_modules_are_short_or_say_why_not():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    longer = {name: lines for name, lines in lengths.items() if lines > MODULE_LINES}
    assert set(longer) == set(LONGER_MODULES), longer


def body_lines(node):
    """Count the lines of a function without its signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short_or_say_why_not():
    longer = {
        f"{name_of(path)}:{node.name}": lines
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := body_lines(node)) > FUNCTION_LINES
    }
    assert set(longer) == set(LONGER_FUNCTIONS), longer


def test_the_library_stays_within_its_budget():
    total = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES)
    assert total <= LIBRARY_LINES, f"{total} lines; what could go?"
