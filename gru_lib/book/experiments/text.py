"""Text: bits per letter on Shakespeare's plays, learnt from little and from much of them."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.experiments.networks import EQUAL_PARAMETERS, EQUAL_UNITS, LSTM, Batch, Model, network, train
from gru_lib.datasets import load_shakespeare

SIZES, ROWS, STEPS, RATE = (65, 64, 65), 32, 48, 0.03
KINDS = (LSTM, EQUAL_UNITS, EQUAL_PARAMETERS)
UPDATES = {30_000: 200, 1_000_000: 600}  # letters to learn from: more than so often would learn a short text by heart
SETTINGS = tuple((kind, letters, seed) for seed in range(10) for kind in KINDS for letters in UPDATES)


@cache
def numbered() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first nine tenths of the plays and the last tenth, each letter by its place in the alphabet."""
    text = load_shakespeare()
    learn, test = np.split(np.searchsorted(sorted(set(text)), list(text)), [len(text) * 9 // 10])
    return learn, test


def one_hot(pieces: NDArray[np.int64]) -> Batch:
    """Return from (B, T + 1) letters all but the last as one-hot vectors, and all but the first as answers."""
    y = pieces[:, 1:]
    return np.eye(SIZES[0], dtype=np.float32)[pieces[:, :-1]], y, np.ones(y.shape, bool)


def run(setting: tuple[str, int, int]) -> tuple[float, float]:
    """Train a rival on so many letters; return bits per letter on text put aside, and on what it has learnt from."""
    kind, letters, seed = setting
    rng = np.random.default_rng(seed)
    model = network(kind, SIZES, rng, every_step=True)
    learn, test = numbered()[0][:letters], numbered()[1]

    def draw(_: int) -> Batch:
        starts = rng.integers(0, letters - STEPS, ROWS)
        return one_hot(learn[starts[:, None] + np.arange(STEPS + 1)])

    losses = train(model, draw, UPDATES[letters], RATE)
    return bits(model, test), float(np.mean(losses[-100:]) / np.log(2))


def bits(model: Model, letters: NDArray[np.int64], rows: int = 20, steps: int = 1000) -> float:
    """Return bits per letter on the first `rows` pieces of `steps` letters."""
    x, y, _ = one_hot(letters[: rows * (steps + 1)].reshape(rows, steps + 1))
    scores = model.forward(x)
    scores -= scores.max(axis=-1, keepdims=True)
    right = np.take_along_axis(scores, y[..., None], -1)[..., 0]
    return float((np.log(np.exp(scores).sum(axis=-1)) - right).mean() / np.log(2))
