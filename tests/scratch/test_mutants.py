"""The comparison that every form of the scratch GRU passes must reject wrong GRUs: otherwise passing it means nothing.

Each mutant is a plain GRU, forward and backward, that is broken in one place. The answer it is held against is
the textbook's with complex-step gradients (`gru_cases.textbook_answer`), which shares no code with gru_lib.
"""

from dataclasses import replace

import numpy as np
import pytest

from gru_lib.conformance import MUTANTS, Mutant
from gru_lib.conformance.mutants.needs import shows_in
from gru_lib.conformance.mutants.sizes import SIZE_MUTANTS
from tests.support.gru_cases import GRADIENTS, differences, some_cases, textbook_answer

TOLERANCE = 1e-12


def still_zero(case):
    """Is every masked step before the first valid one, where the state is zero anyhow?"""
    started = np.logical_or.accumulate(case.valid, axis=1)
    return case.h0 is None and case.valid[started].all()


# mutants that some cases cannot tell from a right GRU although they have what the mistake needs
HIDDEN = {
    "state-clipped": lambda case: np.abs(textbook_answer(case)["states"][case.valid]).max() <= 1,
    "mask-as-lengths": lambda case: (np.diff(case.mask.astype(int)) <= 0).all(),
    "masked-input-zeroed": lambda case: still_zero(case) and case.bias is None,
    "masked-state-zeroed": still_zero,
    "masked-output-zeroed": still_zero,
    "backwards-within-length": lambda case: case.mask[:, -1].all() or (~case.mask).all(1)[~case.mask[:, -1]].all(),
}


def run_mutant(case, mutant):
    """Return the states of a second call, since one mistake needs two; and gradients, if the states are right."""
    gru = mutant.gru()
    gru(case.x, case.weights, **case.options)
    states = gru(case.x, case.weights, **case.options)
    if mutant.forward:
        return {"states": states}
    gradients = mutant.gradients(case.x, case.weights, case.grad, **case.options)
    return {"states": states} | {name: getattr(gradients, name) for name in GRADIENTS}


def faults(case, mutant):
    """Compare what the mutant answers; one that cannot even take the arguments is rejected as well."""
    try:
        answer = run_mutant(case, mutant)
    except ValueError as error:
        return [f"states: {error}"]
    truth = textbook_answer(case)
    return differences(answer, {name: truth[name] for name in answer}, TOLERANCE)


def test_a_mutant_without_a_fault_passes():
    for case in some_cases():
        assert faults(case, Mutant("none", "no mistake", "none")) == [], case.name


# some need sizes, values or a final state that these cases have not
SEEN_HERE = [mutant for mutant in MUTANTS.values() if mutant not in SIZE_MUTANTS]


@pytest.mark.parametrize("mutant", SEEN_HERE, ids=repr)
def test_wrong_implementations_are_rejected_where_they_can_be_seen(mutant):
    hidden = HIDDEN.get(mutant.id, lambda _: False)
    seen = [case for case in some_cases() if shows_in(mutant, case) and not hidden(case)]
    assert len(seen) >= 3
    for case in seen:
        lines = faults(case, mutant)
        # a fault of the forward pass must show in the states, one of the backward pass in the gradients alone
        assert any(line.startswith("states") for line in lines) != bool(mutant.backward), case.name
        assert lines, case.name
    for case in set(some_cases()) - set(seen):
        assert faults(case, mutant) == [], case.name


@pytest.mark.parametrize("name", ["states", "kernel", "recurrent_kernel", "bias", "x", "h0"])
def test_the_comparison_sees_nan_shape_and_absence(name):
    case = some_cases()[0]
    good = textbook_answer(case)
    assert differences(good, good, 0) == []
    assert differences(good | {name: np.full_like(good[name], np.nan)}, good, TOLERANCE)
    assert differences(good | {name: good[name][:1]}, good, TOLERANCE)
    assert differences(good | {name: None}, good, TOLERANCE)
    assert differences(good | {name: good[name] + 1e-9}, good, TOLERANCE)


def test_constant_weights_would_let_exchanged_gates_pass():
    # why every weight here is random: frameworks test their GRU with constants, and cannot see this
    case = some_cases()[0]
    names = ("kernel", "recurrent_kernel", "bias")
    constant = replace(case, **{name: np.full_like(getattr(case, name), 0.5) for name in names})
    states = run_mutant(constant, MUTANTS["zr-exchanged"])["states"]
    assert differences({"states": states}, {"states": textbook_answer(constant)["states"]}, TOLERANCE) == []
