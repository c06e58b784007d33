"""One peer in a process of its own: says what it is and what it computes, then runs when told to.

It talks in lines of JSON. First it sends {"answer", "memory", "version", "device", "threads", "environment"}; then, for
every number that it is sent, it makes that many steps and answers with the seconds of each.
"""

import json
import os
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from typing import Any, TextIO

import numpy as np

from gru_lib.benchmark import accelerator, environment, memory
from gru_lib.benchmark.peers import PEERS, Step, placed
from gru_lib.benchmark.shapes import Shape
from gru_lib.benchmark.task import Task, draw
from gru_lib.records.provenance import device as device_name
from gru_lib.records.run_environment import THREAD_VARIABLES

TINY = Shape(2, 3, 2, 4)  # more than one step, or a compiler would leave out the loop
WARM_UP = 3  # the states that mode "step" hands on have then met the recurrent weights


def arguments(name: str, task: Task) -> list[str]:
    """Return the words that `main` reads."""
    return [name, str(task.shape), task.cell, task.mode, str(task.threads)]


def main(name: str, shape: str, cell: str, mode: str, threads_wanted: str) -> None:
    """Serve until the input ends."""
    task = Task(Shape.parse(shape), cell, mode, int(threads_wanted))
    if hasattr(os, "sched_setaffinity"):  # JAX takes as many threads as it sees cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task.threads])
    answers, sys.stdout = sys.stdout, sys.stderr  # what a framework prints must not stand among the answers
    step, hello = prepare(name, task)
    print(json.dumps(hello), file=answers, flush=True)
    serve(step, sys.stdin, answers)


def prepare(name: str, task: Task) -> tuple[Step, dict[str, Any]]:
    """Return the step of a peer, compiled and run, and what the worker says of it."""
    peer, device = PEERS[placed(name)[0]], placed(name)[1]
    counter = accelerator.open_gpu(peer.package) if device == "gpu" else memory.resident()
    answer(peer.make(draw(replace(task, shape=replace(TINY, steps=min(3, task.shape.steps))), device)))
    before = memory.now(counter)
    step = peer.make(draw(task, device))
    measured = {"answer": answer(step), "memory": memory.needed(counter, before, step)}
    where = {"version": version(peer.package), "device": device_name()}
    return step, {**measured, **where, "threads": threads(), "environment": environment.seen()}


def serve(step: Step, orders: TextIO, answers: TextIO) -> None:
    """Make as many steps as each line says, and answer with the seconds of each."""
    for line in orders:
        seconds = []
        for _ in range(int(line)):
            begin = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - begin)
        print(json.dumps(seconds), file=answers, flush=True)


def answer(step: Step) -> list[float]:
    """Return the digest of a step after others."""
    for _ in range(WARM_UP - 1):
        step()
    return digest(step())


def threads() -> dict[str, int]:
    """Return every number of threads that can be asked for: of the process, and of what is loaded into it."""
    found = {"cores": environment.cores()}
    settings = {name: os.environ.get(name, "") for name in THREAD_VARIABLES}
    found |= {name: int(value) for name, value in settings.items() if value.isdecimal()}
    if (torch := sys.modules.get("torch")) is not None:
        found["torch"] = torch.get_num_threads()
    return found


def digest(arrays: list[Any]) -> list[float]:
    """Return the lengths of output, gradient of x, of h0, and of all weights together: enough to compare the work."""
    lengths = [float(np.linalg.norm(_double(array))) for array in arrays]
    # PyTorch has the bias in two pieces
    return [*lengths[:3], float(np.linalg.norm(lengths[3:]))] if len(lengths) > 3 else lengths


def _double(array: Any) -> np.ndarray:
    return np.asarray(array.detach().cpu() if hasattr(array, "detach") else array, np.float64)


if __name__ == "__main__":
    main(*sys.argv[1:])
