"""The distributions from which Keras draws the weights of a GRU, derived in the chapter *The GRU equations*."""

import numpy as np
from numpy.typing import NDArray


def glorot_uniform(rows: int, columns: int, rng: np.random.Generator) -> NDArray:
    """Draw a (rows, columns) matrix, uniform within ±sqrt(6 / (rows + columns)) (Glorot & Bengio 2010, equation 16)."""
    bound = np.sqrt(6 / (rows + columns))
    return rng.uniform(-bound, bound, (rows, columns))


def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> NDArray:
    """Draw a (rows, columns) matrix whose shorter side is orthonormal, uniformly (Mezzadri 2007)."""
    tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # without this the distribution would not be uniform
    return q if rows >= columns else np.ascontiguousarray(q.T)
