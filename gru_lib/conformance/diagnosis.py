"""Find the known mistakes that give the same wrong numbers."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from gru_lib.conformance.cases import Case
from gru_lib.conformance.compare import gradient_failures, tolerance
from gru_lib.conformance.mutants import FORWARD_MUTANTS, GRADIENT_MUTANTS, Mutant
from gru_lib.conformance.run_case import Outcome


def diagnose(outcomes: Sequence[Outcome]) -> tuple[Mutant, ...]:
    """Return the mutants that give the implementation's states in every case that gave numbers.

    Mistakes of precision count only if no exact one fits; pairs only if no single mistake does.
    """
    numbers = [outcome for outcome in outcomes if outcome.states is not None]
    if not numbers:
        return ()
    exact = tuple(m for m in FORWARD_MUTANTS if m.tolerance is None and _same_states(m, numbers))
    if exact:
        return exact
    rough = [m for m in FORWARD_MUTANTS if m.tolerance is not None and _same_states(m, numbers)]
    if rough:
        return (min(rough, key=lambda m: m.tolerance or 0),)
    quickest_first = sorted(numbers, key=lambda outcome: outcome.case.x.shape[1])
    return tuple(pair for pair in _pairs() if _same_states(pair, quickest_first))


def diagnose_gradients(outcomes: Sequence[Outcome]) -> tuple[Mutant, ...]:
    """Return the mutants that give the implementation's gradients in every case that gave some, if these are wrong."""
    numbers = [outcome for outcome in outcomes if outcome.gradients]
    if not any(failure for outcome in numbers for failure in gradient_failures(outcome)):
        return ()
    return tuple(m for m in GRADIENT_MUTANTS if all(_same_gradients(m, outcome) for outcome in numbers))


def _same_states(mutant: Mutant, outcomes: Sequence[Outcome]) -> bool:
    """Compare in the order of the calls, since one mistake depends on it."""
    gru = mutant.gru()
    for outcome in outcomes:
        case = outcome.case
        try:
            with np.errstate(all="ignore"):
                states = gru(case.x, case.weights, **case.options)
        except ValueError:  # a mutant that exchanges axes cannot take every h0
            return False
        if not _close(states, outcome.states, case, mutant.tolerance):
            return False
    return True


def _close(ours: np.ndarray, theirs: np.ndarray | None, case: Case, rough: float | None) -> bool:
    if theirs is None or ours.shape != theirs.shape:
        return False
    distance = np.abs(ours - theirs)[case.compared].max(initial=0)
    return bool(distance <= max(rough or 0, tolerance(case, ours)))


def _same_gradients(mutant: Mutant, outcome: Outcome) -> bool:
    case = outcome.case
    ours = mutant.gradients(case.x, case.weights, case.compared_grad, **case.options)
    for name, theirs in outcome.gradients.items():
        value = getattr(ours, name)
        if value is None or value.shape != theirs.shape:
            return False
        if not np.abs(value - theirs).max(initial=0) <= tolerance(case, value):
            return False
    return True


def _pairs() -> Iterator[Mutant]:
    """Yield two mistakes at once, but none that depends on the order of the calls."""
    simple = [m for m in FORWARD_MUTANTS if m.tolerance is None and "no h0" not in m.needs]
    for first, second in combinations(simple, 2):
        pair = combine(first, second)
        if pair is not None:
            yield pair


def combine(first: Mutant, second: Mutant) -> Mutant | None:
    """Return a mutant with both mistakes, or None if they exchange the same part (other than weights)."""
    parts, both = {**first.forward, **second.forward}, first.forward.keys() & second.forward.keys()
    if both == {"weights"}:
        a, b = first.forward["weights"], second.forward["weights"]
        parts["weights"] = lambda ops, arrays, two_rows: b(ops, a(ops, arrays, two_rows), two_rows)
    elif both:
        return None
    return Mutant(
        f"{first.id} + {second.id}",
        f"{first.name}; and {second.name}",
        f"{first.remedy}. {second.remedy}",
        first.source or second.source,
        first.needs & second.needs,
        forward=parts,
    )
