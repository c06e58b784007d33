"""One peer in a process of its own: says what it is and what it computes, then runs when told to.

It talks in lines of JSON. First it sends {"threads", "version", "answer"}; then, for every number that it is sent,
it makes that many steps and answers with the seconds of each.
"""

import json
import os
import sys
import time
from importlib.metadata import version
from typing import Any

import numpy as np

from gru_lib.benchmark.peers import PEERS
from gru_lib.benchmark.shapes import Shape, draw

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> dict[str, int]:
    """Return every number of threads that can be asked for: of the process, and of what is loaded into it."""
    found = {"cores": cores()}
    found |= {name: int(os.environ[name]) for name in VARIABLES if os.environ.get(name, "").isdecimal()}
    if (torch := sys.modules.get("torch")) is not None:
        found["torch"] = torch.get_num_threads()
    return found


def digest(arrays: list[Any]) -> list[float]:
    """Return the lengths of states, gradient of x, of h0, and of all weights together: enough to compare the work."""
    double = (np.asarray(array.detach() if hasattr(array, "detach") else array, np.float64) for array in arrays)
    first, weights = [], 0.0
    for number, array in enumerate(double):
        if number < 3:
            first.append(float(np.linalg.norm(array)))
        else:  # PyTorch has the bias in two pieces
            weights += float(np.sum(array**2))
    return [*first, weights**0.5] if len(first) == 3 else first


def main(peer: str, shape: str, mode: str, threads_wanted: str) -> None:
    """Serve until the input ends."""
    if hasattr(os, "sched_setaffinity"):  # JAX takes as many threads as it sees cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads_wanted)])
    answers, sys.stdout = sys.stdout, sys.stderr  # what a framework prints must not stand among the answers
    make, package = PEERS[peer]
    step = make(draw(Shape.parse(shape)), mode == "train")
    first = digest(step())  # compiles, too
    hello = {"threads": threads(), "version": version(package), "answer": first}
    print(json.dumps(hello), file=answers, flush=True)
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            begin = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - begin)
        print(json.dumps(seconds), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
