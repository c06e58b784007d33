"""The command: ``python -m gru_lib.porting model.pt --to keras -o gru.npz``."""

import argparse
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gru_lib.activations import CANDIDATES, GATES
from gru_lib.atomic_write import atomic_write
from gru_lib.porting.conventions import CONVENTIONS, WHOLE
from gru_lib.porting.files import READABLE, Assumed, check_target, encoded, inventory, load
from gru_lib.porting.files.found import ChoiceError, table
from gru_lib.porting.stack import cast
from gru_lib.records.run_environment import QUIET

ROWS = 12  # of a table below an error


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m gru_lib.porting", description=__doc__)
    result.add_argument("source", type=Path, help=f"weights: {', '.join(READABLE)}")
    result.add_argument("--list", action="store_true", help="say which GRUs the file holds, and write nothing")
    result.add_argument("--to", choices=WHOLE, help="convention of the output")
    result.add_argument("-o", "--output", type=Path, help=".npz; .pt, .pth (pytorch), .onnx (onnx); code: .py, .c")
    result.add_argument("--prefix", default="", help="of the GRU's names in a PyTorch file, such as rnn.")
    result.add_argument("--layer", action="append", default=[], help="of a Keras model; again for a second layer")
    result.add_argument("--from", dest="convention", choices=CONVENTIONS, help="what an unlabelled file holds")
    result.add_argument("--map", type=names, default={}, help="its arrays, such as kernel=W,recurrent_kernel=U,bias=b")
    unseen = result.add_argument_group("what a file of weights alone does not show")
    which = unseen.add_mutually_exclusive_group()
    which.add_argument("--reset-after", action="store_true", default=None)
    which.add_argument("--reset-before", dest="reset_after", action="store_false")
    unseen.add_argument("--gates", choices=GATES, help="their activation")
    unseen.add_argument("--candidate", choices=CANDIDATES, help="its activation")
    result.add_argument("--dtype", choices=["float32", "float64"], help="round to it (ONNX Runtime needs float32)")
    result.add_argument("--force", action="store_true", help="replace the output if it exists")
    result.add_argument("--check", action="store_true", help="run both files in their own frameworks before writing")
    return result


def names(text: str) -> dict[str, str]:
    """Return a name in the file for each name in the convention."""
    pairs = [pair.split("=") for pair in text.split(",")]
    if any(len(pair) != 2 for pair in pairs) or len({pair[0] for pair in pairs}) < len(pairs):
        raise argparse.ArgumentTypeError(f"it is {text!r}; expected one name=array for each array")
    return dict(pairs)  # type: ignore[arg-type]  # lists of two


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, or 1 after one line of explanation."""
    os.environ.update(QUIET | os.environ)
    options = parsed(arguments)
    try:
        print(table(inventory(options.source, **said(options))) if options.list else convert(options))
    except ModuleNotFoundError as error:
        name = str(error.name).partition(".")[0]
        print(f"error: this needs the package {name}, which is not installed: pip install {name}", file=sys.stderr)
        return 1
    except (ValueError, TypeError, OSError, ImportError, MemoryError) as error:
        print("error:", " ".join(str(error).split()) or "not enough memory", file=sys.stderr)
        if isinstance(error, ChoiceError) and error.found:
            print(table(error.found, ROWS), file=sys.stderr)
        return 1
    return 0


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; only a list needs no output."""
    options = parser().parse_args(arguments)
    needed = {"--to": options.to, "-o/--output": options.output}
    if not options.list and (missing := [name for name, value in needed.items() if value is None]):
        parser().error(f"the following arguments are required: {', '.join(missing)}")
    return options


def said(options: argparse.Namespace) -> dict[str, Any]:
    """Return what the options say of the weights."""
    return {name: getattr(options, name) for name in ("dtype", "reset_after", "gates", "candidate")}


def convert(options: argparse.Namespace) -> str:
    """Read, convert and write; return what was written, in words."""
    check_target(options.output, options.to, force=options.force)
    with warnings.catch_warnings(record=True, action="always") as assumed:
        choice: dict[str, Any] = {"prefix": options.prefix, "layers": options.layer, "convention": options.convention}
        source, stack = load(options.source, **choice, mapping=options.map, **said(options))
    if options.dtype:
        stack = cast(stack, np.dtype(options.dtype))
    lines = [f"{options.output}: {options.to}, {stack.describe()}"]
    content = encoded(options.output.suffix.lower(), stack, options.to)
    if options.check:
        from gru_lib.porting.check import check

        lines.insert(0, check(options.source, source, stack, options.output, content, **choice))
    lines += [f"note: {warning.message}" for warning in assumed if warning.category is Assumed]
    if options.to == "onnx" and stack.layers[0][0].dtype == np.float64:
        lines.append("note: ONNX Runtime runs the operator GRU in float32 only; --dtype float32 rounds the weights")
    atomic_write(options.output, content, replace=options.force)
    return "\n".join(lines)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no draft of the output stays behind
    sys.exit(main())
