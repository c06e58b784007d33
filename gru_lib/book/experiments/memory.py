"""Memory: the sign at the beginning of *A binary classifier*, behind ever more noise."""

import numpy as np

from gru_lib.book.experiments.networks import (
    EQUAL_PARAMETERS,
    EQUAL_STATE,
    EQUAL_UNITS,
    LSTM,
    Batch,
    network,
    train,
)
from gru_lib.datasets.toy import first_sign

SIZES, SEQUENCES, BATCH, EPOCHS, RATE = (2, 32, 2), 1024, 32, 10, 0.005
KINDS = (LSTM, EQUAL_UNITS, EQUAL_PARAMETERS, EQUAL_STATE)
AS_DRAWN, TOLD = "as Keras draws them", "bias ln lag"
ASKED = ((20, AS_DRAWN), (80, TOLD))
SETTINGS = tuple((kind, lag, start, seed) for seed in range(10) for kind in KINDS for lag, start in ASKED)


def run(setting: tuple[str, int, str, int]) -> tuple[float]:
    """Train a rival to name the sign after `lag` steps of noise; return its accuracy on new sequences."""
    kind, lag, start, seed = setting
    rng = np.random.default_rng([seed, lag])
    model = network(kind, SIZES, rng, keep=float(np.log(lag)) if start == TOLD else None)
    x, y = first_sign(SEQUENCES, lag, rng=rng)
    order = np.concatenate([rng.permutation(SEQUENCES) for _ in range(EPOCHS)]).reshape(-1, BATCH)

    def draw(i: int) -> Batch:
        return x[order[i]], y[order[i]], np.ones(BATCH, bool)

    train(model, draw, len(order), RATE)
    x_new, y_new = first_sign(SEQUENCES, lag, rng=rng)
    return (float((model.forward(x_new).argmax(axis=-1) == y_new).mean()),)
