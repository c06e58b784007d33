"""Let peers take turns on one task."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from gru_lib.benchmark.comparison import Comparison, Figures
from gru_lib.benchmark.environment import cores
from gru_lib.benchmark.peers import PEERS, installed, placed
from gru_lib.benchmark.process import Process
from gru_lib.benchmark.shapes import Shape
from gru_lib.benchmark.task import Task

SLICE = 0.2  # seconds that a peer runs before the next one's turn
PAUSE = 0.1  # seconds before a turn: the idle threads of the peer before still spin for that long
AGREEMENT = 1e-3  # float32 over many steps; a forgotten gradient is far outside

Progress = Callable[[str], None]


def compare(
    shape: Shape | str,
    peers: Sequence[str] | None = None,
    *,
    cell: str = "GRU",
    mode: str = "train",
    threads: int = 1,
    rounds: int = 15,
    progress: Progress = lambda _: None,
) -> Comparison:
    """Measure peers in turns: round after round each runs for a fifth of a second.

    Parameters
    ----------
    shape : Shape or str
        Such as "64x28x28x64": batch, steps, features, units.
    peers : sequence of str, optional
        Of `PEERS`, with "@gpu" behind those that are to run there; by default all that are installed, on the CPU.
        The first one is what the others are checked against, and the base of the ratios.
    cell : str
        "GRU", "LSTM" or "SimpleRNN".
    mode : str
        "train", "last", "forward" or "step", see `gru_lib.benchmark.task.Task`.
    threads : int
        For everyone.
    rounds : int
        At least 3.
    progress : callable
        Gets a line now and then.

    Raises
    ------
    ValueError
        If an argument is wrong, if the peers have not the same number of threads, or do not the same work.
    RuntimeError
        If a peer fails; the message holds its last line.
    """
    task = Task(Shape.parse(shape) if isinstance(shape, str) else shape, cell, mode, threads)
    peers = list(peers if peers is not None else installed(task))
    check(peers, task, rounds)
    workers: dict[str, Process] = {}
    try:
        for peer in peers:
            workers[peer] = Process(peer, task)
        hellos = _hellos(workers, task, progress)
        seconds = _take_turns(workers, rounds, lambda text: progress(f"{task}: {text}"))
    finally:
        for worker in workers.values():
            worker.close()
    figures = {
        peer: Figures(hello["version"], hello["device"], seconds[peer], hello["memory"])
        for peer, hello in hellos.items()
    }
    return Comparison(task, figures, hellos[peers[0]]["environment"])


def check(peers: Sequence[str], task: Task, rounds: int) -> None:
    """Raise ValueError, before anything is measured, if these peers cannot be compared on this task."""
    if unknown := [peer for peer in peers if placed(peer)[0] not in PEERS]:
        raise ValueError(f"peers has {unknown}; expected some of {', '.join(PEERS)}")
    if not peers or len(set(peers)) < len(peers):
        raise ValueError(f"peers is {peers}; expected at least one, each once")
    for name in peers:
        peer, device = placed(name)
        if not PEERS[peer].can(task, device):
            able = [other for other in PEERS if PEERS[other].can(task, device)]
            raise ValueError(f"{peer} has no {task.cell} {task.mode} on {device!r}; expected some of {able}")
    if rounds < 3:
        raise ValueError(f"rounds is {rounds}; expected at least 3")
    if not 1 <= task.threads <= cores():
        raise ValueError(f"threads is {task.threads}; expected 1 to {cores()}, the cores of this process")


def _hellos(workers: dict[str, Process], task: Task, progress: Progress) -> dict[str, dict[str, Any]]:
    """Return what every worker says of itself, once all can be compared."""
    hellos = {}
    for peer, worker in workers.items():
        progress(f"{task}: preparing {peer}")
        hellos[peer] = worker.answer()
    _same_threads(hellos, task.threads)
    _same_environment(hellos)
    _same_work(hellos)
    return hellos


def _take_turns(workers: dict[str, Process], rounds: int, progress: Progress) -> dict[str, list[list[float]]]:
    """Return the seconds of every step of every round."""
    counts = {peer: _steps(worker) for peer, worker in workers.items()}
    peers = list(workers)
    seconds: dict[str, list[list[float]]] = {peer: [] for peer in peers}
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for peer in peers[number % len(peers) :] + peers[: number % len(peers)]:
            time.sleep(PAUSE)
            workers[peer].run(1)  # and fetch its own data back into the caches
            seconds[peer].append(workers[peer].run(counts[peer]))
    return seconds


def _steps(worker: Process) -> int:
    """Return how many steps fill a slice."""
    worker.run(1)
    return max(1, round(SLICE / median(worker.run(3))))


def _same_threads(hellos: dict[str, dict], threads: int) -> None:
    for peer, hello in hellos.items():
        wrong = {name: count for name, count in hello["threads"].items() if count != threads}
        if wrong:
            raise ValueError(f"{peer} has {wrong} threads; expected {threads} for everyone: not comparable")


def _same_environment(hellos: dict[str, dict]) -> None:
    (first, wanted), *others = ((peer, hello["environment"]) for peer, hello in hellos.items())
    for peer, environment in others:
        if environment != wanted:
            raise ValueError(f"{peer} has the environment {environment}; expected {wanted}, as {first}")


def _same_work(hellos: dict[str, dict]) -> None:
    (first, wanted), *others = ((peer, hello["answer"]) for peer, hello in hellos.items())
    for peer, answer in others:
        pairs = zip(answer, wanted, strict=False)
        near = all(abs(a - b) <= AGREEMENT * max(1.0, abs(b)) for a, b in pairs)
        if len(answer) != len(wanted) or not near:
            raise ValueError(f"{peer} computes other numbers than {first}: {answer}; expected {wanted}")
