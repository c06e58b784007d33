"""A few cases for one part of a network, where the whole plan of the kit would take long."""

import numpy as np

from gru_lib.conformance.compare import state_failure
from gru_lib.conformance.draws import draw_case
from gru_lib.conformance.run_case import run_case

FEW = ({}, {"use_h0": False, "steps": 2, "batch": 1}, {"mask": "right"})


def problems(part, plans=FEW):
    """Return what is wrong with the answers of an `Implementation` to a few cases, or why there are none."""
    if part.problem:
        return [part.problem]
    cases = [draw_case(k, **plan | {**part.fixed, "surround": part.surround}) for k, plan in enumerate(plans)]
    return [str(failure) for case in cases if (failure := state_failure(run_case(part, case)))]


def random_like(arrays):
    """Return random arrays of the same shapes and dtypes, biases random too."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=array.shape).astype(array.dtype) for array in arrays]
