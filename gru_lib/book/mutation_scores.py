"""Which mistakes three test suites notice: this kit, Keras's tests of its GRU, and ONNX's tests of its operator."""

from collections import Counter
from typing import Any

from gru_lib.book.tables import Link, Table
from gru_lib.conformance.mutants import MUTANTS
from gru_lib.records import RESULTS, read_results

SCORES = RESULTS / "conformance" / "mutation_scores.json"
HEAD = ("mistake", "this kit", "Keras's tests", "ONNX's tests")


def mutation_score_table() -> Table:
    """Return what ``tools.mutation_scores.measure`` found as a table: a row for each mistake, and the scores.

    Shown in the chapter *Testing a GRU*.

    Examples
    --------
    >>> print(mutation_score_table().notes[0])
    This kit notices 77 of 77 mistakes.
    """
    data = read_results(SCORES)
    keras, onnx = (data["versions"][name] for name in ("keras", "onnx"))
    titles = {
        "kit": "This kit notices",
        "keras": f"The tests of Keras {keras} notice",
        "onnx": f"The tests of ONNX {onnx} notice",
    }
    rows = tuple((_name(row["id"]), *(row[suite] for suite in titles)) for row in data["rows"])
    notes = tuple(f"{title} {_score(row[suite] for row in data['rows'])}" for suite, title in titles.items())
    return Table(HEAD, rows, notes)


def _score(verdicts: Any) -> str:
    count = Counter(verdicts)
    score = f"{count['killed']} of {count['killed'] + count['survived']} mistakes"
    apart = count["not applicable"]
    return f"{score}; {apart} more cannot occur there." if apart else f"{score}."


def _name(mutant_id: str) -> str | Link:
    mutant = MUTANTS[mutant_id]
    return Link(mutant.name, mutant.source) if mutant.source else mutant.name
