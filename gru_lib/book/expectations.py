"""What a chapter expects of a measured value; it fails when it no longer holds."""

import math

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
    unit: str = "",
) -> None:
    """Check a measured value, and print it with what it is held to.

    nbval compares the sentence and the band, not the value, which another processor may move within the band
    (``tests/nbval.cfg``).

    Parameters
    ----------
    claim : str
        What is measured, or the order that is claimed: a phrase that a reader understands alone.
    value : float or bool
        The measurement; NaN never passes. A bool, NumPy's too, takes no bound: it must be true.
    between : (low, high), optional
        A band, ends included. It is printed, so give it as plain numbers.
    above, below : float, optional
        Another measurement that the value must exceed, or stay under.
    unit : str
        What follows the numbers, such as " ms".

    Raises
    ------
    EvidenceError
        If it does not hold; the message names the value.
    ValueError
        If not exactly one of between, above and below is given, or any of them with a bool.

    Examples
    --------
    >>> expect("validation accuracy", 0.9571, between=(0.94, 0.97))
    ✓ validation accuracy: 0.957 (between 0.94 and 0.97)
    >>> expect("largest difference to Keras", 2.4e-7, between=(0, 1e-6))
    ✓ largest difference to Keras: 2.4e-07 (at most 1e-06)
    >>> expect("accuracy, Adam over SGD", 0.98, above=0.95)
    ✓ accuracy, Adam over SGD: 0.98 > 0.95
    """
    require_one_bound(value, between, above, below)
    if not holds(value, between, above, below):
        raise EvidenceError(f"{claim}: {value} is not {wanted(between, above, below)}")
    print(f"✓ {claim}{_measured(value, between, above, below, unit)}")


def require_one_bound(value: float | bool, *bounds: object) -> None:
    """Raise ValueError unless exactly one bound is given, and none for a bool."""
    given = [bound for bound in bounds if bound is not None]
    if len(given) != (0 if isinstance(value, bool | np.bool_) else 1):
        raise ValueError(
            f"expect got {value!r} and {len(given)} of between, above and below; expected exactly one, none for a bool"
        )


def holds(value: float | bool, between: tuple[float, float] | None, above: float | None, below: float | None) -> bool:
    """Say whether a value satisfies its one bound; a bool has none."""
    if between is not None:
        return bool(between[0] <= value <= between[1])
    if above is not None:
        return bool(value > above)
    return bool(value < below) if below is not None else bool(value)


def wanted(between: tuple[float, float] | None, above: float | None, below: float | None) -> str:
    """Say in words what is expected."""
    if between is not None:
        low, high = between
        return f"at most {high}" if low == 0 else f"between {low} and {high}"
    if above is not None:
        return f"above {above}"
    return f"below {below}" if below is not None else "true"


def rounded(value: float, low: float, high: float) -> str:
    """Round a value so that a twentieth of its band can be seen; two digits where the band spans orders of magnitude.

    >>> rounded(0.41273, 0.3, 0.48), rounded(3.2e-17, 0, 1e-14), rounded(4812.7, 4000, 6000), rounded(432.1, 20, 2000)
    ('0.41', '3.2e-17', '4800', '430')
    """
    digits = 1 - math.floor(math.log10(high - low)) if high > low else 0
    if digits > 4 or abs(value) < 2 * 10.0**-digits or (low > 0 and high > 30 * low) or not math.isfinite(value):
        return f"{float(f'{value:.2g}'):.0f}" if 99.5 <= value < 1e6 else f"{value:.2g}"
    return f"{round(float(value), digits):.{max(digits, 0)}f}"


def _measured(
    value: float | bool,
    between: tuple[float, float] | None,
    above: float | None,
    below: float | None,
    unit: str,
) -> str:
    if between is not None:
        return f": {rounded(value, *between)}{unit} ({wanted(between, None, None)}{unit})"
    if above is None and below is None:
        return ""
    sign, bound = (">", above) if above is not None else ("<", below)
    distance = abs(value - bound)  # type: ignore[operator]
    show = (rounded(one, 0, 4 * distance) for one in (value, bound))  # type: ignore[arg-type]
    return f": {next(show)}{unit} {sign} {next(show)}{unit}"
