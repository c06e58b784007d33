"""The stored kill table is what the suites say: ours and ONNX's for every mistake, Keras's for a few."""

import hashlib
import json
import subprocess
import sys

import pytest

from gru_lib.book.mutation_scores import SUITES, kill_table, measured
from gru_lib.conformance import MUTANTS
from gru_lib.conformance.mutants import FORWARD_MUTANTS
from tests.support import ROOT
from tools.mutation_scores.measure import CONTROL, kit_verdict, measure, onnx_failures, onnx_suite

STORED = measured()
ROWS = {row["id"]: row for row in STORED["rows"]}


def version_of(package):
    return getattr(package, "__version__", None)


def test_every_mistake_has_its_row():
    assert list(ROWS) == [mutant.id for mutant in FORWARD_MUTANTS]
    for suite in SUITES:
        verdicts = [row[suite] for row in ROWS.values()]
        assert STORED["totals"][suite] == {v: verdicts.count(v) for v in ("killed", "survived", "not applicable")}


def test_the_kit_sees_every_mistake():
    assert STORED["totals"]["kit"]["killed"] == len(FORWARD_MUTANTS)
    assert kit_verdict(CONTROL) == "survived"


def test_the_columns_of_the_kit_and_of_onnx_are_measured_again(require):
    onnx = require("onnx")
    if version_of(onnx) != STORED["versions"]["onnx"]:
        pytest.skip(f"the file was measured with ONNX {STORED['versions']['onnx']}, here is {version_of(onnx)}")
    again = measure({row["id"]: row["keras"] for row in ROWS.values()}, STORED["date"])
    assert again["rows"] == STORED["rows"]
    assert again["totals"] == STORED["totals"]


def test_onnx_passes_without_a_mistake_and_fails_with_one(require):
    require("onnx")
    assert len(onnx_suite()) >= 6
    assert onnx_failures(CONTROL) == []
    assert onnx_failures(MUTANTS["zr-exchanged"]) == ["test_gru_seq_length"]  # its only test with random weights


def test_keras_says_again_what_is_stored(require):
    keras = require("keras")
    require("tensorflow")
    if keras.__version__ != STORED["versions"]["keras"]:
        pytest.skip(f"the file was measured with Keras {STORED['versions']['keras']}, here is {keras.__version__}")
    # chosen by what nobody can choose; half of those that are killed, half of those that are not
    by_hash = sorted(ROWS, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    some = [
        name for verdict in ("killed", "survived") for name in [n for n in by_hash if ROWS[n]["keras"] == verdict][:2]
    ]
    command = [sys.executable, "-m", "tools.mutation_scores.measure", "--keras", *some]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == {name: ROWS[name]["keras"] for name in some}


def test_the_table_for_the_chapter():
    table = kill_table()
    assert len(table.rows) == len(FORWARD_MUTANTS)
    totals = STORED["totals"]["onnx"]
    expressible = totals["killed"] + totals["survived"]
    assert f"notice {totals['killed']} of {expressible} mistakes; {totals['not applicable']} more" in table.notes[2]
    assert MUTANTS["zr-exchanged"].name in repr(table)
    assert MUTANTS["zr-exchanged"].source in table._repr_html_()
