"""What an answer borrows: an assignment is graded with NumPy and Python's own modules, and nothing else."""

import dis
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

THERE = sys.stdlib_module_names | {"numpy"}


def borrowed(function: Callable) -> str:
    """Return a package beyond NumPy and Python that a function reaches by the names it uses; empty if none."""
    home = getattr(function, "__globals__", vars(sys.modules["__main__"]))
    waiting, seen = [function], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, FunctionType) and one.__globals__ is home:
            waiting += [*_used(one.__code__, home), *(cell.cell_contents for cell in one.__closure__ or ())]
        elif isinstance(one, type) and one.__module__ == home["__name__"]:
            waiting += vars(one).values()
        elif isinstance(one, list | tuple | set | dict):
            waiting += one.values() if isinstance(one, dict) else one
        elif (package := _package(one)) not in THERE | {home["__name__"]}:
            return package
    return ""


def _used(code: CodeType, home: dict[str, Any]) -> Iterator[Any]:
    """Yield what code and the functions in it load by a global name, and the modules that they import."""
    for step in dis.get_instructions(code):
        if step.opname == "IMPORT_NAME":
            yield ModuleType(step.argval)
        elif ("GLOBAL" in step.opname or step.opname == "LOAD_NAME") and step.argval in home:
            yield home[step.argval]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _used(constant, home)


def _package(one: Any) -> str:
    name = one.__name__ if isinstance(one, ModuleType) else getattr(one, "__module__", None) or type(one).__module__
    return str(name).partition(".")[0]
