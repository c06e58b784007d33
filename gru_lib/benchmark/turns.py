"""Let peers take turns on one problem, and compare them by ratios."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median, quantiles
from typing import Any

from gru_lib.benchmark.peers import PEERS
from gru_lib.benchmark.shapes import Shape
from gru_lib.benchmark.worker import VARIABLES, cores

SLICE = 0.2  # seconds that a peer runs before the next one's turn
AGREEMENT = 1e-3  # float32 over many steps; a forgotten gradient is far outside


@dataclass(frozen=True)
class Comparison:
    """What was measured for one shape.

    Attributes
    ----------
    shape : Shape
    mode : str
        "train" or "forward".
    threads : int
    seconds : mapping from peer to the seconds of a step, the median of each round
    versions : mapping from peer to the version of its package
    """

    shape: Shape
    mode: str
    threads: int
    seconds: dict[str, list[float]]
    versions: dict[str, str]

    def ratios(self, peer: str, base: str = "scratch") -> list[float]:
        """Return how many times as long as `base` a peer takes, round by round: above 1, `base` is faster."""
        return [theirs / ours for theirs, ours in zip(self.seconds[peer], self.seconds[base], strict=True)]

    def to_dict(self, base: str = "scratch") -> dict[str, Any]:
        """Return the medians, and of the ratios the quartiles as well, as plain values."""
        peers = {}
        for peer, seconds in self.seconds.items():
            low, middle, high = quantiles(self.ratios(peer, base), n=4)
            peers[peer] = {
                "version": self.versions[peer],
                "seconds": median(seconds),
                "ratio": middle,
                "quartiles": [low, high],
            }
        return {"shape": str(self.shape), "mode": self.mode, "threads": self.threads, "base": base, "peers": peers}


def installed() -> list[str]:
    """Return the peers whose packages are there."""
    return [peer for peer, (_, package) in PEERS.items() if find_spec(package) and _keras_too(peer)]


def _keras_too(peer: str) -> bool:
    return not peer.startswith("keras") or find_spec("keras") is not None


def compare(
    shape: Shape,
    peers: Sequence[str] | None = None,
    *,
    mode: str = "train",
    threads: int = 1,
    rounds: int = 15,
    progress: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Measure peers in turns: round after round each runs for a fifth of a second.

    Parameters
    ----------
    shape : Shape
    peers : sequence of str, optional
        Of `PEERS`; by default all that are installed. The first one is what the others are checked against.
    mode : str
        "train" (forward, backward, all gradients) or "forward".
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
    peers = list(peers if peers is not None else installed())
    _check(peers, mode, threads, rounds)
    workers = {peer: _Worker(peer, shape, mode, threads) for peer in peers}
    try:
        hellos = {}
        for peer, worker in workers.items():
            progress(f"{shape} {mode}: preparing {peer}")
            hellos[peer] = worker.answer()
        _same_threads(hellos, threads)
        _same_work(hellos)
        counts = {peer: _steps(worker) for peer, worker in workers.items()}
        seconds: dict[str, list[float]] = {peer: [] for peer in peers}
        for number in range(rounds):
            progress(f"{shape} {mode}: round {number + 1} of {rounds}")
            for peer in peers[number % len(peers) :] + peers[: number % len(peers)]:
                seconds[peer].append(median(workers[peer].run(counts[peer])))
    finally:
        for worker in workers.values():
            worker.close()
    return Comparison(shape, mode, threads, seconds, {peer: hello["version"] for peer, hello in hellos.items()})


def _check(peers: list[str], mode: str, threads: int, rounds: int) -> None:
    if unknown := [peer for peer in peers if peer not in PEERS]:
        raise ValueError(f"peers has {unknown}; expected some of {', '.join(PEERS)}")
    if not peers or len(set(peers)) < len(peers):
        raise ValueError(f"peers is {peers}; expected at least one, each once")
    if mode not in ("train", "forward"):
        raise ValueError(f"mode is {mode!r}; expected 'train' or 'forward'")
    if rounds < 3:
        raise ValueError(f"rounds is {rounds}; expected at least 3")
    if not 1 <= threads <= cores():
        raise ValueError(f"threads is {threads}; expected 1 to {cores()}, the cores of this process")


def _steps(worker: "_Worker") -> int:
    """Return how many steps fill a slice."""
    worker.run(1)
    return max(1, round(SLICE / min(worker.run(3))))


def _same_threads(hellos: dict[str, dict], threads: int) -> None:
    for peer, hello in hellos.items():
        wrong = {name: count for name, count in hello["threads"].items() if count != threads}
        if wrong:
            raise ValueError(f"{peer} has {wrong} threads; expected {threads} for everyone: not comparable")


def _same_work(hellos: dict[str, dict]) -> None:
    (first, wanted), *others = ((peer, hello["answer"]) for peer, hello in hellos.items())
    for peer, answer in others:
        pairs = zip(answer, wanted, strict=False)
        near = all(abs(a - b) <= AGREEMENT * max(1.0, abs(b)) for a, b in pairs)
        if len(answer) != len(wanted) or not near:
            raise ValueError(f"{peer} computes other numbers than {first}: {answer}; expected {wanted}")


class _Worker:
    """The parent's end of a process that runs one peer."""

    def __init__(self, peer: str, shape: Shape, mode: str, threads: int) -> None:
        environment = os.environ | dict.fromkeys(VARIABLES, str(threads))
        environment |= {"TF_NUM_INTEROP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        environment |= {"JAX_PLATFORMS": "cpu", "KERAS_BACKEND": peer.split("-")[1] if "-" in peer else ""}
        self.peer = peer
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gru_lib.benchmark.worker", peer, str(shape), mode, str(threads)],
            env={name: value for name, value in environment.items() if value},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> Any:
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            words = (self.process.stderr.read() or "").strip().splitlines()  # type: ignore[union-attr]
            raise RuntimeError(f"{self.peer} stopped: {words[-1] if words else 'it said nothing'}")
        return json.loads(line)

    def run(self, steps: int) -> list[float]:
        """Return the seconds of each of some steps."""
        self.process.stdin.write(f"{steps}\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        return self.answer()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
