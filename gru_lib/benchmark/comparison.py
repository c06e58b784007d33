"""What was measured: the seconds of every step and the memory of every implementation, and the ratios that follow."""

from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import numpy as np

from gru_lib.benchmark.tasks import Task


@dataclass(frozen=True)
class Timings:
    """What was measured of one implementation.

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
    def round_medians(self) -> list[float]:
        """The median step of each round."""
        return [median(steps) for steps in self.seconds]

    def percentile(self, q: float) -> float:
        """Return the seconds below which q per cent of all single steps stay."""
        return float(np.percentile(np.concatenate(self.seconds), q))


@dataclass(frozen=True)
class Comparison:
    """What was measured of some implementations on one task.

    Attributes
    ----------
    task : Task
    timings : dict from the name of an implementation to its Timings
        Ratios are relative to the first one, the base.
    environment : dict
        Variables that every worker had, from `gru_lib.benchmark.worker.current_settings`; None is not set.
    """

    task: Task
    timings: dict[str, Timings]
    environment: dict[str, str | None]

    @property
    def base(self) -> str:
        """The first implementation."""
        return next(iter(self.timings))

    def ratios(self, name: str) -> list[float]:
        """Return how many times as long as the base it takes, round by round: above 1, the base is faster."""
        pairs = zip(self.timings[name].round_medians, self.timings[self.base].round_medians, strict=True)
        return [theirs / ours for theirs, ours in pairs]

    def row(self, name: str) -> dict[str, Any]:
        """Return what is told of one implementation.

        Returns
        -------
        dict
            "version", "device", "seconds" (median), "ratio" (median), "quartiles" (of the ratios), "memory" in bytes;
            with mode "step" also "p50" and "p99", seconds of all single steps.
        """
        timings = self.timings[name]
        low, middle, high = quantiles(self.ratios(name), n=4)
        row = {
            "version": timings.version,
            "device": timings.device,
            "seconds": median(timings.round_medians),
            "ratio": middle,
            "quartiles": [low, high],
            "memory": timings.memory,
        }
        single = {f"p{q}": timings.percentile(q) for q in (50, 99)} if self.task.mode == "step" else {}
        return row | single

    def to_dict(self) -> dict[str, Any]:
        """Return task, environment and rows as plain values, to be stored."""
        task = {"shape": str(self.task.shape), "cell": self.task.cell, "mode": self.task.mode}
        settings = {"threads": self.task.threads, "environment": self.environment, "base": self.base}
        return task | settings | {"timings": {name: self.row(name) for name in self.timings}}

    def __str__(self) -> str:
        """Return the rows as a table of text."""
        times = "   p50 µs   p99 µs" if self.task.mode == "step" else "       ms"
        title = f"{self.task}, {self.task.threads} thread(s)"
        head = f"  {'implementation':<24}{times}   ratio  quartiles           MB"
        return "\n".join([title, head, *(_line(name, self.row(name)) for name in self.timings)])


def _line(name: str, row: dict[str, Any]) -> str:
    low, high = row["quartiles"]
    times = [1e6 * row["p50"], 1e6 * row["p99"]] if "p50" in row else [1e3 * row["seconds"]]
    memory = "–" if row["memory"] is None else f"{row['memory'] / 1e6:.1f}"
    shown = "".join(f"{time:9.2f}" for time in times)
    return f"  {name:<24}{shown}{row['ratio']:8.2f}  {f'{low:.2f} to {high:.2f}':<14}{memory:>8}"
