"""Toy sequences whose best possible answer is known, so that a model's failure is its own."""

import numpy as np
from numpy.typing import NDArray


def first_sign(sequences: int, lag: int, *, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return sequences that begin with a sign and go on with noise; the label is the sign.

    A reader that remembers its first step is right on every sequence, one that forgets it on half of them.

    Parameters
    ----------
    sequences : int
        How many, at least 1.
    lag : int
        Steps of noise after the sign, at least 1.
    rng : numpy.random.Generator
        Draws the noise first, then the labels.

    Returns
    -------
    x : (sequences, lag + 1, 2) float32
        Feature 0 holds -1 or +1 at step 0 and standard normal noise after it; feature 1 marks step 0 with 1.
    y : (sequences,) int64
        1 where the sign is +1, 0 where it is -1.

    Raises
    ------
    ValueError
        If `sequences` or `lag` is below 1.

    Notes
    -----
    The long-lag tasks of Hochreiter & Schmidhuber (1997) are of this kind. Used in the chapter *A binary classifier*.

    Examples
    --------
    >>> x, y = first_sign(4, 10, rng=np.random.default_rng(0))
    >>> x.shape, bool(((x[:, 0, 0] > 0) == y).all())
    ((4, 11, 2), True)
    """
    for name, value in (("sequences", sequences), ("lag", lag)):
        if value < 1:
            raise ValueError(f"{name} is {value}; expected at least 1")
    x = np.zeros((sequences, lag + 1, 2), "float32")
    x[:, 1:, 0] = rng.normal(size=(sequences, lag))
    y = rng.integers(0, 2, size=sequences)
    x[:, 0, 0] = 2 * y - 1
    x[:, 0, 1] = 1
    return x, y
