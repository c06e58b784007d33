"""Let implementations take turns on one task, or on several."""

import time
from collections.abc import Callable, Mapping, Sequence
from math import isclose
from statistics import median
from typing import Any

from gru_lib.benchmark.comparison import Comparison, Timings
from gru_lib.benchmark.implementations import IMPLEMENTATIONS, installed, parse_implementation
from gru_lib.benchmark.process import WorkerProcess
from gru_lib.benchmark.tasks import Shape, Task
from gru_lib.benchmark.worker import available_cores

TURN_SECONDS = 0.2
PAUSE_SECONDS = 0.1  # before a turn: the idle threads of the one before still spin for that long
TOLERANCE = 1e-3  # float32 over many steps; a forgotten gradient is far outside

Progress = Callable[[str], None]
Entry = tuple[Task, str]  # who does what


def compare(
    shape: Shape | str,
    implementations: Sequence[str] | None = None,
    *,
    cell: str = "GRU",
    mode: str = "train",
    threads: int = 1,
    rounds: int = 15,
    progress: Progress = lambda _: None,
) -> Comparison:
    """Measure implementations in turns: round after round each runs for a fifth of a second.

    Used in the chapter *Making it fast*.

    Parameters
    ----------
    shape : Shape or str
        Such as "64x28x28x64": batch, steps, features, units.
    implementations : sequence of str, optional
        Of `IMPLEMENTATIONS`, with "@gpu" behind those that are to run there; by default all that are installed, on
        the CPU. The first one is what the others are checked against, and the base of the ratios.
    cell : str
        "GRU", "LSTM" or "SimpleRNN".
    mode : str
        "train", "last", "forward" or "step", see `gru_lib.benchmark.tasks.Task`.
    threads : int
        For everyone.
    rounds : int
        At least 3.
    progress : callable
        Gets a line now and then.

    Raises
    ------
    ValueError
        If an argument is wrong, if not all have the same number of threads, or do the same work.
    RuntimeError
        If an implementation fails; the message holds its last line.
    """
    task = Task(Shape.parse(shape) if isinstance(shape, str) else shape, cell, mode, threads)
    names = installed(task) if implementations is None else implementations
    (comparison,) = compare_tasks({task: names}, rounds=rounds, progress=progress)
    return comparison


def compare_tasks(
    entries: Mapping[Task, Sequence[str]], *, rounds: int = 15, progress: Progress = lambda _: None
) -> list[Comparison]:
    """Measure several tasks at once, so that their times can be compared too: all implementations of all take turns.

    Parameters
    ----------
    entries : mapping from Task to sequence of str
        Who is to do which task; implementations, `rounds` and `progress` as in `compare`.

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
    for task, names in entries.items():
        check_arguments(names, task, rounds)
    workers: dict[Entry, WorkerProcess] = {}
    try:
        for task, names in entries.items():
            workers |= {(task, name): WorkerProcess(name, task) for name in names}
        infos = {task: _receive_infos(task, names, workers, progress) for task, names in entries.items()}
        seconds = _take_turns(workers, rounds, progress)
    finally:
        for worker in workers.values():
            worker.close()
    return [_comparison(task, infos[task], seconds) for task in entries]


def _comparison(task: Task, infos: dict[str, dict[str, Any]], seconds: dict[Entry, list[list[float]]]) -> Comparison:
    timings = {
        name: Timings(info["version"], info["device"], seconds[task, name], info["memory"])
        for name, info in infos.items()
    }
    return Comparison(task, timings, next(iter(infos.values()))["environment"])


def check_arguments(names: Sequence[str], task: Task, rounds: int) -> None:
    """Raise ValueError, before anything is measured, if these implementations cannot be compared on this task."""
    if unknown := [name for name in names if parse_implementation(name)[0] not in IMPLEMENTATIONS]:
        raise ValueError(f"implementations has {unknown}; expected some of {', '.join(IMPLEMENTATIONS)}")
    if not names or len(set(names)) < len(names):
        raise ValueError(f"implementations is {names}; expected at least one, each once")
    for name, device in map(parse_implementation, names):
        if not IMPLEMENTATIONS[name].can(task, device):
            able = [other for other in IMPLEMENTATIONS if IMPLEMENTATIONS[other].can(task, device)]
            raise ValueError(f"{name} has no {task.cell} {task.mode} on {device!r}; expected some of {able}")
    if rounds < 3:
        raise ValueError(f"rounds is {rounds}; expected at least 3")
    if not 1 <= task.threads <= available_cores():
        raise ValueError(f"threads is {task.threads}; expected 1 to {available_cores()}, the cores of this process")


def _receive_infos(
    task: Task, names: Sequence[str], workers: dict[Entry, WorkerProcess], progress: Progress
) -> dict[str, dict[str, Any]]:
    """Return the info of every worker of a task, once all can be compared."""
    infos = {}
    for name in names:
        progress(f"{task}: preparing {name}")
        infos[name] = workers[task, name].receive()
    check_comparable(infos, task.threads)
    return infos


def check_comparable(infos: Mapping[str, Mapping[str, Any]], threads: int) -> None:
    """Raise ValueError if a worker has another number of threads, or does other work than the first."""
    (first, wanted), *_ = infos.items()
    for name, info in infos.items():
        if wrong := {setting: count for setting, count in info["threads"].items() if count != threads}:
            raise ValueError(f"{name} has {wrong} threads; expected {threads} for everyone: not comparable")
        if not _close(info["norms"], wanted["norms"]):
            raise ValueError(f"{name} computes other numbers than {first}: {info['norms']}; expected {wanted['norms']}")


def _close(norms: Sequence[float], wanted: Sequence[float]) -> bool:
    pairs = zip(norms, wanted, strict=False)
    return len(norms) == len(wanted) and all(isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in pairs)


def _take_turns(workers: dict[Entry, WorkerProcess], rounds: int, progress: Progress) -> dict[Entry, list[list[float]]]:
    """Return the seconds of every step of every round."""
    steps = {entry: _steps_per_turn(worker) for entry, worker in workers.items()}
    order = list(workers)
    seconds: dict[Entry, list[list[float]]] = {entry: [] for entry in order}
    for number in range(rounds):
        progress(f"{order[0][0].shape}: round {number + 1} of {rounds}")
        first = number % len(order)
        for entry in order[first:] + order[:first]:
            time.sleep(PAUSE_SECONDS)
            workers[entry].run(1)  # and fetch its own data back into the caches
            seconds[entry].append(workers[entry].run(steps[entry]))
    return seconds


def _steps_per_turn(worker: WorkerProcess) -> int:
    worker.run(1)
    return max(1, round(TURN_SECONDS / median(worker.run(3))))
