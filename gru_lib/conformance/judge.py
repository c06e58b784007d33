"""What the answers of an implementation amount to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from gru_lib.conformance.cases import GRADIENTS, USUAL, Case
from gru_lib.conformance.compare import Failure, distance, gradient_failures, state_failure
from gru_lib.conformance.diagnosis import diagnose, diagnose_gradients, diagnose_pairs
from gru_lib.conformance.evidence import gradient_evidence, state_evidence
from gru_lib.conformance.implementation import Implementation
from gru_lib.conformance.mutants import Mutant
from gru_lib.conformance.plans import draw_cases
from gru_lib.conformance.precision import TOLERANCE, precision_of
from gru_lib.conformance.report import Report
from gru_lib.conformance.run_case import Outcome, run_case
from gru_lib.conformance.time_limit import Caller, NoAnswerError

AGAIN = "gives another answer when it is called again: it keeps state between calls, or draws random numbers"
PATIENCE = 16  # cases that only raise, with both resets, with biases and h0 and without, before it is left alone
REUSED = "changes, when it is called again, what it has returned before: hand out a copy of the buffer"


class Trial(NamedTuple):
    """The answers of an implementation that is held to one of its choices."""

    outcomes: Sequence[Outcome]
    failures: Sequence[Failure]
    mistakes: tuple[Mutant, ...]
    problem: str = ""
    silent: bool = False  # a call did not return

    @property
    def settled(self) -> bool:
        """Whether another choice need not be tried: it agrees, or what is wrong is no choice."""
        named = bool(self.mistakes) and not any(mutant.convention for mutant in self.mistakes)
        return not (self.failures or self.problem) or (named and all(failure.numbers for failure in self.failures))

    @property
    def likely(self) -> tuple[bool, int, int, bool]:
        """Smaller for what is rather meant: more agrees, less has no numbers, something is known."""
        without = sum(distance(outcome) == np.inf for outcome in self.outcomes)
        return bool(self.problem), len(self.failures), without, not self.mistakes


def judge(implementation: Implementation, dtype: str | None = None, limit: float = 60.0) -> Report:
    """Return the report on one implementation: as the first of its choices that agrees, or as the likeliest."""
    if implementation.problem:
        return Report(implementation.name, problem=implementation.problem)
    trials: list[Trial] = []
    with Caller(limit) as ask:
        for choice in implementation.choices:
            trials.append(trial := _tried(implementation, choice, dtype, ask))
            if trial.settled or trial.silent:
                break
        trials.sort(key=lambda trial: trial.likely)
        return _report(implementation, _with_pairs(trials), ask)


def _tried(implementation: Implementation, choice: Mapping[str, Any], dtype: str | None, ask: Caller) -> Trial:
    outcomes: list[Outcome] = []
    failures: list[Failure] = []
    problem = ""
    try:
        cases = plan(implementation, choice, dtype, ask)
        for case in cases:
            outcomes.append(ask(run_case, implementation, case))
            if len(outcomes) == min(PATIENCE, len(cases)) and (raised := _only_raises(outcomes)):
                return Trial([], [], (), raised)
        failures += _repetition(implementation, outcomes, ask)
    except NoAnswerError as error:
        problem = f"it {error}"
    failures += [failure for failure in map(state_failure, outcomes) if failure]
    # a mistake explains wrong numbers; what only raises has none
    mistakes = diagnose(outcomes) if any(failure.numbers for failure in failures) else ()
    return Trial(outcomes, failures, mistakes, problem, silent=bool(problem))


def _with_pairs(trials: Sequence[Trial]) -> Trial:
    """Return the first trial, or where all of its cases fail, the first that two mistakes at once explain."""
    first = trials[0]
    if first.mistakes or first.silent or not any(failure.numbers for failure in first.failures):
        return first
    alike = trials if len(first.failures) >= len(first.outcomes) else [first]
    named = (trial._replace(mistakes=found) for trial in alike if (found := diagnose_pairs(trial.outcomes)))
    return next(named, first)


def settled_cases(implementation: Implementation, dtype: str | None = None, limit: float = 60.0) -> list[Case]:
    """Return the cases that `judge` would hold the implementation to."""
    with Caller(limit) as ask:
        if len(implementation.choices) == 1:
            return plan(implementation, implementation.choices[0], dtype, ask)
    return list(judge(implementation, dtype, limit).cases)


def plan(implementation: Implementation, choice: Mapping[str, Any], dtype: str | None, ask: Callable) -> list[Case]:
    """Return the cases, in the precision that was asked for, or else in the one that the first answers show."""
    fixed = {**implementation.fixed, **choice}
    if implementation.surround is not None:
        fixed["surround"] = implementation.surround
    if dtype is None and "dtype" not in fixed:
        dtype = _precision_found(implementation, fixed, ask)
    return list(draw_cases(**fixed if dtype is None else fixed | {"dtype": dtype}))


def _precision_found(implementation: Implementation, fixed: Mapping[str, Any], ask: Callable) -> str | None:
    """Return the precision of the answers to a few cases in float64; None if that is their own."""
    answers: list[Outcome] = []
    for tried in ("float64", "float32"):  # what wants float32 may refuse the first
        outcomes = [ask(run_case, implementation, case) for case in list(draw_cases(**fixed, dtype=tried))[:3]]
        answers = [outcome for outcome in outcomes if outcome.states is not None]
        if answers:
            break
    numbers = [outcome.states for outcome in answers if outcome.states is not None]
    if all(np.array_equal(states, np.round(states)) for states in numbers):
        return None  # nothing, or whole numbers, which any precision holds
    found = precision_of(numbers)
    if found == "float64" and TOLERANCE["float64"] < max(map(distance, answers)) <= 1e-6:
        return "float32"  # something inside is, if not the end
    return None if found == "float64" else found


def _report(implementation: Implementation, trial: Trial, ask: Caller) -> Report:
    """Look closer: for what is known about a mistake without a name, and at the gradients."""
    outcomes, failures, mistakes, problem, _ = trial
    evidence: tuple[str, ...] = ()
    graded: list[Outcome] = []
    try:
        if not mistakes and not problem and any(failure.numbers for failure in failures):
            evidence = state_evidence(lambda case: ask(run_case, implementation, case), outcomes)
        wrong = {id(failure.case) for failure in failures}
        graded = [] if problem else _graded(implementation, [o.case for o in outcomes if id(o.case) not in wrong], ask)
    except NoAnswerError as error:
        problem = f"it {error}"
    if graded and not failures:
        mistakes = diagnose_gradients(graded)
        evidence = () if mistakes else gradient_evidence(graded)
    return Report(
        implementation.name,
        problem,
        tuple(outcome.case for outcome in outcomes),
        (*failures, *(failure for outcome in graded for failure in gradient_failures(outcome))),
        mistakes,
        evidence,
        tuple(_remarks(outcomes)),
        (*implementation.not_tested, *_missing_gradients(implementation, graded)),
    )


def _repetition(implementation: Implementation, outcomes: Sequence[Outcome], ask: Caller) -> list[Failure]:
    """Call with a case that comes without h0 once more, if there is one; and see whether older answers have changed."""
    first = next((outcome for outcome in outcomes if outcome.case.h0 is None), outcomes[0])
    again = ask(run_case, implementation, first.case).states
    if first.states is not None and again is not None and not np.allclose(first.states, again, 1e-6, 1e-6, True):
        return [Failure(first.case, AGAIN)]
    changed = [outcome.case for outcome in outcomes if outcome.has_changed]
    return [Failure(changed[0], REUSED)] if changed else []


def _graded(implementation: Implementation, cases: Sequence[Case], ask: Caller) -> list[Outcome]:
    """Ask for the gradients, in cases that have them and whose states are right."""
    if implementation.gradients is None:
        return []
    return [ask(run_case, implementation, case, gradients=True) for case in cases if has_gradients(case)]


def has_gradients(case: Case) -> bool:
    """Whether the right gradients are known: those of the usual GRU, by itself.

    Rounding grows in sums over many steps, and in 1 - z of a gate that is nearly 1, further than a tolerance can say.
    """
    near = case.precision == "float64" or (case.x.shape[1] <= 50 and "values" not in case.features)
    return near and case.activations == USUAL and not case.one_row and case.surround is None


def _missing_gradients(implementation: Implementation, graded: Sequence[Outcome]) -> list[str]:
    if implementation.gradients is None:
        return []
    if not graded:
        return ["gradients (there is no case of the usual GRU whose states are right)"]
    offered = {name for outcome in graded for name in outcome.gradients}
    missing = [name for name in GRADIENTS if name not in offered]
    return [f"gradient of {name} (not offered)" for name in missing] if offered else []


def _remarks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield what is worth knowing, and no mistake."""
    for name in ("float64", "float32"):
        came = {o.dtype for o in outcomes if o.dtype and o.case.x.dtype == name and o.case.precision == name} - {name}
        if came:
            yield f"returns {' and '.join(sorted(came))} for {name}"


def _only_raises(outcomes: Sequence[Outcome]) -> str:
    """Return what is raised, if nothing else happens."""
    raised = all(outcome.states is None and outcome.problem.startswith("raised ") for outcome in outcomes)
    what = outcomes[0].problem.removeprefix("raised ")
    return f"it does nothing but raise: {what}; after {len(outcomes)} cases it was asked no more" if raised else ""
