"""Exercises of the refresher *Singular values*."""

import numpy as np

from gru_lib.book.exercises.engine import ValueExercise

EXERCISES = {
    "fifth-power": ValueExercise(
        0.8**5,
        1e-3,
        hints={0.8: "that is one product; five of them follow each other.", 4.0: "factors are multiplied, not added."},
    ),
    "late": ValueExercise(
        next(k for k in range(1, 99) if np.linalg.norm(np.linalg.matrix_power([[0.5, 10], [0, 0.5]], k), 2) < 0.01),
        1e-9,
        steps=("`norm(matrix_power(M, k), 2)` is the largest singular value of the k-th power.",),
    ),
}
