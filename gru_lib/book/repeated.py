"""Experiments too long to repeat on every reading: recorded once, and one piece of them run again."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.expectations import EvidenceError
from gru_lib.records import device, record_runs
from gru_lib.records.store import RESULTS, RESULTS_VARIABLE, read_results

Outcome = float | Sequence[float]


def runs(
    name: str,
    experiment: Callable[[Any], Outcome],
    settings: Iterable[Any],
    *,
    again: Iterable[Any],
    tolerance: float,
) -> NDArray[np.float64]:
    """Return what an experiment gave in every setting: most of it recorded, a piece of it run here and now.

    ``make record`` runs all of them and stores them in ``results/``; elsewhere only `again` is run and held to the
    record, so that a chapter can show ten seeds at the price of one.

    Parameters
    ----------
    name : str
        ``"chapter/what-was-measured"``.
    experiment : callable (setting) -> float, or a sequence of floats of one length
    settings : iterable
        Such as seeds; stored as text, so that a record of other settings is noticed.
    again : iterable
        Those of `settings` to run again.
    tolerance : float
        Largest absolute difference between a run and its record.

    Returns
    -------
    array (settings,), or (settings, numbers)

    Raises
    ------
    EvidenceError
        If a run differs from its record by more than the tolerance.
    ValueError
        If nothing is recorded under this name, or other settings are, or `again` is empty or not among them.
    """
    settings, again = list(settings), list(again)
    if not again or any(one not in settings for one in again):
        raise ValueError(f"again is {again}; expected at least one of {settings}")
    if os.environ.get(RESULTS_VARIABLE):
        outcomes = [experiment(setting) for setting in settings]
        record_runs(name, settings, outcomes)
        if device() != "cpu":
            return np.asarray(outcomes, float)
    found = recorded(name, settings)
    values = np.asarray(found["values"], float)
    off = max(_difference(name, experiment(one), values[settings.index(one)], tolerance) for one in again)
    count = f"{len(settings)} run{'s' * (len(settings) > 1)}, recorded by `make record` on {found['date']}"
    print(f"{count}; run again: {', '.join(map(str, again))}, within {tolerance:g} of the record (off by {off:.1g})")
    return values


def _difference(name: str, now: Outcome, then: NDArray[np.float64], tolerance: float) -> float:
    found = np.asarray(now, float)
    difference = float(np.abs(found - then).max()) if found.shape == then.shape else np.nan
    if not difference <= tolerance:
        raise EvidenceError(f"{name}: {found} where {then} is recorded, within {tolerance}")
    return difference


def recorded(name: str, settings: Sequence[Any]) -> dict[str, Any]:
    """Return the record of a name: its values, date and commit."""
    chapter, _, figure = name.partition("/")
    results = read_results(Path(os.environ.get(RESULTS_VARIABLE) or RESULTS) / "cpu.json")
    found = results.get(chapter, {}).get("runs", {}).get(figure)
    wanted = [str(setting) for setting in settings]
    if found is None or found["settings"] != wanted:
        have = "nothing" if found is None else f"settings {found['settings']}"
        raise ValueError(f"name is {name!r} with settings {wanted}; recorded: {have}; `make record` stores it")
    return found
