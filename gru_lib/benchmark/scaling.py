"""One size of a shape varies: how time and memory grow with it, and where the GPU begins to pay.

The functions on comparisons take what `Comparison.to_dict` returned, measured just now or read from a file.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gru_lib.benchmark.tasks import Shape

SIZES = {"B": "batch", "T": "steps", "m": "features", "n": "units"}
FACTORS = (0.25, 0.5, 1, 2, 4)


def scaled_shapes(shape: Shape, letter: str) -> list[Shape]:
    """Return the shapes in which one size is a quarter of what it is, half of it, and so on up to four times.

    Parameters
    ----------
    shape : Shape
    letter : str
        Of `SIZES`.

    Raises
    ------
    ValueError
        If there is no such size.

    Examples
    --------
    >>> [str(shape) for shape in scaled_shapes(Shape(64, 28, 28, 2), "n")]
    ['64x28x28x1', '64x28x28x2', '64x28x28x4', '64x28x28x8']
    """
    if letter not in SIZES:
        raise ValueError(f"letter is {letter!r}; expected one of {', '.join(SIZES)}")
    size = getattr(shape, SIZES[letter])
    sizes = dict.fromkeys(max(1, round(size * factor)) for factor in FACTORS)
    return [replace(shape, **{SIZES[letter]: value}) for value in sizes]


def _size(comparison: dict[str, Any], letter: str) -> int:
    """Return one size of the shape of a comparison."""
    return getattr(Shape.parse(comparison["shape"]), SIZES[letter])


def varied_size(comparisons: Sequence[dict[str, Any]]) -> str:
    """Return the letter of the one size in which comparisons differ, or raise ValueError."""
    found = [letter for letter in SIZES if len({_size(comparison, letter) for comparison in comparisons}) > 1]
    if len(found) != 1:
        shapes = [comparison["shape"] for comparison in comparisons]
        raise ValueError(f"comparisons have the shapes {shapes}; expected that one size varies, and nothing else")
    return found[0]


def crossover(comparisons: Sequence[dict[str, Any]]) -> dict[str, int | None]:
    """Return for each implementation the smallest size at which it is faster on the GPU than on the CPU; None: at none.

    Parameters
    ----------
    comparisons : sequence of dict
        Of one cell and mode, in any order, each with the same implementations as "name" and "name@gpu".

    Raises
    ------
    ValueError
        If not exactly one size varies, if cells or modes differ, or none has been on both devices.
    """
    letter = varied_size(comparisons)
    if len(kinds := {(comparison["cell"], comparison["mode"]) for comparison in comparisons}) > 1:
        raise ValueError(f"comparisons are of {sorted(kinds)}; expected one cell and mode")
    found: dict[str, int | None] = {}
    for comparison in sorted(comparisons, key=lambda comparison: _size(comparison, letter), reverse=True):
        rows = comparison["timings"]
        for name in (name for name in rows if f"{name}@gpu" in rows):
            faster = rows[f"{name}@gpu"]["seconds"] < rows[name]["seconds"]
            found[name] = _size(comparison, letter) if faster else found.get(name)
    if not found:
        raise ValueError("comparisons have nobody on both devices; expected such as 'pytorch' and 'pytorch@gpu'")
    return found
