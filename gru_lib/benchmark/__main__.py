"""The command: ``python -m gru_lib.benchmark`` measures, prints a table, and stores the figures if told to."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from gru_lib.benchmark.comparison import Comparison
from gru_lib.benchmark.growth import SIZES, crossover, grow
from gru_lib.benchmark.peers import installed, on_both
from gru_lib.benchmark.shapes import SHAPES, Shape
from gru_lib.benchmark.task import CELLS, MODES, Task
from gru_lib.benchmark.turns import check, race
from gru_lib.records.provenance import provenance
from gru_lib.records.store import write_results


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
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, or 1 after one line of explanation."""
    options = parser().parse_args(arguments)
    try:
        plan = series(options)
        for task, peers in chain.from_iterable(entries(shape, options).items() for shape in chain(*plan)):
            check(peers, task, options.rounds)
        results = list(chain(*(measure(shapes, options) for shapes in plan)))
        finish(results, options)
    except (ValueError, RuntimeError, OSError) as error:
        _progress("")
        print("error:", error, file=sys.stderr)
        return 1
    return 0


def series(options: argparse.Namespace) -> list[list[Shape]]:
    """Return on which shapes to measure; with --grow all sizes of one shape are a series."""
    return [grow(shape, options.grow) if options.grow else [shape] for shape in _shapes(options)]


def _shapes(options: argparse.Namespace) -> Iterator[Shape]:
    if options.shape:
        return map(Shape.parse, options.shape)
    if options.mode == "step":  # one sequence that arrives step by step
        return iter(dict.fromkeys(replace(shape, batch=1, steps=1) for shape in SHAPES.values()))
    return iter(SHAPES.values())


def entries(shape: Shape, options: argparse.Namespace) -> dict[Task, list[str]]:
    """Return what is measured in turns on a shape: a task for each cell, and who is to do it."""
    tasks = [Task(shape, cell, options.mode, options.threads) for cell in options.cell or ["GRU"]]
    return {task: _peers(task, options) for task in tasks}


def _peers(task: Task, options: argparse.Namespace) -> list[str]:
    peers = options.peer or installed(task, options.device)
    return on_both(peers) if options.device == "gpu" else peers


def measure(shapes: list[Shape], options: argparse.Namespace) -> list[Comparison]:
    """Return and print the comparisons of a series; of a growth on both devices also where the GPU begins to pay."""
    results = []
    for shape in shapes:
        found = race(entries(shape, options), rounds=options.rounds, progress=_progress)
        _progress("")
        print(*found, sep="\n", flush=True)
        results += found
    if options.grow and options.device == "gpu":
        for cell in dict.fromkeys(result.task.cell for result in results):
            _print_crossover([result.to_dict() for result in results if result.task.cell == cell], options.grow)
    return results


def _print_crossover(comparisons: list[dict[str, Any]], letter: str) -> None:
    for peer, size in crossover(comparisons).items():
        where = f"from {letter} = {size}" if size else "at no size"
        print(f"  {peer} ({comparisons[0]['cell']}) is faster on the GPU {where}")


def finish(results: list[Comparison], options: argparse.Namespace) -> None:
    """Write the figures with their provenance, if told to."""
    comparisons = [result.to_dict() for result in results]
    if options.output:
        write_results(options.output, {"provenance": provenance(), "comparisons": comparisons})


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
