"""Which mistakes three test suites notice: this kit, Keras's tests of its GRU, and ONNX's tests of its operator."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from gru_lib.book.tables import Link, Table
from gru_lib.conformance.cases import Case
from gru_lib.conformance.mutants import MUTANTS
from gru_lib.conformance.mutants.needs import NEEDS
from gru_lib.conformance.plans import draw_cases
from gru_lib.records import RESULTS, read_results

SCORES = RESULTS / "conformance" / "mutation_scores.json"
KINDS: Mapping[str, Callable[[Case], bool]] = {
    "reset after": lambda case: case.reset_after,
    "reset before": lambda case: not case.reset_after,
    "biases": lambda case: case.bias is not None,
    "no biases": lambda case: case.bias is None,
    "an initial state": lambda case: case.h0 is not None,
    "no initial state": lambda case: case.h0 is None,
    "backwards": lambda case: case.go_backwards,
    "a mask": lambda case: case.mask is not None,
    "a mask without padding": lambda case: case.features["mask"] == "mask all-valid",
    "padding on the right": lambda case: case.features["mask"] == "mask right",
    "padding on the left": lambda case: case.features["mask"] == "mask left",
    "holes": lambda case: case.features["mask"] == "mask holes",
    "a row without a valid step": lambda case: case.features["mask"] == "mask empty-row",
    "a mask and backwards": lambda case: case.mask is not None and case.go_backwards,
    "one step": lambda case: case.x.shape[1] == 1,
    "more than 256 steps": NEEDS["long"],
    "one row": NEEDS["batch of one"],
    "more than 16 rows": NEEDS["many rows"],
    "features left over after groups of 8": NEEDS["features left over"],
    "units left over after groups of 8": NEEDS["units left over"],
    "values at which exp overflows": NEEDS["large values"],
    "float32": lambda case: case.precision == "float32",
    "weights as training leaves them": NEEDS["trained values"],
}
HEAD = ("mistake", "this kit", "Keras's tests", "ONNX's tests")


def mutation_score_table() -> Table:
    """Return what ``tools.mutation_scores.measure`` found as a table: a row for each mistake, and the scores.

    Shown in the chapter *Testing a GRU*.

    Examples
    --------
    >>> print(mutation_score_table().notes[0])
    This kit notices 90 of 90 mistakes.
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


def kill_table() -> Table:
    """Return for each kind of case how many mistakes fail in one of it, and which fail in no other: "–" for none.

    Shown in the chapter *Testing a GRU*.

    Examples
    --------
    >>> print(kill_table().rows[-1][3])
    weights clipped to the range from -4 to 4 (a fixed-point format)
    """
    cases = list(draw_cases())
    killed = {row["id"]: set(row["cases"]) for row in read_results(SCORES)["rows"]}
    rows = []
    for kind, belongs in KINDS.items():
        own = {i for i, case in enumerate(cases) if belongs(case)}
        alone = [MUTANTS[name].name for name, where in killed.items() if where <= own]
        more = f" and {len(alone) - 1} more" if len(alone) > 1 else ""
        fail = sum(bool(where & own) for where in killed.values())
        rows.append((kind, str(len(own)), str(fail), f"{alone[0]}{more}" if alone else "–"))
    return Table(("cases with", "cases", "mistakes they notice", "noticed by no other"), tuple(rows))


def _score(verdicts: Any) -> str:
    count = Counter(verdicts)
    score = f"{count['killed']} of {count['killed'] + count['survived']} mistakes"
    apart = count["not applicable"]
    return f"{score}; {apart} more cannot occur there." if apart else f"{score}."


def _name(mutant_id: str) -> str | Link:
    mutant = MUTANTS[mutant_id]
    return Link(mutant.name, mutant.source) if mutant.source else mutant.name
