"""The lines that go to a program and come from it.

As JSON: {"x": [[[...]]], "kernel": ..., "recurrent_kernel": ..., "bias": ... or null, "dtype": "float64"}, and each
option that it offers, such as "h0": ... or null; the answer is {"states": [[[...]]]}, or {"error": "..."}. It may hold
the "final_state" too, and the first line of all may be {"offers": ["h0", "mask"], "dtype": "float32"}.
As numbers between spaces: B T m n, x, kernel, recurrent_kernel, bias, h0, with two rows of biases, and zeros for what
is not there; the answer is the states.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.conformance.run_case import BadAnswerError
from gru_lib.scratch import GRUWeights


def request(x: NDArray, weights: Any, options: Mapping[str, Any], numbers: bool) -> str:
    """Return what a program is asked, in one line."""
    if isinstance(weights, GRUWeights):
        weights = {name: getattr(weights, name) for name in ("kernel", "recurrent_kernel", "bias")}
    given = {"x": x, **(weights if isinstance(weights, Mapping) else {"weights": weights}), **options}
    if numbers:
        return _numbers(**given)
    return json.dumps({name: _plain(value) for name, value in given.items()} | {"dtype": x.dtype.name})


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _numbers(
    x: NDArray, kernel: NDArray, recurrent_kernel: NDArray, bias: NDArray | None = None, h0: NDArray | None = None
) -> str:
    n = len(recurrent_kernel)
    rows = np.zeros((2, 3 * n))
    if bias is not None:
        rows[: bias.ndim] = bias
    start = np.zeros((len(x), n)) if h0 is None else h0
    numbers = np.concatenate([array.ravel() for array in (x, kernel, recurrent_kernel, rows, start)])
    return " ".join(map(repr, [*x.shape, n, *numbers.tolist()]))


def states_of_numbers(line: str, x: NDArray) -> NDArray:
    """Return the states (B, T, n), or raise BadAnswerError."""
    try:
        return _in_dtype(np.array(line.split(), float), x).reshape(*x.shape[:2], -1)
    except ValueError:
        raise BadAnswerError(f"{_said(line)}; expected B T n numbers") from None


def states_of_json(line: str, x: NDArray) -> Any:
    """Return the states (B, T, n), or a tuple of them and the final state, or raise BadAnswerError."""
    answer = parsed(line)
    if "error" in answer:
        raise BadAnswerError(f"answered an error: {answer['error']}")
    if "states" not in answer:
        raise BadAnswerError(f"{_said(line)}; expected an object with states")
    states = _array(answer["states"], x)
    return (states, _array(answer["final_state"], x)) if "final_state" in answer else states


def parsed(line: str) -> dict[str, Any]:
    """Return the object in a line of JSON, in which NaN and Infinity may stand too, or raise BadAnswerError."""
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise BadAnswerError(f"{_said(line)}; expected an object of JSON, and anything else on standard error")
    return answer


def _array(value: Sequence[Any], x: NDArray) -> NDArray:
    try:
        return _in_dtype(np.asarray(value, float), x)  # null, which JavaScript writes for NaN, becomes NaN
    except (TypeError, ValueError) as error:
        raise BadAnswerError(f"answered no array of numbers: {error}") from None


def _in_dtype(numbers: NDArray, x: NDArray) -> NDArray:
    """Return numbers in the dtype of x; what has nine digits at most was written in single precision."""
    if all(float(f"{number:.9g}") == number for number in numbers[np.isfinite(numbers)]):
        numbers = numbers.astype(np.float32)
    return numbers.astype(x.dtype)


def _said(line: str) -> str:
    return f"answered {line.strip()[:60]!r}"
