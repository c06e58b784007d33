"""The store of measured figures: one JSON file per device."""

import json
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gru_lib.atomic_write import atomic_write
from gru_lib.records.provenance import device, provenance

RESULTS_VARIABLE = "GRU_LIB_RESULTS"
RESULTS = Path(__file__).parents[2] / "results"


def record(name: str, value: float, *, unit: str = "", seed: int | None = None) -> float:
    """Store one measured figure in ``<results>/<device>.json``, with its provenance.

    Nothing is written unless the environment variable GRU_LIB_RESULTS names a folder
    (``make record`` sets it), so that reading a chapter changes no file.

    Parameters
    ----------
    name : str
        ``"chapter/what-was-measured"``.
    value : float
        A finite number.
    unit : str
        Such as "s", or empty for a share or a count.
    seed : int, optional
        The seed of the run.

    Returns
    -------
    float
        The value, so that a call can stand in an expression.

    Raises
    ------
    ValueError
        If the name has no chapter or the value is not finite.
    """
    _store(name, "figures", {"value": float(value), "unit": unit, "seed": seed}, [value])
    return value


def record_runs(name: str, settings: Sequence[Any], values: Sequence[float | Sequence[float]]) -> None:
    """Store what an experiment gave in each of its settings, as `record` stores one figure.

    Raises
    ------
    ValueError
        If the name has no chapter, a value is not finite, or there is not one value (or row) for each setting.
    """
    numbers = np.asarray(values, float)
    if len(numbers) != len(settings):
        raise ValueError(f"values of {name} are {len(numbers)}; expected one for each of {len(settings)} settings")
    found = provenance()
    entry = {"settings": [str(setting) for setting in settings], "values": numbers.tolist()}
    _store(name, "runs", entry | {"date": found["date"], "commit": found["commit"]}, numbers.ravel())


def _store(name: str, kind: str, found: dict[str, Any], numbers: Iterable[float]) -> None:
    chapter, _, figure = name.partition("/")
    if not chapter or not figure:
        raise ValueError(f"name is {name!r}; expected 'chapter/what-was-measured'")
    for value in numbers:
        if not math.isfinite(value):
            raise ValueError(f"value of {name} is {value}; expected a finite number")
    folder = os.environ.get(RESULTS_VARIABLE)
    if folder:
        path = Path(folder) / f"{device()}.json"
        results = read_results(path)
        entry = results.setdefault(chapter, {"figures": {}})
        entry["provenance"] = provenance()
        entry.setdefault(kind, {})[figure] = found
        write_results(path, results)


def read_results(path: Path) -> dict[str, Any]:
    """Return what a results file holds; nothing if there is no such file yet, ValueError if it is damaged."""
    if not path.exists():
        return {}
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}); take it out of the way, or restore it") from error
    if not isinstance(results, dict):
        raise ValueError(f"{path} holds a {type(results).__name__}; expected a JSON object")
    return results


def write_results(path: Path, results: dict[str, Any]) -> None:
    """Replace a results file in one move: an interruption leaves the old one whole.

    Every file under ``results/`` is written by this function.
    Missing folders are made; an OSError names the path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    atomic_write(path, text.encode("utf-8"))
