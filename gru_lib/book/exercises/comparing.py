"""How an answer differs from the right one."""

from typing import Any

import numpy as np


def is_rounded(true: Any, answer: Any) -> bool:
    """Tell whether an answer is a right number to fewer digits than are asked for."""
    if np.ndim(true) or not isinstance(answer, int | float | np.number):
        return False
    last = 10.0 ** -len(f"{answer:.6f}".rstrip("0").partition(".")[2])  # what one of its last digit is worth
    return bool(last <= abs(true) and abs(answer - true) <= 0.5001 * last)


def difference(true: Any, answer: Any, tolerance: float) -> str | None:
    """Return None if the two agree, else how they differ."""
    try:
        expected, got = np.asarray(true, dtype=float), np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return f"expected numbers, got {type(answer).__name__}."
    if expected.shape != got.shape:
        return f"expected shape {expected.shape}, got {got.shape}."
    if np.allclose(got, expected, rtol=tolerance, atol=tolerance):
        return None
    with np.printoptions(precision=4, suppress=True, threshold=6, edgeitems=2):
        shown = (expected.ravel()[:4], got.ravel()[:4]) if expected.ndim else (f"{expected:.4g}", f"{got:.4g}")
        return "true = {}, your answer = {}.".format(*shown)
