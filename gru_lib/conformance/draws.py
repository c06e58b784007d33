"""Random cases.

Constant weights cannot see exchanged gates, zero biases hide what is added, equal sizes hide exchanged axes.
So weights, biases and states are random, and batch, steps, features and units differ.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gru_lib.conformance.cases import Case
from gru_lib.conformance.precision import rounded

MASKS = ("none", "all-valid", "right", "left", "holes", "empty-row")
VALUES = ("usual", "large", "trained")


def draw_case(
    seed: int,
    *,
    batch: int = 4,
    steps: int = 5,
    features: int = 2,
    units: int = 3,
    reset_after: bool = True,
    use_bias: bool = True,
    bias_rows: int = 2,
    use_h0: bool = True,
    mask: str = "none",
    lengths_only: bool = False,
    go_backwards: bool = False,
    dtype: DTypeLike | str = "float64",
    scale: float | None = None,
    values: str = "usual",
    gates: str = "sigmoid",
    candidate: str = "tanh",
    surround: Callable | None = None,
) -> Case:
    """Draw a case.

    `mask` is one of `MASKS`, `values` one of `VALUES`, `dtype` one of `TOLERANCE`, `scale` the spread of the weights;
    `bias_rows` counts with reset after only, `gates` and `candidate` are names in `activations`.
    """
    precision = str(dtype) if dtype in ("float16", "bfloat16") else np.dtype(dtype).name
    rng = np.random.default_rng(seed)
    scale = _scale(steps, features, units) if scale is None else scale

    def draw(*size: int, scale: float = 1) -> NDArray:
        return rounded(scale * rng.normal(size=size), precision)

    rows = (2,) if reset_after and bias_rows == 2 else ()
    bias = draw(*rows, 3 * units, scale=scale) if use_bias else None
    described = {
        "reset": "reset after" if reset_after else "reset before",
        "bias": ("bias" if rows or not reset_after else "one row of biases") if use_bias else "no bias",
        "h0": "h0" if use_h0 else "no h0",
        "mask": "no mask" if mask == "none" else f"mask {mask}",
        "direction": "backwards" if go_backwards else "forwards",
        "sizes": f"B={batch} T={steps} m={features} n={units}",
        "dtype": precision,
    }
    if values != "usual":
        described["values"] = f"{values} values"
    x, kernel = draw(batch, steps, features), draw(features, 3 * units, scale=scale)
    recurrent_kernel = draw(units, 3 * units, scale=scale)
    if values == "large":  # so that exp overflows in every precision; of few digits, so that no product is rounded
        x, kernel = rounded(1000 * np.round(x, 0), precision), rounded(np.round(8 * kernel) / 8, precision)
    if values == "trained":  # a few weights are far larger than the rest
        kernel = rounded(np.where(rng.random(kernel.shape) < 0.25, 6 * np.sign(kernel), kernel), precision)
    return Case(
        described,
        x=x,
        kernel=kernel,
        recurrent_kernel=recurrent_kernel,
        bias=bias,
        h0=draw(batch, units) if use_h0 else None,
        mask=None if mask == "none" else draw_mask(mask, batch, steps, rng),
        grad=draw(batch, steps, units),
        reset_after=reset_after,
        go_backwards=go_backwards,
        precision=precision,
        activations=(gates, candidate),
        lengths_only=lengths_only and mask != "none",
        surround=surround,
    )


def _scale(steps: int, m: int, n: int) -> float:
    """Return the spread of the weights.

    Random recurrent weights of about 1 make a long or a wide GRU chaotic: it then enlarges rounding at every step, and
    right answers in float32 differ. Halved for long sequences, and shrunk with the size as usual, they forget it.
    """
    return (1.0 if steps <= 10 else 0.5) * np.sqrt(3 / max(m, n, 3))


def draw_mask(kind: str, batch: int, steps: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw a mask (B, T) of a kind in `MASKS`; True is a valid step."""
    lengths = rng.integers(min(1, steps), steps + 1, batch)
    lengths[:1], lengths[-1:] = 1, max(1, steps - 1)  # chance alone might pad nothing, or nearly everything
    if kind == "right":
        return np.arange(steps) < lengths[:, None]
    if kind == "left":
        return np.arange(steps) >= steps - lengths[:, None]
    mask = np.ones((batch, steps), bool) if kind == "all-valid" else rng.random((batch, steps)) < 0.6
    if kind != "all-valid":
        mask[-1:] = np.arange(steps) % 3 != 1  # not the same read backwards
    if kind == "empty-row":
        mask[:1] = False
    return mask
