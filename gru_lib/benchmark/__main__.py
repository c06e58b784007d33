"""The command: ``python -m gru_lib.benchmark`` measures, prints a table, and stores figures and a plot if told to."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from gru_lib.benchmark.comparison import Comparison
from gru_lib.benchmark.growth import SIZES, crossover, grow
from gru_lib.benchmark.peers import installed, on_both
from gru_lib.benchmark.shapes import SHAPES, Shape
from gru_lib.benchmark.task import CELLS, MODES, Task
from gru_lib.benchmark.turns import check, compare
from gru_lib.evidence.provenance import provenance
from gru_lib.evidence.results import write_results


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m gru_lib.benchmark", description=__doc__)
    result.add_argument("--shape", action="append", help="such as 64x28x28x64; again for more (default: the book's)")
    result.add_argument("--grow", choices=SIZES, help="measure each shape with this size from a quarter to four times")
    result.add_argument("--cell", action="append", choices=CELLS, help="again for more (default: GRU)")
    result.add_argument("--peer", action="append", help="again for more (default: all that are installed)")
    result.add_argument("--mode", choices=MODES, default="train")
    result.add_argument("--device", choices=["cpu", "gpu"], default="cpu", help="gpu: every peer on both")
    result.add_argument("--threads", type=int, default=os.cpu_count(), help="for every peer (default: all cores)")
    result.add_argument("--rounds", type=int, default=15)
    result.add_argument("-o", "--output", type=Path, help="store the figures as JSON")
    result.add_argument("--plot", type=Path, help="store a picture of the ratios or of the growth (.svg or .png)")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, or 1 after one line of explanation."""
    options = parser().parse_args(arguments)
    try:
        plan = series(options)
        for task in chain(*plan):
            check(peers_of(task, options), task, options.rounds)
        results = list(chain(*(measure(tasks, options) for tasks in plan)))
        finish(results, options)
    except (ValueError, RuntimeError, OSError) as error:
        _progress("")
        print("error:", error, file=sys.stderr)
        return 1
    return 0


def series(options: argparse.Namespace) -> list[list[Task]]:
    """Return what is to be measured: of each cell and shape one task, or with --grow one for each size."""
    shapes, cells = list(_shapes(options)), options.cell or ["GRU"]
    if options.grow and options.plot and len(shapes) > 1:
        raise ValueError("--plot shows one growth; with --grow it expected one --shape")
    grown = [grow(shape, options.grow) if options.grow else [shape] for shape in shapes]
    return [[Task(shape, cell, options.mode, options.threads) for shape in sizes] for sizes in grown for cell in cells]


def _shapes(options: argparse.Namespace) -> Iterator[Shape]:
    if options.shape:
        return map(Shape.parse, options.shape)
    if options.mode == "step":  # one sequence that arrives step by step
        return iter(dict.fromkeys(replace(shape, batch=1, steps=1) for shape in SHAPES.values()))
    return iter(SHAPES.values())


def peers_of(task: Task, options: argparse.Namespace) -> list[str]:
    """Return who is to do a task."""
    peers = options.peer or installed(task, options.device)
    return on_both(peers) if options.device == "gpu" else peers


def measure(tasks: list[Task], options: argparse.Namespace) -> list[Comparison]:
    """Return and print the comparisons of a series; of a growth on both devices also where the GPU begins to pay."""
    results = []
    for task in tasks:
        settings = {"cell": task.cell, "mode": task.mode, "threads": task.threads, "rounds": options.rounds}
        results.append(compare(task.shape, peers_of(task, options), **settings, progress=_progress))
        _progress("")
        print(results[-1], flush=True)
    if options.grow and options.device == "gpu":
        for peer, size in crossover([result.to_dict() for result in results]).items():
            print(f"  {peer} is faster on the GPU {f'from {options.grow} = {size}' if size else 'at no size'}")
    return results


def finish(results: list[Comparison], options: argparse.Namespace) -> None:
    """Write the figures with their provenance, and draw them, if told to."""
    comparisons = [result.to_dict() for result in results]
    if options.output:
        write_results(options.output, {"provenance": provenance(), "comparisons": comparisons})
    if options.plot:
        from gru_lib.benchmark.plot import plot, plot_growth

        (plot_growth if options.grow else plot)(comparisons, options.plot)


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
