"""Which cases the kit sets: as wide as use is, and few enough to be quick."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any

from gru_lib.conformance.cases import Case
from gru_lib.conformance.draws import MASKS, draw_case

SIZES = ((1, 2, 3), (33, 2, 3), (2, 9, 8), (2, 17, 9), (3, 7, 16), (2, 33, 31), (2, 3, 33), (2, 5, 130))  # B, m, n


def _plans() -> Iterator[dict]:
    """Yield the arguments of `draw_case`; the richest case first, since it rules out most mistakes at once."""
    yes_no = (True, False)
    for after, bias, h0, back in product(yes_no, yes_no, yes_no, (False, True)):
        yield {"reset_after": after, "use_bias": bias, "use_h0": h0, "go_backwards": back}
    for i, (mask, after, back) in enumerate(product(MASKS[1:], yes_no, yes_no)):
        yield {"mask": mask, "reset_after": after, "go_backwards": back, "use_h0": i % 3 == 0}
    for steps, after, h0 in product((1, 2, 50), yes_no, yes_no):
        if steps < 50 or after == h0:
            yield {"steps": steps, "reset_after": after, "use_h0": h0, "go_backwards": steps == 2 and h0}
    for after, bias, mask in product(yes_no, yes_no, ("none", "holes")):
        yield {"reset_after": after, "use_bias": bias, "mask": mask, "dtype": "float32"}
        yield {"reset_after": after, "mask": mask, "steps": 30, "dtype": "float32"}
    for after, (batch, m, n) in product(yes_no, ((1, 1, 1), (2, 4, 1), *SIZES)):
        yield {"reset_after": after, "batch": batch, "features": m, "units": n, "steps": 3}
    for after, values in product(yes_no, ("large", "trained")):
        yield {"reset_after": after, "values": values}
    yield {"steps": 270, "batch": 2}


def draw_cases(**fixed: Any) -> Iterator[Case]:
    """Yield the cases of the kit, each once, with everything in `fixed` held: arguments of `draw_case`."""
    yield from _drawn(tuple(sorted(fixed.items())))


@lru_cache(maxsize=16)  # right answers are computed once; whoever is tested gets copies
def _drawn(fixed: tuple[tuple[str, Any], ...]) -> tuple[Case, ...]:
    cases: dict[str, Case] = {}
    for seed, plan in enumerate(_plans()):
        arguments = plan | dict(fixed)
        if arguments.get("lengths_only") and arguments.get("mask") not in (None, "none", "all-valid", "right"):
            continue
        case = draw_case(seed, **arguments)
        cases.setdefault(case.name, case)
    return tuple(cases.values())
