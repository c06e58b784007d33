"""What was measured: the seconds of every step and the memory of every peer, and the ratios that follow."""

from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import numpy as np

from gru_lib.benchmark.task import Task


@dataclass(frozen=True)
class Figures:
    """What was measured of one peer.

    Attributes
    ----------
    version : str
        Of its package.
    device : str
        "cpu", or the name of the card.
    seconds : list of lists of float
        Of every step, round by round.
    memory : int or None
        Bytes that the work needs, see `gru_lib.benchmark.memory`; None where they cannot be measured.
    """

    version: str
    device: str
    seconds: list[list[float]]
    memory: int | None = None

    @property
    def rounds(self) -> list[float]:
        """The median step of each round."""
        return [median(steps) for steps in self.seconds]

    def percentile(self, q: float) -> float:
        """Return the seconds below which q per cent of all single steps stay."""
        return float(np.percentile(np.concatenate(self.seconds), q))


@dataclass(frozen=True)
class Comparison:
    """What was measured of some peers on one task.

    Attributes
    ----------
    task : Task
    peers : dict from the name of a peer to its Figures
        Ratios are relative to the first one, the base.
    environment : dict
        Variables that every worker had, from `gru_lib.benchmark.environment`; None is not set.
    """

    task: Task
    peers: dict[str, Figures]
    environment: dict[str, str | None]

    @property
    def base(self) -> str:
        """The first peer."""
        return next(iter(self.peers))

    def ratios(self, peer: str) -> list[float]:
        """Return how many times as long as the base a peer takes, round by round: above 1, the base is faster."""
        pairs = zip(self.peers[peer].rounds, self.peers[self.base].rounds, strict=True)
        return [theirs / ours for theirs, ours in pairs]

    def table(self) -> list[dict[str, Any]]:
        """Return one row for each peer.

        Returns
        -------
        list of dict
            "peer", "version", "device", "seconds" (median), "ratio" (median), "quartiles" (of the ratios), "memory" in
            bytes; with mode "step" also "p50" and "p99", seconds of all single steps.
        """
        return [{"peer": peer, **self._row(peer)} for peer in self.peers]

    def _row(self, peer: str) -> dict[str, Any]:
        figures = self.peers[peer]
        low, middle, high = quantiles(self.ratios(peer), n=4)
        row = {
            "version": figures.version,
            "device": figures.device,
            "seconds": median(figures.rounds),
            "ratio": middle,
            "quartiles": [low, high],
            "memory": figures.memory,
        }
        single = {f"p{q}": figures.percentile(q) for q in (50, 99)} if self.task.mode == "step" else {}
        return row | single

    def to_dict(self) -> dict[str, Any]:
        """Return task, environment and rows as plain values, to be stored."""
        task = {"shape": str(self.task.shape), "cell": self.task.cell, "mode": self.task.mode}
        rows = {peer: self._row(peer) for peer in self.peers}
        settings = {"threads": self.task.threads, "environment": self.environment}
        return task | settings | {"base": self.base, "peers": rows}

    def __str__(self) -> str:
        """Return the table in lines of text."""
        times = "   p50 µs   p99 µs" if self.task.mode == "step" else "       ms"
        head = f"{self.task}, {self.task.threads} thread(s)\n  {'peer':<24}{times}   ratio  quartiles           MB"
        return "\n".join([head, *map(_line, self.table())])


def _line(row: dict[str, Any]) -> str:
    low, high = row["quartiles"]
    times = [1e6 * row[name] for name in ("p50", "p99")] if "p50" in row else [1e3 * row["seconds"]]
    memory = "–" if row["memory"] is None else f"{row['memory'] / 1e6:.1f}"
    shown = "".join(f"{time:9.2f}" for time in times)
    return f"  {row['peer']:<24}{shown}{row['ratio']:8.2f}  {f'{low:.2f} to {high:.2f}':<14}{memory:>8}"
