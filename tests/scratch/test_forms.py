"""Every form of the GRU gives the textbook's answer, and every backward pass reads every cache."""

import numpy as np
import pytest

from gru_lib import scratch
from tests.support.gru_cases import GRADIENTS, all_cases, differences, make_case, textbook_answer

TOLERANCE = {np.float64: 1e-12, np.float32: 2e-5}
MORE = [
    {"seed": 201, "shape": (2, 25, 3, 4), "scale": 0.7},
    {"seed": 202, "shape": (2, 25, 3, 4), "scale": 0.7, "reset_after": False, "mask": "holes"},
    {"seed": 203, "shape": (1, 1, 1, 1)},
    {"seed": 204, "shape": (3, 2, 4, 1), "reset_after": False},
]


def cases(dtype):
    return [*all_cases(dtype), *(make_case(dtype=dtype, **options) for options in MORE)]


@pytest.fixture(scope="module")
def forms(require):
    """Return all forward passes and all backward passes by name."""
    require("numba")
    from gru_lib.scratch import compiled

    def three_threads(*arguments, **options):
        return compiled.gru_forward(*arguments, **options, threads=3)

    forward = {"plain": scratch.gru_forward_plain, "fast": scratch.gru_forward, "compiled": compiled.gru_forward}
    backward = {"plain": scratch.gru_backward_plain, "fast": scratch.gru_backward, "compiled": compiled.gru_backward}
    return forward | {"compiled, 3 threads": three_threads}, backward


PAIRS = list(zip(cases(np.float64), cases(np.float32), strict=True))


@pytest.mark.parametrize("pair", PAIRS, ids=[case.name for case, _ in PAIRS])
def test_every_form_gives_the_answer_of_the_textbook(forms, pair):
    wanted = textbook_answer(pair[0])  # of the case in float64: the other one holds the same numbers, rounded
    for case in pair:
        dtype = case.x.dtype
        for forward_name, forward in forms[0].items():
            states, cache = forward(case.x, case.weights, **case.options)
            for backward_name, backward in forms[1].items():
                gradients = backward(case.grad, cache)
                answer = {"states": states} | {name: getattr(gradients, name) for name in GRADIENTS}
                where = f"{forward_name} forward, {backward_name} backward, {dtype}"
                assert all(array is None or array.dtype == dtype for array in answer.values()), where
                assert not differences(answer, wanted, TOLERANCE[dtype.type]), where
