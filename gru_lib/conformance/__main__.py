"""Test a GRU from the command line.

Usage: python -m gru_lib.conformance mypackage:my_gru | torch.nn:GRU | keras.layers:GRU | model.onnx

Exit status 0: passed, 1: failed, 2: could not be tested.
"""

import argparse
import contextlib
import importlib
import io
import json
import sys
from typing import Any

from gru_lib.conformance.check import check_gru
from gru_lib.conformance.implementation import CannotTestError
from gru_lib.conformance.report import Report


def find(target: str) -> Any:
    """Return what ``module:name`` stands for; a path of an ONNX model is left as it is.

    Raises
    ------
    CannotTestError
        If there is no such module, or it holds no such name.
    """
    if target.endswith(".onnx"):
        return target
    module, _, name = target.partition(":")
    if not module or not name:
        raise CannotTestError("expected module:name, such as torch.nn:GRU, or the path of an .onnx file")
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # what a module prints must not mix with the report
            found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError:
        raise CannotTestError(f"the module {module} holds no {name}") from None
    except BaseException as error:  # a module may do anything while it is imported, SystemExit included
        if isinstance(error, KeyboardInterrupt):
            raise
        raise CannotTestError(f"the module {module} cannot be imported: {type(error).__name__}: {error}") from None
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the report and return the exit status."""
    parser = argparse.ArgumentParser("python -m gru_lib.conformance", description="Tell whether something is a GRU.")
    parser.add_argument("target", help="module:name of a function or a layer class, or the path of an .onnx model")
    parser.add_argument("--gradients", metavar="MODULE:NAME", help="function that returns gradients")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--reset-after", action="store_true", default=None, help="it is meant to reset after")
    which.add_argument("--reset-before", dest="reset_after", action="store_false", help="it is meant to reset before")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    sys.path.insert(0, "")  # modules of the current directory, as `python -m` finds them
    try:
        gradients = find(options.gradients) if options.gradients else None
        report = check_gru(find(options.target), gradients=gradients, reset_after=options.reset_after)
    except CannotTestError as error:
        report = Report(options.target, problem=str(error))
    print(json.dumps(report.to_dict(), indent=1, ensure_ascii=False) if options.json else report)
    return 0 if report.passed else 1 if report.tested else 2


if __name__ == "__main__":
    sys.exit(main())
