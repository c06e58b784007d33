"""The command: ``python -m gru_lib.benchmark.dispatch`` asks every argument of the layers, on each backend."""

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gru_lib.benchmark.dispatch.layers import CELLS
from gru_lib.benchmark.dispatch.operators import BACKENDS
from gru_lib.benchmark.dispatch.rows import HEAD, Row, measure
from gru_lib.records.store import write_results


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m gru_lib.benchmark.dispatch", description=__doc__)
    result.add_argument("--device", choices=["cpu", "gpu"], default="cpu")
    result.add_argument("--backend", action="append", choices=BACKENDS, help="again for more (default: all installed)")
    result.add_argument("--cell", action="append", choices=CELLS, help="again for more (default: all)")
    result.add_argument("-o", "--output", type=Path, help="store the table as JSON, by backend")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, or 1 after one line of explanation."""
    options = parser().parse_args(arguments)
    measured: dict[str, Any] = {}
    try:
        for backend in options.backend or [name for name in BACKENDS if find_spec(name)]:
            found = measured[backend] = measure(backend, options.device, cells=options.cell or CELLS)
            where = found["provenance"]
            print(f"{backend} {where['versions'][backend]}, Keras {where['versions']['keras']}, {where['device']}")
            print(HEAD, *(Row(**one) for one in found["rows"]), sep="\n", flush=True)
            if options.output:  # at once: a backend that fails takes no other's figures with it
                write_results(options.output, measured)
    except (RuntimeError, OSError) as error:
        print("error:", error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
