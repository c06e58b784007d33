"""Where a mistake can be seen: the words of `Mutant.needs` as conditions on a case."""

from collections.abc import Callable, Mapping
from typing import Any

NEEDS: Mapping[str, Callable[[Any], Any]] = {
    "bias": lambda case: case.bias is not None,
    "one row": lambda case: case.bias is not None and case.bias.ndim == 1,
    "after": lambda case: case.reset_after,
    "before": lambda case: not case.reset_after,
    "both resets": lambda _case: True,  # but without the choice nobody can make the mistake
    "h0": lambda case: case.h0 is not None,
    "no h0": lambda case: case.h0 is None,
    "mask": lambda case: case.mask is not None,
    "padding": lambda case: not case.valid.all(),
    "backwards": lambda case: case.go_backwards,
    "float64": lambda case: case.x.dtype == float,
    "steps": lambda case: case.x.shape[1] > 1,
    "rows": lambda case: len(case.x) > 1,
    "features": lambda case: case.x.shape[2] > 1,
    "units": lambda case: case.weights.units > 1,
    "final": lambda _case: True,  # but only where the final state is returned
    "batch of one": lambda case: len(case.x) == 1,
    "many rows": lambda case: len(case.x) > 16,
    "long": lambda case: case.x.shape[1] > 256,
    "features left over": lambda case: case.x.shape[2] > 8 and case.x.shape[2] % 8,
    "units left over": lambda case: case.weights.units > 8 and case.weights.units % 8,
    "large values": lambda case: case.features.get("values") == "large values",
    "trained values": lambda case: case.features.get("values") == "trained values",
}


def shows_in(mutant: Any, case: Any) -> bool:
    """Tell whether a case has what the mistake needs."""
    return all(NEEDS[need](case) for need in mutant.needs)
