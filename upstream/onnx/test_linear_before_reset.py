"""ONNX's node tests pass a GRU that ignores `linear_before_reset`, and one that ignores `initial_h`."""

import numpy as np
import pytest
from onnx.backend.test.case import node
from onnx.backend.test.case.node import gru  # noqa: F401 - its import makes the cases
from onnx.reference import ReferenceEvaluator
from onnx.reference.ops import op_gru


class AlwaysBefore(op_gru.GRU):
    op_domain = ""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.linear_before_reset = 0


class AlwaysFromZero(op_gru.GRU):
    op_domain = ""

    def _run(self, *inputs, **attributes):
        return super()._run(*inputs[:5], **attributes)


def passes(case, operator):
    session = ReferenceEvaluator(case.model, new_ops=[type("GRU", (operator,), {})])
    names = [value.name for value in case.model.graph.input]
    return all(
        np.allclose(found, wanted, rtol=case.rtol, atol=case.atol)
        for inputs, outputs in case.data_sets
        for found, wanted in zip(session.run(None, dict(zip(names, inputs, strict=True))), outputs, strict=True)
    )


@pytest.mark.parametrize("mistake", [AlwaysBefore, AlwaysFromZero], ids=lambda mistake: mistake.__name__)
def test_a_mistake_is_noticed(mistake):
    cases = [case for case in node._NodeTestCases if case.name.startswith("test_gru")]
    noticed = [case.name for case in cases if not passes(case, mistake)]
    assert noticed, f"all {len(cases)} node tests of GRU pass with this mistake"
