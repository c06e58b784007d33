"""What a student has handed in: read from a file that may be anything, and cut to what a part needs."""

import ast
import json
import re
from collections.abc import Set
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from symtable import symtable

from tools.grade.child import THERE

UNUSUAL = 20  # MB
LARGEST = 400 << 20  # bytes of a file; its outputs are not looked at
ENDING = re.compile(r"\.(ipynb(\.txt|\.json)?|py)$", re.I)  # browsers and phones add to the names of files
MAGIC = re.compile(r"\s*([\w, ]+=\s*)?[%!?]|.*\?\s*$")  # a line for IPython alone
MAGICS = 100  # of a cell


class UnreadableError(Exception):
    """The file holds no code; the message says why."""


@dataclass
class Submission:
    """The statements of all code cells, in order, and what a teacher should know about the file."""

    statements: list[ast.stmt] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def defined(self) -> set[str]:
        """Return every name that is bound at the top level."""
        return {name for statement in self.statements for name in bound(statement)}

    def code_for(self, name: str, lent: Set[str] = frozenset()) -> str:
        """Return the definitions, imports and assignments that a name needs but for what is lent, and nothing else."""
        needed, kept = {name}, set[int]()
        while new := {i for i, one in enumerate(self.statements) if needed & bound(one) - lent} - kept:
            kept |= new
            needed |= {name for i in new for name in used(self.statements[i])}
        kept |= {i for i, one in enumerate(self.statements) if is_star(one)}
        return "\n".join(ast.unparse(lean(self.statements[i], needed)) for i in sorted(kept))

    def missing(self, name: str) -> str | None:
        """Return why there is nothing to grade under a name, or None."""
        defined = self.defined()
        if name in defined:
            return None
        alike = get_close_matches(name, defined, n=1)
        renamed = f"; there is `{alike[0]}`: was it renamed?" if alike else ""
        return f"no cell defines `{name}`{renamed}"

    def repeated(self, name: str) -> int:
        """Return how often a name is defined, but for the stub if that comes first."""
        found = [statement for statement in self.statements if name in named(statement)]
        return len(found) - bool(found and is_stub(found[0]))


def read(path: Path) -> Submission:
    """Read a notebook, or a Python file; UnreadableError if there is nothing to be had."""
    if path.stat().st_size > LARGEST:
        raise UnreadableError(f"the file has {path.stat().st_size >> 20} MB, more than {LARGEST >> 20}")
    found = Submission()
    if (size := path.stat().st_size >> 20) > UNUSUAL:
        found.remarks.append(f"the file has {size} MB; what it has printed was not looked at")
    text = _text(path.read_bytes(), found.remarks)
    cells = [text] if path.suffix.lower() == ".py" else _cells(text, found.remarks)
    for number, cell in enumerate(cells, start=1):
        try:
            found.statements += parsed(cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            found.remarks.append(f"code cell {number} is no Python ({type(error).__name__}), and was left out")
    return found


def parsed(cell: str) -> list[ast.stmt]:
    """Return the statements of a cell; a line at which Python stops gives way if it is for IPython alone."""
    lines = cell.splitlines()
    for _ in range(MAGICS):
        try:
            return ast.parse("\n".join(lines)).body
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if not (0 <= at < len(lines) and MAGIC.match(lines[at])):
                raise
            lines[at] = re.sub(r"\S.*", "pass", lines[at])
    raise ValueError(f"more than {MAGICS} lines for IPython alone")


def _text(data: bytes, remarks: list[str]) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        remarks.append("the file is not UTF-8; it was read as Latin-1")
        return data.decode("latin-1")


def _cells(text: str, remarks: list[str]) -> list[str]:
    """Return the source of each code cell; outputs are ignored, however many there are."""
    try:
        notebook = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = [cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]) for cell in cells]
    except (ValueError, RecursionError):
        raise UnreadableError("the file is no JSON, so no notebook: was it cut off, or renamed?") from None
    except (KeyError, TypeError, AttributeError):
        raise UnreadableError("the file is JSON, but no notebook with cells") from None
    if (language := _language(notebook)) != "python":
        remarks.append(f"the notebook says that it is written in {language}")
    return sources


def _language(notebook: dict) -> str:
    try:
        return str(notebook["metadata"]["kernelspec"].get("language", "python")).lower()[:40]
    except (KeyError, TypeError, AttributeError):
        return "python"


def bound(statement: ast.stmt) -> set[str]:
    """Return the names that a statement at the top level defines or changes."""
    changed = {root(node) for node in ast.walk(statement) if is_store(node)}  # x.y[0] = 1 changes x
    return named(statement) | changed & set(symtable(ast.unparse(statement), "<submission>", "exec").get_identifiers())


def named(statement: ast.stmt) -> set[str]:
    """Return the names that a statement at the top level defines."""
    top = symtable(ast.unparse(statement), "<submission>", "exec")
    return {one.get_name() for one in top.get_symbols() if one.is_assigned() or one.is_imported()}


def is_stub(statement: ast.stmt) -> bool:
    """Tell whether a definition is as it was handed out: a function that returns `...`, or a value with it inside."""
    last = statement.body[-1] if isinstance(statement, ast.FunctionDef) else statement
    return ast.unparse(last) == "return ..." or (isinstance(last, ast.Assign) and "..." in ast.unparse(last.value))


def is_star(statement: ast.stmt) -> bool:
    """Tell whether a statement may bring any name, from what is there when this is graded."""
    star = isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
    return star and str(statement.module).partition(".")[0] in THERE  # type: ignore[attr-defined]


def is_store(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)


def root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def used(statement: ast.stmt) -> set[str]:
    """Return every global name that a statement refers to, in its functions too."""
    tables, found = [symtable(ast.unparse(statement), "<submission>", "exec")], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {one.get_name() for one in table.get_symbols() if one.is_global() or table.get_type() == "module"}
    return found


def imported(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def lean(statement: ast.stmt, needed: set[str]) -> ast.stmt:
    """Return an import without the names that nobody needs."""
    if isinstance(statement, ast.Import):
        return ast.Import([alias for alias in statement.names if imported(alias) in needed])
    if isinstance(statement, ast.ImportFrom) and not is_star(statement):
        names = [alias for alias in statement.names if imported(alias) in needed]
        return ast.ImportFrom(statement.module, names, statement.level)
    return statement
