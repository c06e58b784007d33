"""The rivals: an LSTM, and GRUs that are as large as it in one respect, trained in the same loop."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gru_lib.book.experiments.lstm import LSTMModel
from gru_lib.scratch import GRUWeights, parameter_count
from gru_lib.scratch.training import Adam, Dense, GRUModel, softmax_cross_entropy

LSTM, EQUAL_UNITS, EQUAL_PARAMETERS, EQUAL_STATE = (
    "LSTM",
    "GRU, equal units",
    "GRU, equal parameters",
    "GRU, equal state",
)
Sizes = tuple[int, int, int]  # m input features, n units of the LSTM, k outputs
Model = GRUModel | LSTMModel
Batch = tuple[NDArray, NDArray, NDArray]  # inputs (B, T, m), right answers (B, T), and where they are asked for (B, T)


def units_of(kind: str, sizes: Sizes) -> int:
    """Return how many units a rival has, beside an LSTM of these sizes.

    Examples
    --------
    >>> [units_of(kind, (65, 64, 65)) for kind in (LSTM, EQUAL_UNITS, EQUAL_PARAMETERS, EQUAL_STATE)]
    [64, 64, 76, 128]
    """
    m, n, k = sizes
    if kind == EQUAL_PARAMETERS:
        wanted = 4 * n * (m + n + 1) + k * (n + 1)
        return min(range(n, 2 * n + 1), key=lambda units: abs(gru_parameters((m, units, k)) - wanted))
    return {LSTM: n, EQUAL_UNITS: n, EQUAL_STATE: 2 * n}[kind]


def gru_parameters(sizes: Sizes) -> int:
    """Return the number of weights of a GRU and the dense layer on it."""
    m, n, k = sizes
    return parameter_count(m, n) + k * (n + 1)


def network(
    kind: str, sizes: Sizes, rng: np.random.Generator, *, every_step: bool = False, keep: float | None = None
) -> Model:
    """Return a rival, drawn as Keras draws it.

    Parameters
    ----------
    kind : str
        ``LSTM``, ``EQUAL_UNITS``, ``EQUAL_PARAMETERS`` or ``EQUAL_STATE``.
    sizes : (m, n, k)
        Of the LSTM; `units_of` says how many units the GRUs have beside it.
    rng : numpy.random.Generator
    every_step : bool
        Whether it answers after every step, or after the last alone.
    keep : float, optional
        Bias of the gate that keeps, the update gate or the forget gate; by default Keras's, 0 and 1.
    """
    m, _, k = sizes
    n = units_of(kind, sizes)
    if kind == LSTM:
        lstm = LSTMModel(sizes, rng=rng, every_step=every_step)
        if keep is not None:
            lstm.bias[n : 2 * n] = keep
        return lstm
    weights = GRUWeights.init(m, n, rng=rng)
    if keep is not None and weights.bias is not None:
        weights.bias[0, :n] = keep
    return GRUModel(weights, [Dense(n, k, rng=rng)], every_step=every_step)


def train(model: Model, draw: Callable[[int], Batch], updates: int, rate: float) -> list[float]:
    """Train with Adam at a falling rate, clipped; return the loss of every update."""
    optimizer, losses = Adam(rate, global_clipnorm=1.0), []
    for i in range(updates):
        x, y, asked = draw(i)
        scores = model.forward(x, training=True)
        gradient = np.zeros_like(scores)
        loss, gradient[asked] = softmax_cross_entropy(scores[asked], y[asked])
        model.backward(gradient)
        optimizer.learning_rate = rate * (1 - i / updates)
        optimizer.update(model.parameters, model.gradients)
        losses.append(loss)
    return losses
