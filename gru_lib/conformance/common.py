"""What failing cases have in common, in words."""

from collections.abc import Iterator, Sequence

from gru_lib.conformance.cases import Case


def common_features(failing: Sequence[Case], cases: Sequence[Case]) -> list[str]:
    """Return the fewest features that all failing cases share and that set them apart, such as "only with h0"."""
    of_case = {id(case): frozenset(_features(case)) for case in cases}
    words: list[str] = []
    left = list(cases)
    shared = frozenset.intersection(*(of_case[id(case)] for case in failing)) if failing else frozenset()
    while failing and len(failing) < len(left):
        kept = {feature: [case for case in left if feature in of_case[id(case)]] for feature in _features(failing[0])}
        best = min((f for f in kept if f in shared), key=lambda f: len(kept[f]), default=None)
        if best is None or len(kept[best]) == len(left):
            break
        words, left = [*words, best], kept[best]
    if not words:
        return []
    return [f"only with {' and '.join(words)}" + (", and always then" if len(failing) == len(left) else "")]


def _features(case: Case) -> Iterator[str]:
    """Yield the features of a case, all masks taken as one, and the sizes one by one."""
    for name, value in case.features.items():
        if name != "sizes":
            yield "a mask" if value.startswith("mask ") else value
    batch, steps, m, n = *case.x.shape, case.weights.units
    yield "one row" if batch == 1 else "more than one row"
    yield "one step" if steps == 1 else "more than one step"
    yield "one unit" if n == 1 else "more than one unit"
    for size, what, limits in ((batch, "rows", (16,)), (steps, "steps", (256,)), (n, "units", (8, 16, 32, 128))):
        yield from (f"more than {limit} {what}" for limit in limits if size > limit)
    for size, what in ((m, "features"), (n, "units")):
        if size > 8 and size % 8:
            yield f"more than 8 {what}, and no multiple of 8"
