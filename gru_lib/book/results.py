"""The recorded figures of a chapter, as it shows them."""

from pathlib import Path
from typing import Any

from gru_lib.book.tables import Table
from gru_lib.records.store import RESULTS, read_results

NAMES = {"adam": "Adam", "gru": "GRU", "lstm": "LSTM", "simplernn": "SimpleRNN"}  # in a slug all is small


def results_table(chapter: str, folder: Path = RESULTS) -> Table:
    """Return the recorded figures of a chapter, a column for each device, and where each was measured.

    Parameters
    ----------
    chapter : str
        Such as ``"mnist"``.
    folder : Path
        Of the results; by default the one beside the package.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ValueError
        If no file in it has figures of this chapter.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}; the recorded figures lie in that of a checkout")
    files = sorted(folder.glob("*.json"), key=lambda path: (path.stem != "cpu", path.stem))
    found = {path.stem: read_results(path) for path in files}
    measured = {name: chapters[chapter] for name, chapters in found.items() if chapters.get(chapter, {}).get("figures")}
    if not measured:
        raise ValueError(f"chapter {chapter!r} has no figures in {folder}; `make record` stores them")
    figures = sorted({figure for entry in measured.values() for figure in entry["figures"]})
    rows = ((_words(name), *(_shown(entry["figures"].get(name)) for entry in measured.values())) for name in figures)
    notes = [_where(entry["provenance"]) for entry in measured.values()]
    for name, entry in measured.items():
        notes += [f"On {name} this did not hold: {unmet}." for unmet in entry.get("unmet", [])]
    if set(measured) == {"cpu"}:
        notes.append("No GPU run is recorded.")
    return Table(("figure", *measured), tuple(rows), tuple(notes))


def _words(figure: str) -> str:
    """Name a figure as one says it: "gru-adam" is "GRU Adam"."""
    return " ".join(NAMES.get(word, word) for word in figure.split("-"))


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
