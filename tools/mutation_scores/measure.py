"""Measure which mistakes three test suites notice, and write results/conformance/mutation_scores.json.

Usage: python -m tools.mutation_scores.measure                    measure everything and write the file (some minutes)
       python -m tools.mutation_scores.measure --keras ID [ID …]  print Keras's verdict on some mistakes, as JSON

A mistake is killed if a test fails that passes without it. Each suite runs as its authors wrote it, with their
tolerances: Keras's `gru_test.py` with a layer whose loop over time is the mistaken one, on the TensorFlow backend;
ONNX's node tests with an operator that is the mistaken one. What a suite cannot express is not applicable.
"""

import argparse
import datetime
import json
import os
import sys
import unittest
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from gru_lib.book.mutation_scores import SCORES, mutation_score_table
from gru_lib.conformance import MUTANTS, Mutant
from gru_lib.conformance.adapters import as_implementations
from gru_lib.conformance.compare import state_failure
from gru_lib.conformance.mutants import FORWARD_MUTANTS
from gru_lib.conformance.plans import draw_cases
from gru_lib.conformance.run_case import run_case
from gru_lib.records import write_results
from gru_lib.records.run_environment import CPU_ONLY, QUIET
from tools.mutation_scores.keras_wrapper import keras_layer
from tools.mutation_scores.onnx_wrapper import onnx_operator

CONTROL = Mutant("control", "no mistake", "none")
NOT_IN_ONNX = {"mask", "padding", "one row"}  # its operator has no mask, and always two rows of biases
SLOW_LAST = ("test_basics", "test_stateful_with_symbolic_batch_size")


def killing_cases(mutant: Mutant) -> list[int]:
    """Return the places of the kit's cases that fail with the mistake."""
    (implementation,) = as_implementations(mutant.gru())
    return [i for i, case in enumerate(draw_cases()) if state_failure(run_case(implementation, case))]


# ----- Keras ----------------------------------------------------------------------------------------------------------


def keras_suite() -> list[Any]:
    """Return Keras's own tests of its GRU, quick ones first."""
    from keras.src.layers.rnn import gru_test

    tests = list(unittest.defaultTestLoader.loadTestsFromModule(gru_test))
    found = [test for suite in tests for test in suite if not is_for_another_backend(test)]
    return sorted(found, key=lambda test: SLOW_LAST.index(name) + 1 if (name := test_name(test)) in SLOW_LAST else 0)


def is_for_another_backend(test: Any) -> bool:
    """Tell whether pytest would skip a test; unittest, which runs it here, does not read pytest's marks."""
    marks = getattr(getattr(test, test._testMethodName), "pytestmark", [])
    return any(mark.name == "skipif" and mark.args[0] for mark in marks)


def test_name(test: Any) -> str:
    return test.id().rsplit(".", 1)[-1]


def keras_failures(mutant: Mutant) -> Iterator[str]:
    """Yield the names of Keras's tests that fail with the mistake."""
    from keras.src import layers

    genuine, layers.GRU = layers.GRU, keras_layer(mutant)
    try:
        for test in keras_suite():
            result = unittest.TestResult()
            test.run(result)
            if not result.wasSuccessful():
                yield test_name(test)
    finally:
        layers.GRU = genuine


def keras_verdicts(mutants: Iterable[Mutant]) -> dict[str, str]:
    """Return the verdicts, after a control without a mistake has passed every test."""
    if failed := list(keras_failures(CONTROL)):
        raise RuntimeError(f"without a mistake these tests of Keras fail: {failed}")
    return {mutant.id: "killed" if any(keras_failures(mutant)) else "survived" for mutant in mutants}


# ----- ONNX -----------------------------------------------------------------------------------------------------------


@cache
def onnx_suite() -> list[Any]:
    """Return ONNX's node tests of GRU; it draws their numbers, always the same, when they are collected."""
    from onnx.backend.test.case.node import collect_testcases

    with np.errstate(all="ignore"):  # collecting runs the examples of every operator
        return collect_testcases("GRU")


def onnx_failures(mutant: Mutant) -> list[str]:
    """Return the names of ONNX's node tests that fail with the mistake."""
    from onnx.reference import ReferenceEvaluator

    return [
        case.name
        for case in onnx_suite()
        if not passes(ReferenceEvaluator(case.model, new_ops=[onnx_operator(mutant)]), case)
    ]


def passes(session: Any, case: Any) -> bool:
    """Compare as `onnx.backend.test.runner` does."""
    names = [value.name for value in case.model.graph.input]
    for inputs, outputs in case.data_sets:
        try:
            found = session.run(None, dict(zip(names, inputs, strict=True)))
            for got, wanted in zip(found, outputs, strict=True):
                np.testing.assert_equal(got.dtype, wanted.dtype)
                np.testing.assert_allclose(got, wanted, rtol=case.rtol, atol=case.atol)
        except (AssertionError, ValueError):
            return False
    return True


def onnx_verdict(mutant: Mutant) -> str:
    if mutant.needs & NOT_IN_ONNX:
        return "not applicable"
    return "killed" if onnx_failures(mutant) else "survived"


# ----- all ------------------------------------------------------------------------------------------------------------


def measure(keras: dict[str, str], date: str) -> dict[str, Any]:
    """Return the content of the file."""
    if failed := onnx_failures(CONTROL):
        raise RuntimeError(f"without a mistake these tests of ONNX fail: {failed}")
    rows = []
    for mutant in FORWARD_MUTANTS:
        kit = {"kit": "killed" if (cases := killing_cases(mutant)) else "survived", "cases": cases}
        rows.append({"id": mutant.id, **kit, "keras": keras[mutant.id], "onnx": onnx_verdict(mutant)})
    return {
        "date": date,
        "versions": {name: version(name) for name in ("keras", "onnx", "tensorflow")},
        "rows": rows,
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m tools.mutation_scores.measure")
    parser.add_argument("--keras", nargs="+", metavar="ID", help="print Keras's verdict on these mistakes only")
    options = parser.parse_args(arguments)
    os.environ |= QUIET | CPU_ONLY | {"KERAS_BACKEND": "tensorflow"}
    if options.keras:
        json.dump(keras_verdicts(MUTANTS[name] for name in options.keras), sys.stdout)
        return
    data = measure(keras_verdicts(FORWARD_MUTANTS), datetime.date.today().isoformat())
    write_results(SCORES, data)
    print(*mutation_score_table().notes, sep="\n")


if __name__ == "__main__":
    main()
