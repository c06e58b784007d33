"""The figures that `make bench` and `make gpu` have stored: a folder for each device, a file for each question."""

from pathlib import Path
from typing import Any

from gru_lib.benchmark.scaling import crossover, varied_size
from gru_lib.book.tables import Table
from gru_lib.records.store import RESULTS, read_results

BENCH = RESULTS / "bench"


def load_benchmarks(name: str, device: str = "cpu", folder: Path = BENCH) -> tuple[list[dict[str, Any]], str]:
    """Return stored comparisons, and in one line where they were measured.

    Parameters
    ----------
    name : str
        Such as "train" or "scale-n".
    device : str
        "cpu", or the name of an accelerator.

    Raises
    ------
    FileNotFoundError
        If there is no such file; the message says what makes it.
    """
    path = folder / device / f"{name}.json"
    if not path.exists():
        command = "make bench" if device == "cpu" else "make gpu"
        raise FileNotFoundError(f"there is no {path.name} in {path.parent}; `{command}` writes it")
    content = read_results(path)
    return content["comparisons"], _where(content["provenance"])


def _where(provenance: dict[str, Any]) -> str:
    place = f"{provenance['processor']}, {provenance['cores']} cores"
    return f"{place}; {provenance['date']}, commit {provenance['commit']}."


def accelerator_tables(folder: Path = BENCH) -> list[Table]:
    """Return for each accelerator with stored figures where it overtakes the CPU, and what leaves its fused kernels."""
    devices = sorted(path.name for path in folder.glob("*") if path.is_dir() and path.name != "cpu")
    return [table for device in devices for table in (*_crossovers(device, folder), *_unfused(device, folder))]


def _crossovers(device: str, folder: Path) -> list[Table]:
    rows, notes = [], []
    for path in sorted((folder / device).glob("scale-*.json")):
        comparisons, where = load_benchmarks(path.stem, device, folder)
        for name, size in crossover(comparisons).items():
            rows.append((varied_size(comparisons), name, "at no size" if size is None else f"from {size}"))
        notes.append(where)
    head = ("grows", "implementation", f"faster on {device}")
    return [Table(head, tuple(rows), tuple(dict.fromkeys(notes)))] if rows else []


def _unfused(device: str, folder: Path) -> list[Table]:
    measured = read_results(folder / device / "dispatch.json")
    rows = [
        (backend, row["layer"], row["argument"], row["error"] or ("a loop" if row["loop"] else "no loop"))
        for backend, found in measured.items()
        for row in found["rows"]
        if not row["fused"]
    ]
    head = ("backend", "layer", "argument", f"dispatched on {device} instead of a fused kernel")
    return [Table(head, tuple(rows))] if rows else []
