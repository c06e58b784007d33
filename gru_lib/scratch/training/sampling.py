"""Let a trained model write: it reads what it has written, as in the chapter *Train it yourself*."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.checks import plain_array, positive_integer
from gru_lib.scratch.fast_forward import gru_step
from gru_lib.scratch.training.losses import softmax
from gru_lib.scratch.training.model import GRUModel


def sample(
    model: GRUModel, beginning: ArrayLike, length: int, *, rng: np.random.Generator, temperature: float = 1.0
) -> NDArray[np.int64]:
    """Return `length` symbols that go on from `beginning`, each drawn from what the model expects and then read.

    Parameters
    ----------
    model : GRUModel
        Reads one-hot vectors of C symbols, and gives C logits.
    beginning : (k,) integer array
        Symbols 0 to C - 1 that are read first; at least one.
    length : int
    rng : numpy.random.Generator
    temperature : float
        The logits are divided by it: below 1 the likely becomes likelier, above 1 all becomes more alike.

    Raises
    ------
    ValueError
        If the beginning is empty or holds what is no symbol, or the temperature is not above 0.
    """
    symbols, unit = plain_array("beginning", beginning), np.eye(len(model.gru.kernel), dtype=model.gru.kernel.dtype)
    if symbols.ndim != 1 or not symbols.size or not np.issubdtype(symbols.dtype, np.integer):
        raise ValueError(f"beginning has shape {symbols.shape}, dtype {symbols.dtype}; expected at least one integer")
    if symbols.min() < 0 or symbols.max() >= len(unit):
        raise ValueError(f"beginning runs from {symbols.min()} to {symbols.max()}; expected 0 to {len(unit) - 1}")
    if not 0 < temperature < np.inf:
        raise ValueError(f"temperature is {temperature}; expected a number above 0")
    h = np.zeros((1, model.gru.units), unit.dtype)
    for symbol in symbols[:-1]:
        h = gru_step(unit[[symbol]], h, model.gru, reset_after=model.reset_after)
    written = [int(symbols[-1])]
    for _ in range(positive_integer("length", length)):
        h = gru_step(unit[written[-1:]], h, model.gru, reset_after=model.reset_after)
        scores = h
        for layer in model.head:
            scores = layer.forward(scores, training=False)
        written.append(int(rng.choice(len(unit), p=softmax(scores[0].astype(np.float64) / temperature))))
    return np.array(written[1:])
