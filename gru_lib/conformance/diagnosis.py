"""Find the known mistakes that give the same wrong numbers."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from gru_lib.conformance.cases import Case
from gru_lib.conformance.compare import distance, gradient_failures, state_failure, tolerance
from gru_lib.conformance.mutants import FORWARD_MUTANTS, GRADIENT_MUTANTS, Mutant
from gru_lib.conformance.mutants.needs import shows_in
from gru_lib.conformance.precision import TOLERANCE, precision_of
from gru_lib.conformance.run_case import Outcome


def diagnose(outcomes: Sequence[Outcome]) -> tuple[Mutant, ...]:
    """Return the mutants that give the implementation's answers in every case that has one.

    Mistakes of precision count only if no other fits.
    """
    in_order = [outcome for outcome in outcomes if outcome.states is not None]
    answered, seen = _quickest_first(in_order)
    possible = [m for m in _possible(answered) if all(shows_in(m, case) for case in seen)]
    exact = tuple(m for m in possible if _same_answers(m, in_order if _remembers(m) else answered))
    if exact or not answered:
        return exact
    return tuple(m for m in FORWARD_MUTANTS if m.precision and _same_precision(m.precision, answered))[:1]


def diagnose_pairs(outcomes: Sequence[Outcome]) -> tuple[Mutant, ...]:
    """Return the pairs of mutants that give the answers in every case that has one, those that may be meant first."""
    answered, seen = _quickest_first([outcome for outcome in outcomes if outcome.states is not None])
    shown = {m.id: frozenset(i for i, case in enumerate(seen) if shows_in(m, case)) for m in FORWARD_MUTANTS}
    possible = [m for m in _possible(answered) if shown[m.id]]
    found = (
        combine(first, second)
        for first, second in combinations(possible, 2)
        if len(shown[first.id] | shown[second.id]) == len(seen) and not (_remembers(first) or _remembers(second))
    )
    same = [pair for pair in found if pair is not None and _same_answers(pair, answered)]
    return tuple(sorted(same, key=lambda pair: pair.convention is None))


def _possible(outcomes: Sequence[Outcome]) -> list[Mutant]:
    """Leave out mistakes of precision, and what nobody can make without the choice."""
    resets = {outcome.case.reset_after for outcome in outcomes}
    return [m for m in FORWARD_MUTANTS if m.precision is None and ("both resets" not in m.needs or len(resets) == 2)]


def _quickest_first(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Case]]:
    """Put first what soonest excludes a mistake, wrong answers to short sequences; return the wrong cases too."""
    short = sorted(outcomes, key=lambda outcome: (outcome.case.x.shape[1], outcome.case.x.size))
    right: list[Outcome] = []
    wrong: list[Outcome] = []
    for outcome in short:
        (wrong if state_failure(outcome) else right).append(outcome)
    return wrong + right, [outcome.case for outcome in wrong]


def _remembers(mutant: Mutant) -> bool:
    """Whether a mistake depends on the order of the calls."""
    return "no h0" in mutant.needs


def diagnose_gradients(outcomes: Sequence[Outcome]) -> tuple[Mutant, ...]:
    """Return the mutants, or else the pairs, that give the implementation's gradients in every case that gave some."""
    answered = sorted((o for o in outcomes if o.gradients), key=lambda outcome: outcome.case.x.size)
    if not any(failure for outcome in answered for failure in gradient_failures(outcome)):
        return ()
    pairs = (combine(first, second) for first, second in combinations(GRADIENT_MUTANTS, 2))
    for candidates in (GRADIENT_MUTANTS, pairs):
        if found := tuple(m for m in candidates if m and all(_same_gradients(m, outcome) for outcome in answered)):
            return found
    return ()


def _same_answers(mutant: Mutant, outcomes: Sequence[Outcome]) -> bool:
    """Compare one case after the other, up to the first difference."""
    gates = {outcome.case.activations for outcome in outcomes}
    alone = all(outcome.case.surround is None for outcome in outcomes)
    grus = {activations: mutant.gru(*activations, final=alone) for activations in gates}
    for outcome in outcomes:
        case = outcome.case
        try:
            with np.errstate(all="ignore"):
                answer = case.answer(grus[case.activations])
        except ValueError:  # a mutant that exchanges axes cannot take every h0
            return False
        states, final = answer if alone else (answer, None)
        if not _close(states, outcome.states, case, case.compared):
            return False
        theirs = outcome.final_state
        if final is None or theirs is None:
            continue
        # whoever keeps it apart from the outputs may have it right, or may read it off them
        allowed = [final] if "final" in mutant.forward else [final, states[:, -1], case.final_state]
        if not any(_close(each, theirs, case, case.has_final) for each in allowed):
            return False
    return True


def _close(ours: np.ndarray, theirs: np.ndarray | None, case: Case, compared: np.ndarray) -> bool:
    """Whether answers agree, NaN for NaN; a wrong shape must be the same wrong shape."""
    if theirs is None or ours.shape != theirs.shape:
        return False
    if ours.shape[: compared.ndim] == compared.shape:
        ours, theirs = ours[compared], theirs[compared]
    finite = np.isfinite(ours)
    if not finite.all() and not np.array_equal(ours[~finite], theirs[~finite], equal_nan=True):
        return False
    ours, theirs = ours[finite], theirs[finite]
    return bool((np.abs(ours - theirs) <= tolerance(case, ours)).all())


def _same_precision(precision: str, outcomes: Sequence[Outcome]) -> bool:
    """Whether the answers are right in this precision, and hold only numbers of it."""
    near = all(distance(outcome) <= TOLERANCE[precision] for outcome in outcomes)
    unmasked = [o.states for o in outcomes if o.states is not None and o.case.mask is None]  # a mask may return h0
    return near and precision_of(unmasked) == precision


def _same_gradients(mutant: Mutant, outcome: Outcome) -> bool:
    case = outcome.case
    x, weights, options = case.in_double
    ours = mutant.gradients(x, weights, case.compared_grad.astype(float), **options)
    for name, theirs in outcome.gradients.items():
        value = getattr(ours, name)
        if value is None or value.shape != theirs.shape:
            return False
        if not np.abs(value - theirs).max(initial=0) <= tolerance(case, value):
            return False
    return True


def combine(first: Mutant, second: Mutant) -> Mutant | None:
    """Return a mutant with both mistakes, or None if they exchange the same part, unless one can follow the other."""
    forward, backward = {**first.forward, **second.forward}, {**first.backward, **second.backward}
    both = (first.forward.keys() & second.forward.keys()) | (first.backward.keys() & second.backward.keys())
    if both - {"weights", "finish"}:
        return None
    if "weights" in both:
        a, b = first.forward["weights"], second.forward["weights"]
        forward["weights"] = lambda ops, arrays, two_rows: b(ops, a(ops, arrays, two_rows), two_rows)
    if "finish" in both:
        c, d = first.backward["finish"], second.backward["finish"]
        backward["finish"] = lambda gradients, backwards: d(c(gradients, backwards), backwards)
    return Mutant(
        f"{first.id} + {second.id}",
        f"{first.name}; and {second.name}",
        f"{first.remedy}. {second.remedy}",
        first.source or second.source,
        first.needs & second.needs,
        f"{first.convention}, {second.convention}" if first.convention and second.convention else None,
        forward=forward,
        backward=backward,
    )
