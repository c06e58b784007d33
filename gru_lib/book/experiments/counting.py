"""Counting: after every b of a word "aaa…bbb…", say whether there are now as many b as a."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.experiments.networks import EQUAL_PARAMETERS, EQUAL_UNITS, LSTM, Batch, network, train

SIZES, LONGEST, UPDATES, RATE = (2, 10, 2), 50, 2000, 0.01
LIMIT = 300  # longer words are not tried
OUTCOMES = ("longest without a mistake", "right of the 50 learnt", "right of the next 50", "last loss")
KINDS = (LSTM, EQUAL_UNITS, EQUAL_PARAMETERS)
SETTINGS = tuple((kind, seed) for seed in range(10) for kind in KINDS)


def words(longest: int) -> Batch:
    """Return the words of 1 to `longest` a and as many b, as batch of one-hot letters.

    Returns
    -------
    x : (longest, 2 longest, 2) float32
        Zero behind the end of a word.
    y : (longest, 2 longest) int64
        1 where the word is complete.
    asked : (longest, 2 longest) bool
        True at every b.

    Examples
    --------
    >>> x, y, asked = words(2)
    >>> x.argmax(axis=-1)[1].tolist(), y[1].tolist(), asked[1].tolist()
    ([0, 0, 1, 1], [0, 0, 0, 1], [False, False, True, True])
    """
    n, t = np.arange(1, longest + 1)[:, None], np.arange(2 * longest)
    in_word = t < 2 * n
    x = np.eye(2, dtype=np.float32)[(t >= n).astype(int)] * in_word[..., None]
    return x, (t == 2 * n - 1).astype(int), (t >= n) & in_word


def judged(model: Any, limit: int = LIMIT) -> NDArray[np.bool_]:
    """Return for each word of 1 to `limit` a whether it is judged without a mistake."""
    x, y, asked = words(limit)
    return ((model.forward(x).argmax(axis=-1) == y) | ~asked).all(axis=1)


def reached(right: NDArray[np.bool_]) -> int:
    """Return the longest n for which all words of up to n a are right.

    Examples
    --------
    >>> reached(np.array([True, True, False, True])), reached(np.array([True, True]))
    (2, 2)
    """
    return len(right) if right.all() else int(right.argmin())


def run(setting: tuple[str, int]) -> tuple[float, ...]:
    """Train a rival on the words of up to `LONGEST` a; return `OUTCOMES`."""
    kind, seed = setting
    model = network(kind, SIZES, np.random.default_rng(seed), every_step=True)
    batch = words(LONGEST)
    losses = train(model, lambda _: batch, UPDATES, RATE)
    right = judged(model)
    return reached(right), right[:LONGEST].mean(), right[LONGEST : 2 * LONGEST].mean(), losses[-1]
