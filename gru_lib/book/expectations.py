"""What a chapter expects of a measured value; it fails when it no longer holds."""

import numpy as np


class EvidenceError(AssertionError):
    """An expectation of a chapter does not hold."""


def expect(
    claim: str,
    value: float | bool,
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
    value : float or bool
        The measurement; NaN never passes. A bool, NumPy's too, takes no bound: it must be true.
    between : (low, high), optional
        A band, ends included. It is printed, so give it as plain numbers.
    above, below : float, optional
        Another measurement that the value must exceed, or stay under.

    Raises
    ------
    EvidenceError
        If it does not hold; the message names the value.
    ValueError
        If not exactly one of between, above and below is given, or any of them with a bool.

    Examples
    --------
    >>> expect("validation accuracy", 0.957, between=(0.94, 0.97))
    ✓ validation accuracy: between 0.94 and 0.97
    >>> expect("Adam learns faster than SGD", 0.98, above=0.95)
    ✓ Adam learns faster than SGD
    """
    is_bool = isinstance(value, bool | np.bool_)
    bounds = [bound for bound in (between, above, below) if bound is not None]
    if len(bounds) != (0 if is_bool else 1):
        raise ValueError(
            f"expect got {value!r} and {len(bounds)} of between, above and below; expected exactly one, none for a bool"
        )
    band = ""
    if is_bool:
        holds, wanted = value, "true"
    elif between is not None:
        low, high = between
        holds, wanted = low <= value <= high, f"between {low} and {high}"
        band = f": {wanted}"
    elif above is not None:
        holds, wanted = value > above, f"above {above}"
    else:
        holds, wanted = value < below, f"below {below}"  # type: ignore[operator]
    if not holds:
        raise EvidenceError(f"{claim}: {value} is not {wanted}")
    print(f"✓ {claim}{band}")
