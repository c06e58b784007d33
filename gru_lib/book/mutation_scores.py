"""Which mistakes three test suites notice: this kit, Keras's tests of its GRU, and ONNX's tests of its operator."""

from typing import Any

from gru_lib.book.tables import Link, Table
from gru_lib.conformance.mutants import MUTANTS
from gru_lib.records import RESULTS, read_results

SUITES = ("kit", "keras", "onnx")


def measured() -> dict[str, Any]:
    """Return what ``tools.mutation_scores.measure`` found: versions, date, one row for each mistake, totals."""
    return read_results(RESULTS / "conformance" / "mutation_scores.json")


def kill_table() -> Table:
    """Return the measurement as a table for a notebook.

    Examples
    --------
    >>> kill_table().head
    ('mistake', 'this kit', "Keras's tests", "ONNX's tests")
    """
    data = measured()
    rows = tuple((_name(row["id"]), *(row[suite] for suite in SUITES)) for row in data["rows"])
    notes = tuple(_sentence(title, data["totals"][suite]) for suite, title in zip(SUITES, _titles(data), strict=True))
    return Table(("mistake", "this kit", "Keras's tests", "ONNX's tests"), rows, notes)


def _titles(data: dict[str, Any]) -> tuple[str, str, str]:
    versions = data["versions"]
    return (
        "This kit notices",
        f"The tests of Keras {versions['keras']} notice",
        f"The tests of ONNX {versions['onnx']} notice",
    )


def _sentence(title: str, totals: dict[str, int]) -> str:
    apart = totals["not applicable"]
    seen = f"{title} {totals['killed']} of {totals['killed'] + totals['survived']} mistakes"
    return f"{seen}; {apart} more cannot occur there." if apart else f"{seen}."


def _name(mutant_id: str) -> str | Link:
    mutant = MUTANTS[mutant_id]
    return Link(mutant.name, mutant.source) if mutant.source else mutant.name
