"""The three assignments, one module each."""

from tools.grade.assignments.claims_on_trial import CLAIMS_ON_TRIAL
from tools.grade.assignments.forward_and_gradient import FORWARD_AND_GRADIENT
from tools.grade.assignments.write_the_tests import WRITE_THE_TESTS

ASSIGNMENTS = {one.name: one for one in (FORWARD_AND_GRADIENT, WRITE_THE_TESTS, CLAIMS_ON_TRIAL)}
