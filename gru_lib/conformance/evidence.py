"""What is known about a mistake that has no name: which part, which gate, and how large."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from gru_lib.conformance.cases import Case
from gru_lib.conformance.common import common_features
from gru_lib.conformance.compare import distance, state_failure, tolerance
from gru_lib.conformance.run_case import Outcome

GATES = ("update gate", "reset gate", "candidate")
SMALL = 5e-3
WEIGHTS = 600  # more than numbers of eight bits can tell apart


def state_evidence(ask: Callable[[Case], Outcome], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return what can be said about wrong states, after putting the smallest failing case with parts set to zero."""
    wrong = [outcome for outcome in outcomes if outcome.fits and state_failure(outcome)]
    if not wrong:
        return ()
    largest = max(map(distance, wrong))
    said = [*_not_finite(outcomes), *_grid(ask, outcomes)]
    if largest <= SMALL and not said:
        said = ["as by an approximated activation, or by rounded weights"]
    if said and np.isfinite(largest):
        said[0] = f"off by {largest:.1g} at most: {said[0]}"
    smallest = min(wrong, key=lambda outcome: (min(outcome.case.grad.shape) < 2, outcome.case.grad.size)).case
    return (
        *said,
        *[f"right as soon as {part} zero" for part, case in _without(smallest) if not state_failure(ask(case))],
    )


def _not_finite(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Say where the first NaN or infinite number stands, and what the cases with one have in common."""
    bad = [(o.case, ~np.isfinite(np.asarray(o.states)) & o.case.compared[:, :, None]) for o in outcomes if o.fits]
    if found := [(case, places) for case, places in bad if places.any()]:
        case, places = found[0]
        common = common_features([case for case, _ in found], [o.case for o in outcomes])
        where = ", ".join([f"{len(found)} of {len(outcomes)} cases", *common])
        yield f"NaN or infinite in {where}; first at step {places.any(axis=(0, 2)).argmax() + 1} of [{case.name}]"


def _grid(ask: Callable[[Case], Outcome], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Say how many answers many different weights give, if they are few."""
    case = outcomes[0].case
    if len({outcome.case.kernel.shape for outcome in outcomes}) == 1 or case.precision not in ("float32", "float64"):
        return  # its sizes are its own, or its numbers a grid anyhow
    outcome = ask(_picking(case))
    if outcome.fits and np.isfinite(states := np.asarray(outcome.states)).all():
        levels = 1 + int((np.diff(np.sort(states[:, 0, 0])) > 1e-5).sum())
        if 2 < levels <= 256:
            what = f"{WEIGHTS} weights give {levels} different answers, so they or the products have"
            yield f"{what} {np.ceil(np.log2(levels)):.0f} bits; test it as it was before quantising"


def _picking(case: Case) -> Case:
    """Return a case of one step, in which each row of x picks one of the evenly spread weights of the candidate."""
    n, dtype = case.weights.units, case.x.dtype
    kernel = np.zeros((WEIGHTS, 3, n), dtype)  # that of r, which there is no state to reset, fixes the largest
    kernel[:, 1], kernel[:, 2] = 1, np.linspace(-1, 1, WEIGHTS)[:, None]
    return replace(
        case,
        x=np.eye(WEIGHTS, dtype=dtype)[:, None],
        kernel=kernel.reshape(WEIGHTS, 3 * n),
        recurrent_kernel=0 * case.recurrent_kernel,
        bias=None if case.bias is None else 0 * case.bias,
        h0=None,
        mask=None,
        grad=np.zeros((WEIGHTS, 1, n), dtype),
    )


def _without(case: Case) -> Iterator[tuple[str, Case]]:
    """Yield the case with one part of its weights set to zero, or without an initial state."""
    names = [name for name in ("kernel", "recurrent_kernel", "bias") if getattr(case, name) is not None]
    n = case.weights.units
    for i, gate in enumerate(GATES):
        third = np.repeat(np.arange(3) != i, n)
        yield f"all weights of the {gate} are", replace(case, **{name: getattr(case, name) * third for name in names})
    for name in names:
        yield f"the {name.replace('_', ' ')} is", replace(case, **{name: 0 * getattr(case, name)})
    if case.h0 is not None:
        yield "the initial state is", replace(case, h0=0 * case.h0)


def gradient_evidence(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return which gradients are wrong, and in which columns, if that is the same in every failing case.

    If all are, what holds with one step, where nothing has come from later ones.
    """
    short = [outcome for outcome in outcomes if outcome.case.x.shape[1] == 1]
    return tuple(_wrong_gradients(outcomes) or [f"with one step, {what}" for what in _wrong_gradients(short)])


def _wrong_gradients(outcomes: Sequence[Outcome]) -> list[str]:
    places = [(name, off) for outcome in outcomes for name, off in _places(outcome)]
    wrong = {name for name, off in places if off.any()}
    right = [name for name in dict.fromkeys(name for name, _ in places) if name not in wrong]
    thirds = [np.split(off, 3, axis=-1) for name, off in places if name in ("kernel", "recurrent_kernel", "bias")]
    gates = [gate for i, gate in enumerate(GATES) if any(third[i].any() for third in thirds)]
    said = [f"always right: the gradient of {', '.join(right)}"] if right and wrong else []
    if 0 < len(gates) < len(GATES):
        said.append(f"among the weights, wrong only for the {' and the '.join(gates)}")
    return said


def _places(outcome: Outcome) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name of each gradient that has the right shape, and where it is wrong."""
    for name, got in outcome.gradients.items():
        expected = outcome.case.gradients[name]
        if expected is not None and got.shape == expected.shape:
            yield name, ~(np.abs(got - expected) <= tolerance(outcome.case, expected))
