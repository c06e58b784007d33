"""Write a trained GRU with its output layer as a header for a small program in C, in float32 or in eight bits."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.stack import both_rows
from gru_lib.scratch import GRUWeights

FORMAT = 1  # of the header; chapters/engineering/examples/edge_gru.c refuses another
MOST = 127  # of eight bits; -128 stays unused, so that a number and its negative both fit
C_TYPES = {"float32": "float", "int8": "int8_t"}


def quantise(matrix: NDArray) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a matrix as whole numbers of eight bits, and a scale for each column: about ``numbers * scale``.

    Derived in the chapter *To the edge*. A column of zeros gets the scale 1.

    Examples
    --------
    >>> numbers, scale = quantise(np.array([[1.0, -50.0], [0.5, 100.0]]))
    >>> numbers.tolist()
    [[127, -64], [64, 127]]
    >>> bool(np.abs(numbers * scale - [[1.0, -50.0], [0.5, 100.0]]).max() <= scale.max() / 2)
    True
    """
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise ValueError(f"matrix has shape {matrix.shape}; expected (rows, columns) of finite numbers")
    largest = np.abs(matrix).max(axis=0, initial=0)
    scale = np.where(largest > 0, largest / MOST, 1).astype(np.float32)
    return np.round(matrix / scale).clip(-MOST, MOST).astype(np.int8), scale


def c_header(weights: GRUWeights, kernel: NDArray, bias: NDArray, *, x_most: float | None = None) -> str:
    """Return the text of ``edge_weights.h``, with which ``edge_gru.c`` computes y = h V + d after each step.

    Parameters
    ----------
    weights : GRUWeights
        Reset after, in float32.
    kernel, bias : arrays (n, k) and (k,)
        V and d of the output layer, in float32.
    x_most : float, optional
        The largest input in absolute value; then the matrices, inputs and states are multiplied in eight bits, and
        larger inputs are cut.

    Raises
    ------
    ValueError
        If a shape or a dtype is another, the weights reset before, or `x_most` is not above zero.
    """
    _check(weights, kernel, bias, x_most)
    n, k = weights.units, len(bias)
    sizes = {"M": weights.input_size, "N": n, "K": k, "MOST": max(3 * n, k)}
    arrays: dict[str, NDArray] = {}
    for name, matrix in zip("WUV", (weights.kernel, weights.recurrent_kernel, kernel), strict=True):
        if x_most is None:
            arrays[name] = matrix
        else:
            arrays[name], arrays[f"{name}_scale"] = quantise(matrix)
    arrays |= dict(zip("bcd", (*both_rows(weights), bias), strict=True))
    lines = [
        "/* Written by gru_lib.porting.edge. */",
        f"#define EDGE_FORMAT {FORMAT}",
        f"#define EDGE_INT8 {int(x_most is not None)}",
        f"enum {{ {', '.join(f'{name} = {size}' for name, size in sizes.items())} }};",
        f"static const float X_UNIT = {_number(np.float32((x_most or 1) / MOST))}, H_UNIT = 1.0f / {MOST};",
    ]
    return "\n".join([*lines, *(_array(name, array) for name, array in arrays.items())]) + "\n"


def _check(weights: GRUWeights, kernel: NDArray, bias: NDArray, x_most: float | None) -> None:
    n, k = weights.units, len(bias)
    if weights.bias is not None and weights.bias.ndim == 1:
        raise ValueError(f"weights.bias has shape {weights.bias.shape}; expected {(2, 3 * n)}, reset after")
    for name, array, shape in (("kernel", kernel, (n, k)), ("bias", bias, (k,))):
        if array.shape != shape or not np.isfinite(array).all():
            raise ValueError(f"{name} has shape {array.shape}; expected {shape}, finite numbers")
    if kinds := {str(array.dtype) for array in (weights.kernel, kernel, bias)} - {"float32"}:
        raise ValueError(f"weights, kernel or bias is {', '.join(kinds)}; expected float32")
    if x_most is not None and not 0 < x_most < np.inf:
        raise ValueError(f"x_most is {x_most}; expected a number above zero")


def _array(name: str, array: NDArray) -> str:
    numbers = [_number(number) for number in array.ravel()]
    lines = [", ".join(numbers[at : at + 6]) for at in range(0, len(numbers), 6)]
    return f"static const {C_TYPES[str(array.dtype)]} {name}[] = {{\n    " + ",\n    ".join(lines) + "};"


def _number(number: np.number) -> str:
    """Write a number in C: whole, or in base 16, which is exact."""
    if isinstance(number, np.integer):
        return str(number)
    digits, _, power = float(number).hex().partition("p")
    return f"{digits.rstrip('0').rstrip('.')}p{power}f"
