"""Test a GRU from the command line.

Usage: python -m gru_lib.conformance mypackage:my_gru | torch.nn:GRU | keras.layers:GRU | model.onnx
       python -m gru_lib.conformance --command "node my_gru.js"

Exit status 0: it is a GRU, 1: it is not, or not quite, 2: it could not be tested.
"""

import argparse
import contextlib
import importlib
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gru_lib.atomic_write import atomic_write
from gru_lib.conformance.adapters.process import process
from gru_lib.conformance.check import ALLOWED, check_gru
from gru_lib.conformance.implementation import CannotTestError
from gru_lib.conformance.report import Report

if TYPE_CHECKING:
    from gru_lib.relatives.report import RelativeReport


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
    except BaseException as error:  # a module may do anything while it is imported, SystemExit included
        if isinstance(error, KeyboardInterrupt):
            raise
        raise CannotTestError(f"the module {module} cannot be imported: {type(error).__name__}: {error}") from None
    for part in name.split("."):
        if not hasattr(found, part):
            raise CannotTestError(f"the module {module} holds no {name}")
        found = getattr(found, part)
    return found


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser("python -m gru_lib.conformance", description="Tell whether something is a GRU.")
    what = result.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "target", nargs="?", help="module:name of a function or a layer class, or the path of an .onnx model"
    )
    what.add_argument("--command", help="a program that reads requests and writes answers, a line of JSON each")
    result.add_argument("--numbers", action="store_true", help="the program wants numbers between spaces, not JSON")
    result.add_argument("--offers", default="h0", metavar="h0,mask,…", help="options that the program takes")
    result.add_argument("--gradients", metavar="MODULE:NAME", help="function that returns gradients")
    which = result.add_mutually_exclusive_group()
    which.add_argument("--reset-after", action="store_true", default=None, help="it is meant to reset after")
    which.add_argument("--reset-before", dest="reset_after", action="store_false", help="it is meant to reset before")
    result.add_argument("--bias-rows", type=int, choices=ALLOWED["bias_rows"], help="with reset after")
    result.add_argument("--gates", choices=ALLOWED["gates"], help="activation of the gates")
    result.add_argument("--candidate", choices=ALLOWED["candidate"], help="activation of the candidate")
    result.add_argument("--update", choices=ALLOWED["update"], help="what z = 1 does with the past")
    result.add_argument("--weights", metavar="CONVENTION", help="how it takes its weights, such as pytorch-cell")
    result.add_argument("--dtype", choices=ALLOWED["dtype"], help="hold it to this precision")
    result.add_argument("--limit", type=float, default=60.0, metavar="SECONDS", help="for one call")
    result.add_argument("--relative", metavar="NAME", help="a relative that it is meant to be, such as gru-d")
    result.add_argument("--without", default="", metavar="bias,…", help="weights that the relative does not have")
    result.add_argument("--json", action="store_true", help="print the report as JSON")
    result.add_argument("--badge", type=Path, metavar="FILE", help="write the verdict for an endpoint of shields.io")
    return result


def _target(options: argparse.Namespace) -> Any:
    if options.command is None:
        return find(options.target)
    offers = [option for option in options.offers.split(",") if option]
    return process(options.command, offers=offers, numbers=options.numbers, limit=options.limit)


def badge(report: Report) -> dict[str, Any]:
    """Return what shields.io shows for a report: {"schemaVersion": 1, "label": "GRU", "message": ..., "color": ...}."""
    if report.passed:
        message, color = f"{report.convention}, {report.precision}", "brightgreen"
    elif report.tested:
        message, color = ("but for " + report.exception, "yellow") if report.exception else ("not a GRU", "red")
    else:
        message, color = "not tested", "lightgrey"
    return {"schemaVersion": 1, "label": "GRU", "message": message, "color": color}


def main(arguments: list[str] | None = None) -> int:
    """Print the report and return the exit status."""
    options = parser().parse_args(arguments)
    sys.path.insert(0, "")  # modules of the current directory, as `python -m` finds them
    try:
        report = _relative(options) if options.relative else _gru(options)
    except CannotTestError as error:
        report = Report(options.target, problem=str(error))
    if options.badge and isinstance(report, Report):
        atomic_write(options.badge, (json.dumps(badge(report)) + "\n").encode())
    print(json.dumps(report.to_dict(), indent=1, ensure_ascii=False) if options.json else report)
    return 0 if report.passed else 1 if report.tested else 2


def _gru(options: argparse.Namespace) -> "Report | RelativeReport":
    meant = {name: getattr(options, name) for name in (*ALLOWED, "weights")}
    gradients = find(options.gradients) if options.gradients else None
    return check_gru(_target(options), gradients=gradients, limit=options.limit, **meant)


def _relative(options: argparse.Namespace) -> "Report | RelativeReport":
    from gru_lib.relatives import check_relative

    for name in ("command", "gradients", "reset_after", "bias_rows", "gates", "candidate", "weights", "badge"):
        if getattr(options, name) not in (None, False) or (name == "reset_after" and options.reset_after is False):
            raise CannotTestError(f"--relative goes without --{name.replace('_', '-')}")
    meant = {name: value for name in ("update", "dtype") if (value := getattr(options, name)) is not None}
    without = [name for name in options.without.split(",") if name]
    try:
        return check_relative(options.relative, find(options.target), without=without, limit=options.limit, **meant)
    except ValueError as error:
        raise CannotTestError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
