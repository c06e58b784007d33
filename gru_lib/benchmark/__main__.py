"""The command: ``python -m gru_lib.benchmark`` measures, prints a table, and stores the figures if told to."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from gru_lib.benchmark.implementations import installed
from gru_lib.benchmark.runner import check_arguments, compare_tasks
from gru_lib.benchmark.scaling import SIZES, scaled_shapes
from gru_lib.benchmark.tasks import CELLS, MODES, SHAPES, Shape, Task
from gru_lib.records.provenance import provenance, same_conditions
from gru_lib.records.store import read_results, write_results

Entries = dict[Task, list[str]]  # who does which task


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    result = argparse.ArgumentParser(prog="python -m gru_lib.benchmark", description=__doc__)
    result.add_argument("--shape", action="append", help="such as 64x28x28x64; again for more (default: the book's)")
    result.add_argument("--scale", choices=SIZES, help="measure each shape with this size from a quarter to four times")
    result.add_argument("--cell", action="append", choices=CELLS, help="again for more (default: GRU)")
    result.add_argument("--implementation", action="append", help="again for more (default: all that are installed)")
    result.add_argument("--mode", choices=MODES, default="train")
    result.add_argument("--device", choices=["cpu", "gpu"], default="cpu", help="gpu: each implementation on both")
    result.add_argument("--threads", type=int, default=os.cpu_count(), help="for each (default: all cores)")
    result.add_argument("--rounds", type=int, default=15)
    result.add_argument("-o", "--output", type=Path, help="store the figures as JSON, after each shape")
    result.add_argument("--resume", action="store_true", help="keep what the output has from this code and machine")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, or 1 after one line of explanation."""
    options = parser().parse_args(arguments)
    try:
        plan = [tasks_of(shape, options) for shape in shapes_of(options)]
        for task, names in chain.from_iterable(entries.items() for entries in plan):
            check_arguments(names, task, options.rounds)
        measure(plan, options)
    except (ValueError, RuntimeError, OSError) as error:
        _progress("")
        print("error:", error, file=sys.stderr)
        return 1
    return 0


def shapes_of(options: argparse.Namespace) -> list[Shape]:
    """Return on which shapes to measure."""
    if options.shape:
        shapes = [Shape.parse(text) for text in options.shape]
    elif options.mode == "step":  # one sequence that arrives step by step
        shapes = list(dict.fromkeys(replace(shape, batch=1, steps=1) for shape in SHAPES.values()))
    else:
        shapes = list(SHAPES.values())
    return [scaled for shape in shapes for scaled in scaled_shapes(shape, options.scale)] if options.scale else shapes


def tasks_of(shape: Shape, options: argparse.Namespace) -> Entries:
    """Return what is measured in turns on a shape: a task for each cell, and who is to do it."""
    devices = ("", "@gpu") if options.device == "gpu" else ("",)
    tasks = [Task(shape, cell, options.mode, options.threads) for cell in options.cell or ["GRU"]]
    names = {task: options.implementation or installed(task, options.device) for task in tasks}
    return {task: [f"{name}{device}" for name in names[task] for device in devices] for task in tasks}


def measure(plan: list[Entries], options: argparse.Namespace) -> None:
    """Measure, print and store one shape after the other; with --resume keep those that the output has already."""
    stored = read_results(options.output) if options.resume and options.output else {}
    resumed = stored and same_conditions(stored["provenance"], provenance())
    earlier = {_key(one): one for one in stored["comparisons"]} if resumed else {}
    comparisons: list[dict[str, Any]] = []
    for entries in plan:
        keys = [(str(task.shape), task.cell, task.mode, task.threads, frozenset(entries[task])) for task in entries]
        if all(key in earlier for key in keys):
            print(*(f"{task}: kept from {options.output}" for task in entries), sep="\n", flush=True)
            comparisons += [earlier[key] for key in keys]
            continue
        found = compare_tasks(entries, rounds=options.rounds, progress=_progress)
        _progress("")
        print(*found, sep="\n", flush=True)
        comparisons += [one.to_dict() for one in found]
        if options.output:  # at once: an interruption takes no other shape's figures with it
            write_results(options.output, {"provenance": provenance(), "comparisons": comparisons})


def _key(one: dict[str, Any]) -> tuple[Any, ...]:
    return *(one[name] for name in ("shape", "cell", "mode", "threads")), frozenset(one["timings"])


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
