"""The three assignments, one module each."""

from collections.abc import Set

from tools.grade.assignments.claims_on_trial import CLAIMS_ON_TRIAL
from tools.grade.assignments.forward_and_gradient import FORWARD_AND_GRADIENT
from tools.grade.assignments.write_the_tests import WRITE_THE_TESTS
from tools.grade.parts import Assignment

ASSIGNMENTS = {one.name: one for one in (FORWARD_AND_GRADIENT, WRITE_THE_TESTS, CLAIMS_ON_TRIAL)}


def likely(defined: Set[str]) -> Assignment | None:
    """Return the assignment that defines most of these names, if one does."""
    best = max(ASSIGNMENTS.values(), key=lambda one: one.among(defined))
    return best if best.among(defined) else None
