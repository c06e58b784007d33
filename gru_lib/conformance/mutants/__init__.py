"""Mistakes that people make in a GRU, each written once and usable wherever a GRU is."""

from gru_lib.conformance.mutants.activations import ACTIVATION_MUTANTS
from gru_lib.conformance.mutants.biases import BIAS_MUTANTS
from gru_lib.conformance.mutants.gradients import GRADIENT_MUTANTS
from gru_lib.conformance.mutants.masks import MASK_MUTANTS
from gru_lib.conformance.mutants.mutant import Mutant
from gru_lib.conformance.mutants.recurrence import RECURRENCE_MUTANTS
from gru_lib.conformance.mutants.sizes import SIZE_MUTANTS
from gru_lib.conformance.mutants.steps import STEP_MUTANTS
from gru_lib.conformance.mutants.weights import WEIGHT_MUTANTS

FORWARD_MUTANTS = (
    *WEIGHT_MUTANTS,
    *BIAS_MUTANTS,
    *STEP_MUTANTS,
    *ACTIVATION_MUTANTS,
    *RECURRENCE_MUTANTS,
    *MASK_MUTANTS,
    *SIZE_MUTANTS,
)
MUTANTS = {mutant.id: mutant for mutant in (*FORWARD_MUTANTS, *GRADIENT_MUTANTS)}

__all__ = ["FORWARD_MUTANTS", "GRADIENT_MUTANTS", "MUTANTS", "Mutant"]
