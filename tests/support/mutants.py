"""Where a mistake can be seen: `Mutant.needs` as conditions on a case."""

NEEDS = {
    "bias": lambda case: case.bias is not None,
    "one row": lambda case: case.bias is not None and case.bias.ndim == 1,
    "after": lambda case: case.reset_after,
    "before": lambda case: not case.reset_after,
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
    "batch of one": lambda case: len(case.x) == 1,
    "many rows": lambda case: len(case.x) > 16,
    "long": lambda case: case.x.shape[1] > 256,
    "units left over": lambda case: case.weights.units > 8 and case.weights.units % 8,
    "features left over": lambda case: case.x.shape[2] > 8 and case.x.shape[2] % 8,
    "large values": lambda case: case.features.get("values") == "large values",
    "trained values": lambda case: case.features.get("values") == "trained values",
    "both resets": lambda _case: True,  # without the choice nobody can make the mistake
    "calls": lambda _case: True,  # seen when it is called again
    "final": lambda _case: True,  # seen where the final state is returned
}


def shows_in(mutant, case):
    """Tell whether a case has what the mistake needs."""
    return all(NEEDS[need](case) for need in mutant.needs)
