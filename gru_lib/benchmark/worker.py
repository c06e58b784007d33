"""One implementation in a process of its own: it says what it is and what it computes, then runs when told to.

It talks in lines of JSON. First it sends what `prepare` returns as the worker's info; then, for every number that it
is sent, it makes that many steps and sends the seconds of each.
"""

import json
import os
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

from gru_lib.benchmark import accelerator, memory
from gru_lib.benchmark.implementations import IMPLEMENTATIONS, Step, parse_implementation
from gru_lib.benchmark.tasks import Shape, Task, draw_problem
from gru_lib.records.provenance import device as device_name
from gru_lib.records.run_environment import ALLOCATOR, SAME_DIGITS, thread_settings

TINY = Shape(2, 3, 2, 4)  # more than one step, or a compiler would leave out the loop
WARM_UP = 3  # steps; the states that mode "step" carries on have then met the recurrent weights


def main(name: str, shape: str, cell: str, mode: str, threads: str) -> None:
    """Serve until the input ends."""
    task = Task(Shape.parse(shape), cell, mode, int(threads))
    if hasattr(os, "sched_setaffinity"):  # JAX takes as many threads as it sees cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task.threads])
    replies, sys.stdout = sys.stdout, sys.stderr  # what a framework prints must not stand among the replies
    step, info = prepare(name, task)
    print(json.dumps(info), file=replies, flush=True)
    for line in sys.stdin:
        print(json.dumps(time_steps(step, int(line))), file=replies, flush=True)


def prepare(name: str, task: Task) -> tuple[Step, dict[str, Any]]:
    """Return the step of an implementation, compiled and run, and the worker's info."""
    implementation, device = IMPLEMENTATIONS[parse_implementation(name)[0]], parse_implementation(name)[1]
    package = implementation.package
    counter = accelerator.open_gpu(package) if device == "gpu" else memory.process_counter()
    tiny = replace(task, shape=replace(TINY, steps=min(3, task.shape.steps)))
    output_norms(implementation.make(draw_problem(tiny, device)))
    before = memory.bytes_in_use(counter)
    step = implementation.make(draw_problem(task, device))
    return step, {
        "norms": output_norms(step),
        "memory": memory.peak_increase(counter, before, step),
        "version": version(package),
        "device": device_name(package),
        "threads": thread_counts(),
        "environment": current_settings(),
    }


def time_steps(step: Step, count: int) -> list[float]:
    """Return the seconds of each of some steps."""
    seconds = []
    for _ in range(count):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    return seconds


def output_norms(step: Step) -> list[float]:
    """Return the norms of output, gradients of x and h0, and of all weights together: enough to compare the work."""
    for _ in range(WARM_UP - 1):
        step()
    arrays = [array.detach().cpu() if hasattr(array, "detach") else array for array in step()]
    norms = [float(np.linalg.norm(np.asarray(array, np.float64))) for array in arrays]
    # PyTorch has the bias in two pieces
    return [*norms[:3], float(np.linalg.norm(norms[3:]))] if len(norms) > 3 else norms


def thread_counts() -> dict[str, int]:
    """Return every number of threads that can be asked for; those of the environment are set by the parent."""
    torch = sys.modules.get("torch")
    return {"cores": available_cores()} | ({"torch": torch.get_num_threads()} if torch else {})


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def current_settings() -> dict[str, str | None]:
    """Return what this process has of the variables that are to be the same everywhere; None is not set."""
    return {name: os.environ.get(name) for name in (*thread_settings(1), *ALLOCATOR, *SAME_DIGITS)}


if __name__ == "__main__":
    main(*sys.argv[1:])
