"""What a chapter expects of a measured value; it fails when it no longer holds."""


class EvidenceError(AssertionError):
    """An expectation of a chapter does not hold."""


def expect(
    claim: str,
    value: float,
    *,
    between: tuple[float, float] | None = None,
    above: float | None = None,
    below: float | None = None,
) -> None:
    """Check a measured value, and print what holds without printing the value itself.

    Parameters
    ----------
    claim : str
        What is measured, or the order that is claimed.
    value : float
        The measurement; NaN never passes.
    between : (low, high), optional
        A band, ends included. It is printed, so give it as plain numbers.
    above, below : float, optional
        Another measurement that the value must exceed, or stay under.

    Raises
    ------
    EvidenceError
        If it does not hold; the message names the value.
    ValueError
        If not exactly one of between, above and below is given.

    Examples
    --------
    >>> expect("validation accuracy", 0.957, between=(0.94, 0.97))
    ✓ validation accuracy: between 0.94 and 0.97
    >>> expect("Adam learns faster than SGD", 0.98, above=0.95)
    ✓ Adam learns faster than SGD
    """
    given = [bound for bound in (between, above, below) if bound is not None]
    if len(given) != 1:
        raise ValueError(f"expect got {len(given)} of between, above and below; expected exactly one")
    if between is not None:
        low, high = between
        if not low <= value <= high:
            raise EvidenceError(f"{claim}: {value} is not between {low} and {high}")
        print(f"✓ {claim}: between {low} and {high}")
        return
    holds = value > above if above is not None else value < below  # type: ignore[operator]
    if not holds:
        relation, bound = ("above", above) if above is not None else ("below", below)
        raise EvidenceError(f"{claim}: {value} is not {relation} {bound}")
    print(f"✓ {claim}")
