"""A mutant as ONNX's operator GRU, for `onnx.reference.ReferenceEvaluator(model, new_ops=[...])`."""

from typing import Any

import numpy as np

from gru_lib.conformance.mutants import Mutant
from gru_lib.conformance.mutants.arguments import NUMPY, SequenceInput, WeightArrays
from gru_lib.conformance.mutants.forward import GRUVariant

DIRECTIONS = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}


def onnx_operator(mutant: Mutant) -> type:
    """Return ONNX's operator GRU with the mistake."""
    from onnx.reference.op_run import OpRun

    class GRU(OpRun):
        op_domain = ""

        def _run(self, *inputs: Any, **attributes: Any) -> tuple[np.ndarray, np.ndarray]:
            x, w, r, b, _, h0 = (*inputs, None, None, None)[:6]
            batch_first = attributes["layout"]
            x = x if batch_first else x.swapaxes(0, 1)
            h0 = h0.swapaxes(0, 1) if h0 is not None and batch_first else h0
            walks = [
                _one_direction(
                    mutant, x, w[d], r[d], b if b is None else b[d], h0 if h0 is None else h0[d], attributes, back
                )
                for d, back in enumerate(DIRECTIONS[attributes["direction"]])
            ]
            states, last = (np.stack(parts) for parts in zip(*walks, strict=True))  # (D, B, T, n), (D, B, n)
            if batch_first:
                return states.transpose(1, 2, 0, 3), last.swapaxes(0, 1)
            return states.transpose(2, 0, 1, 3), last

    return GRU


def _one_direction(
    mutant: Mutant, x: Any, w: Any, r: Any, bias: Any, h0: Any, attributes: dict, back: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the states in the order of x, as ONNX wants them, and the last one."""
    b, c = np.zeros((2, len(w)), w.dtype) if bias is None else np.split(bias, 2)
    arrays, inputs = WeightArrays(w.T, r.T, b, c), SequenceInput(x, h0, None, back)
    after = bool(attributes["linear_before_reset"])
    states, last = GRUVariant(**mutant.forward).run(NUMPY, arrays, inputs, after, two_rows=bias is not None)
    return (states[:, ::-1] if back else states), last
