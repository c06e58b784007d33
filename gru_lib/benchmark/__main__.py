"""The command: ``python -m gru_lib.benchmark`` measures, prints a table, and stores figures and a plot if told to."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gru_lib.benchmark.shapes import SHAPES, Shape
from gru_lib.benchmark.turns import Comparison, compare, installed
from gru_lib.evidence.provenance import provenance
from gru_lib.evidence.results import write_results


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m gru_lib.benchmark", description=__doc__)
    result.add_argument("--shape", action="append", help="such as 64x28x28x64; again for more (default: the book's)")
    result.add_argument("--peer", action="append", help="again for more (default: all that are installed)")
    result.add_argument("--mode", choices=["train", "forward"], default="train")
    result.add_argument("--threads", type=int, default=os.cpu_count(), help="for every peer (default: all cores)")
    result.add_argument("--rounds", type=int, default=15)
    result.add_argument("-o", "--output", type=Path, help="store the figures as JSON")
    result.add_argument("--plot", type=Path, help="store a picture of the ratios (.svg or .png)")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, or 1 after one line of explanation."""
    options = parser().parse_args(arguments)
    try:
        shapes = [Shape.parse(text) for text in options.shape] if options.shape else list(SHAPES.values())
        peers = options.peer or installed()
        results = []
        for shape in shapes:
            settings = {"mode": options.mode, "threads": options.threads, "rounds": options.rounds}
            results.append(compare(shape, peers, **settings, progress=_progress))
            _progress("")
            print(table(results[-1]), flush=True)
        if options.output:
            store(results, options.output)
        if options.plot:
            from gru_lib.benchmark.plot import plot

            plot([result.to_dict(peers[0]) for result in results], options.plot)
    except (ValueError, RuntimeError, OSError) as error:
        _progress("")
        print("error:", error, file=sys.stderr)
        return 1
    return 0


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)


def table(result: Comparison) -> str:
    """Return a comparison in lines of text; the ratio says how many times as long as the first peer each one takes."""
    base, *_ = result.seconds
    rows = result.to_dict(base)["peers"]
    lines = [f"{result.shape} {result.mode}, {result.threads} thread(s)"]
    for peer, row in rows.items():
        low, high = row["quartiles"]
        lines.append(f"  {peer:<21}{1e3 * row['seconds']:9.2f} ms{row['ratio']:8.2f}  ({low:.2f} to {high:.2f})")
    return "\n".join(lines)


def store(results: list[Comparison], path: Path) -> None:
    """Write the figures with their provenance."""
    base = next(iter(results[0].seconds))
    write_results(path, {"provenance": provenance(), "comparisons": [result.to_dict(base) for result in results]})


if __name__ == "__main__":
    sys.exit(main())
