"""What `make experiments` has stored in ``results/experiments/``, a file for each experiment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.expectations import EvidenceError
from gru_lib.book.experiments.experiment import EXPERIMENTS, Experiment, Setting
from gru_lib.records.store import RESULTS, read_results

FOLDER = RESULTS / "experiments"
STUDENT_T = {3: 4.303, 10: 2.262}  # 97.5 % quantiles for as many numbers


@dataclass(frozen=True)
class Record:
    """A whole experiment, and where it was measured."""

    experiment: Experiment
    runs: Mapping[Setting, tuple[float, ...]]
    provenance: Mapping[str, Any]

    def values(self, *setting: Any) -> NDArray[np.float64]:
        """Return (seeds, outcomes) of a setting without its seed.

        Raises
        ------
        ValueError
            If the experiment has no such setting.
        """
        found = [values for one, values in self.runs.items() if one[:-1] == setting]
        if not found:
            known = sorted({str(one[:-1]) for one in self.runs})
            raise ValueError(f"setting is {setting}; expected one of {', '.join(known)}")
        return np.array(found)

    def again(self, *setting: Any, tolerance: tuple[float, ...]) -> None:
        """Run one setting here and now, and hold each of its numbers to the record.

        Raises
        ------
        EvidenceError
            If a number is off by more than its tolerance.
        """
        experiment = self.experiment
        _, now, _ = experiment.timed(setting)
        for name, one, then, allowed in zip(experiment.outcomes, now, self.runs[setting], tolerance, strict=True):
            off = abs(one - then)
            if not off <= allowed:
                raise EvidenceError(
                    f"{experiment.name} {setting}: {name} is {one:g}; {then:g} is recorded, ± {allowed:g}"
                )
            again = ", ".join(map(str, setting))
            print(f"run again: {again}: {name} within {allowed:g} of the record (off by {off:.1g})")


def recorded(name: str, folder: Path = FOLDER) -> Record:
    """Return the record of an experiment, and print what it is.

    Parameters
    ----------
    name : str
        One of `EXPERIMENTS`.
    folder : Path
        Of the records.

    Raises
    ------
    ValueError
        If there is no such experiment, or its record is damaged, foreign or has runs missing.
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"name is {name!r}; expected one of {', '.join(EXPERIMENTS)}")
    experiment, path = EXPERIMENTS[name], folder / f"{name}.json"
    content = read_results(path)
    runs = finished(experiment, content, path)
    if left := len(experiment.settings) - len(runs):
        raise ValueError(
            f"{path} lacks {left} of {len(experiment.settings)} runs; `make experiments` goes on with them"
        )
    where = content["provenance"]
    print(f"{len(runs)} runs, recorded by `make experiments` on {where['date']}.")
    return Record(experiment, {setting: runs[setting][0] for setting in experiment.settings}, where)


def finished(
    experiment: Experiment, content: Mapping[str, Any], path: Path
) -> dict[Setting, tuple[tuple[float, ...], float]]:
    """Return the numbers and seconds of the runs that a record has.

    Raises
    ------
    ValueError
        If it is another experiment's, or a run is not one of its settings, comes twice or is no row of finite numbers.
    """
    if not content:
        return {}
    remedy = "take it out of the way, and `make experiments` records it anew"
    if content.get("experiment") != experiment.name or list(content.get("outcomes", ())) != list(experiment.outcomes):
        raise ValueError(f"{path} is no record of {experiment.name}: {remedy}")
    runs: dict[Setting, tuple[tuple[float, ...], float]] = {}
    for one in content.get("runs", ()):
        setting, values, seconds = _row(one)
        if setting not in experiment.settings or setting in runs or len(values) != len(experiment.outcomes):
            raise ValueError(f"{path} has a run {one} that is not of this {experiment.name}, or twice: {remedy}")
        runs[setting] = values, seconds
    return runs


def _row(one: Any) -> tuple[Setting, tuple[float, ...], float]:
    """Return setting, numbers and seconds; nothing that matches any setting if the row is damaged."""
    try:
        values, seconds = tuple(map(float, one["values"])), float(one["seconds"])
        setting = tuple(one["setting"]) if all(map(math.isfinite, values)) else ()
    except (KeyError, TypeError, ValueError):
        return (), (), 0
    return setting, values, seconds


def interval(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean over the last axis, and half of its 95 % interval by Student's t.

    Examples
    --------
    >>> mean, half = interval(np.array([1.0, 2.0, 3.0]))
    >>> float(mean), round(float(half), 2)
    (2.0, 2.48)
    """
    seeds = values.shape[-1]
    if seeds not in STUDENT_T:
        raise ValueError(f"values have {seeds} seeds; expected one of {', '.join(map(str, STUDENT_T))}")
    return values.mean(axis=-1), STUDENT_T[seeds] * values.std(axis=-1, ddof=1) / np.sqrt(seeds)
