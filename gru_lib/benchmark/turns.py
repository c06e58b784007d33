"""Let peers take turns on one task, or on several."""

import time
from collections.abc import Callable, Mapping, Sequence
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
    (comparison,) = race({task: installed(task) if peers is None else peers}, rounds=rounds, progress=progress)
    return comparison


def race(
    entries: Mapping[Task, Sequence[str]], *, rounds: int = 15, progress: Progress = lambda _: None
) -> list[Comparison]:
    """Measure several tasks at once, so that their times can be compared too: all peers of all of them take turns.

    Parameters
    ----------
    entries : mapping from Task to sequence of str
        Who is to do which task; peers, `rounds` and `progress` as in `compare`.

    Returns
    -------
    list of Comparison
        One for each task, in the order of `entries`.

    Raises
    ------
    ValueError, RuntimeError
        As `compare`.
    """
    if not entries:
        raise ValueError("entries is empty; expected at least one task")
    for task, peers in entries.items():
        check(peers, task, rounds)
    workers: dict[tuple[Task, str], Process] = {}
    try:
        for task, peers in entries.items():
            workers |= {(task, peer): Process(peer, task) for peer in peers}
        hellos = {task: _hellos({p: workers[task, p] for p in entries[task]}, task, progress) for task in entries}
        seconds = _take_turns(workers, rounds, progress)
    finally:
        for worker in workers.values():
            worker.close()
    return [_comparison(task, hellos[task], {p: seconds[task, p] for p in entries[task]}) for task in entries]


def _comparison(task: Task, hellos: dict[str, dict[str, Any]], seconds: dict[str, list[list[float]]]) -> Comparison:
    figures = {
        peer: Figures(hello["version"], hello["device"], seconds[peer], hello["memory"])
        for peer, hello in hellos.items()
    }
    (environment, *_) = (hello["environment"] for hello in hellos.values())
    return Comparison(task, figures, environment)


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


def _take_turns(
    workers: dict[tuple[Task, str], Process], rounds: int, progress: Progress
) -> dict[tuple[Task, str], list[list[float]]]:
    """Return the seconds of every step of every round."""
    counts = {entry: _steps(worker) for entry, worker in workers.items()}
    order = list(workers)
    seconds: dict[tuple[Task, str], list[list[float]]] = {entry: [] for entry in order}
    for number in range(rounds):
        progress(f"{order[0][0].shape}: round {number + 1} of {rounds}")
        for entry in order[number % len(order) :] + order[: number % len(order)]:
            time.sleep(PAUSE)
            workers[entry].run(1)  # and fetch its own data back into the caches
            seconds[entry].append(workers[entry].run(counts[entry]))
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
