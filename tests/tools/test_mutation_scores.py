"""The stored mutation scores are what the suites say.

Our column is measured on every run. Those of Keras and ONNX depend on their releases, not on a change of ours: weekly.
"""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from gru_lib.book.mutation_scores import KINDS, SCORES, kill_table
from gru_lib.conformance import MUTANTS, check_gru
from gru_lib.conformance.adapters import as_implementations
from gru_lib.conformance.compare import state_failure
from gru_lib.conformance.mutants import FORWARD_MUTANTS
from gru_lib.conformance.mutants.arguments import SequenceInput, WeightArrays, weight_arrays
from gru_lib.conformance.mutants.forward import GRUVariant
from gru_lib.conformance.plans import draw_cases
from gru_lib.conformance.precision import TOLERANCE
from gru_lib.conformance.run_case import run_case
from gru_lib.records import read_results
from tests.support import ROOT
from tools.mutation_scores.keras_wrapper import keras_layer
from tools.mutation_scores.measure import CONTROL, killing_cases, onnx_failures, onnx_suite, onnx_verdict

STORED = read_results(SCORES)
ROWS = {row["id"]: row for row in STORED["rows"]}


def test_every_mistake_has_its_row_and_the_kit_sees_it():
    assert {name: row["cases"] for name, row in ROWS.items()} == {m.id: killing_cases(m) for m in FORWARD_MUTANTS}
    assert all(row["cases"] and row["kit"] == "killed" for row in STORED["rows"])
    assert killing_cases(CONTROL) == []


def test_it_is_known_which_kinds_of_cases_alone_kill_nothing():
    alone = {kind: noticed for kind, _, _, noticed in kill_table().rows}
    masks = {"a mask without padding", "padding on the right", "padding on the left", "holes"}
    others = {"a row without a valid step", "no biases", "one step", "float32"}
    assert alone.keys() == KINDS.keys()
    assert {kind for kind, noticed in alone.items() if noticed == "–"} == masks | others


def test_a_state_that_is_kept_shows_only_in_a_later_call():
    def failures(case):
        (implementation,) = as_implementations(MUTANTS["state-kept"].gru())  # nobody has called it before
        return [state_failure(run_case(implementation, case)) for _ in range(2)]

    case = next(case for case in draw_cases() if case.h0 is None)
    first, second = failures(case)
    assert first is None and second is not None


@pytest.mark.parametrize("mutant", [m for m in FORWARD_MUTANTS if "final" in m.needs], ids=repr)
def test_a_mistake_in_the_final_state_shows_nowhere_else(mutant):
    gru = mutant.gru()
    (states_alone,) = as_implementations(lambda x, weights, **options: gru(x, weights, **options)[0])
    assert ROWS[mutant.id]["cases"]
    assert not any(state_failure(run_case(states_alone, case)) for case in draw_cases())


def skip_unless_measured_with(package):
    if package.__version__ != STORED["versions"][package.__name__]:
        pytest.skip(f"measured with {package.__name__} {STORED['versions'][package.__name__]}")


@pytest.mark.weekly
def test_the_column_of_onnx_is_measured_again(require):
    skip_unless_measured_with(require("onnx"))
    assert len(onnx_suite()) >= 6
    assert onnx_failures(CONTROL) == []
    assert onnx_failures(MUTANTS["zr-exchanged"]) == ["test_gru_seq_length"]  # its only test with random weights
    assert {name: row["onnx"] for name, row in ROWS.items()} == {m.id: onnx_verdict(m) for m in FORWARD_MUTANTS}


@pytest.mark.weekly
def test_keras_says_again_what_is_stored(require):
    skip_unless_measured_with(require("keras"))
    require("tensorflow")
    # chosen by what nobody can choose; half of those that are killed, half of those that are not
    by_hash = sorted(ROWS, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    some = [
        name for verdict in ("killed", "survived") for name in [n for n in by_hash if ROWS[n]["keras"] == verdict][:2]
    ]
    command = [sys.executable, "-m", "tools.mutation_scores.measure", "--keras", *some]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == {name: ROWS[name]["keras"] for name in some}


@pytest.mark.weekly
@pytest.mark.parametrize("mutant", [m for m in FORWARD_MUTANTS if "final" not in m.needs], ids=repr)
def test_a_mutant_is_the_same_on_the_operators_of_keras(require, mutant):
    keras = require("keras")
    tensor = keras.ops.convert_to_tensor
    dtype = "float64" if keras.backend.backend() == "tensorflow" else "float32"
    cases = list(draw_cases(dtype=dtype))
    for case in (cases[i] for i in (0, 9, 20, 27, 31)):
        if mutant.id == "batch-time-exchanged" and case.h0 is not None:
            continue  # the state does not fit
        arguments = (None if a is None else tensor(a) for a in (case.x, case.h0, case.mask))
        arrays = WeightArrays(*map(tensor, weight_arrays(case.weights, case.reset_after)))
        inputs = SequenceInput(*arguments, case.go_backwards)
        states, _ = GRUVariant(**mutant.forward).run(keras.ops, arrays, inputs, case.reset_after)
        ours = mutant.gru()(case.x, case.weights, **case.options)
        tolerance = TOLERANCE[mutant.precision or dtype] * 10
        np.testing.assert_allclose(keras.ops.convert_to_numpy(states), ours, rtol=tolerance, atol=tolerance)


@pytest.mark.weekly
@pytest.mark.parametrize("name", ["recurrent-z-for-h", "recurrent-bias-outside", "reset-is-z", "mask-not-turned"])
def test_a_mutant_inside_a_keras_layer_keeps_its_name(require, name):
    require("keras")
    assert [mutant.id for mutant in check_gru(keras_layer(MUTANTS[name])).mistakes] == [name]
