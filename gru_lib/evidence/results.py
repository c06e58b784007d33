"""The store of measured figures: one JSON file per device."""

import json
import math
import os
from pathlib import Path
from typing import Any

from gru_lib.evidence.provenance import device, provenance
from gru_lib.evidence.tables import Table
from gru_lib.files import write_whole

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
    chapter, _, figure = name.partition("/")
    if not chapter or not figure:
        raise ValueError(f"name is {name!r}; expected 'chapter/what-was-measured'")
    if not math.isfinite(value):
        raise ValueError(f"value of {name} is {value}; expected a finite number")
    folder = os.environ.get(RESULTS_VARIABLE)
    if folder:
        path = Path(folder) / f"{device()}.json"
        results = read_results(path)
        entry = results.setdefault(chapter, {"figures": {}})
        entry["provenance"] = provenance()
        entry["figures"][figure] = {"value": float(value), "unit": unit, "seed": seed}
        write_results(path, results)
    return value


def recorded(name: str, folder: Path, device: str = "cpu") -> float:
    """Return a figure that `record` stored, or raise KeyError naming what is missing."""
    chapter, _, figure = name.partition("/")
    path = Path(folder) / f"{device}.json"
    results = read_results(path)
    try:
        return results[chapter]["figures"][figure]["value"]
    except KeyError:
        raise KeyError(f"{name} is not recorded in {path.name}; run `make record`") from None


def side_by_side(chapter: str, folder: Path | None = None) -> Table:
    """Return the recorded figures of a chapter, a column for each device, and where each was measured.

    Parameters
    ----------
    chapter : str
        Such as ``"mnist"``.
    folder : Path, optional
        Of the results; by default the one beside the package.
    """
    files = sorted((folder or RESULTS).glob("*.json"), key=lambda path: (path.stem != "cpu", path.stem))
    found = {path.stem: read_results(path).get(chapter) for path in files}
    measured = {name: entry for name, entry in found.items() if entry}
    figures = sorted({figure for entry in measured.values() for figure in entry["figures"]})
    rows = ((name, *(_shown(entry["figures"].get(name)) for entry in measured.values())) for name in figures)
    notes = [_where(entry["provenance"]) for entry in measured.values()]
    for name, entry in measured.items():
        notes += [f"On {name} this did not hold: {unmet}." for unmet in entry.get("unmet", [])]
    if set(measured) <= {"cpu"}:
        notes.append("No accelerator is recorded yet; `make gpu` on a machine with one adds its column.")
    return Table(("figure", *measured), tuple(rows), tuple(notes))


def _shown(figure: dict[str, Any] | None) -> str:
    return f"{figure['value']:.3g} {figure['unit']}".rstrip() if figure else "–"


def _where(provenance: dict[str, Any]) -> str:
    """Say in one line where a column was measured."""
    versions, backend = provenance["versions"], provenance["backend"]
    on = f" on {backend} {versions.get(backend, '')}".rstrip() if backend else ""
    return (
        f"{provenance['device']}: {provenance['processor']}, {provenance['cores']} cores; "
        f"Keras {versions['keras']}{on}; {provenance['date']}."
    )


def read_results(path: Path) -> dict[str, Any]:
    """Return what a results file holds, by chapter; nothing if there is no such file yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_results(path: Path, results: dict[str, Any]) -> None:
    """Replace the file in one move: an interruption leaves the old one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_whole(path, text.encode("utf-8"))
