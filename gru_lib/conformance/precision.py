"""In which precision something was computed: the numbers themselves tell."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

# Largest difference from the right answer, relative to the largest expected value or 1. Measured with right GRUs
# (scratch, PyTorch up to 130 units, Keras on TensorFlow, ONNX Runtime): states 5e-16 in float64, 1e-6 in float32,
# 2e-3 in float16 and 2e-2 in bfloat16; gradients 2e-15 and 1e-6. The smallest mistakes measured: 1e-8 for float32
# inside float64, 6e-5 for weights rounded to float16.
TOLERANCE = {"float64": 1e-10, "float32": 1e-5, "float16": 1e-2, "bfloat16": 6e-2}
COARSEST_FIRST = ("bfloat16", "float16", "float32", "float64")


def rounded(values: NDArray, precision: str) -> NDArray:
    """Return the nearest numbers that a precision holds; those of half precisions as float32 arrays."""
    if precision == "bfloat16":  # NumPy has no such type: it is the upper half of a float32
        bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
        nearest_even = bits + (0x7FFF + ((bits >> np.uint32(16)) & np.uint32(1)))
        return (nearest_even & np.uint32(0xFFFF0000)).astype(np.uint32).view(np.float32)
    if precision == "float16":
        with np.errstate(over="ignore"):
            return values.astype(np.float16).astype(np.float32)
    return values.astype(precision)


def precision_of(answers: Iterable[NDArray]) -> str:
    """Return the coarsest precision that holds every number exactly.

    Examples
    --------
    >>> precision_of([np.array([0.1]).astype("float16").astype("float64")])
    'float16'
    """
    numbers = [answer[np.isfinite(answer)] for answer in answers]
    return next(p for p in COARSEST_FIRST if all(np.array_equal(rounded(a, p), a) for a in numbers))
