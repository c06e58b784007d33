"""Exercises of the refresher *Gradient descent*."""

from gru_lib.book.exercises.engine import FunctionExercise, ValueExercise

EXERCISES = {
    "largest-rate": ValueExercise(
        1 / 3,
        1e-3,
        hints={1 / 6: "with 1/6 it arrives in one step; a larger rate still converges.", 1.0: "that is for L = w^2."},
        steps=("one step multiplies w by 1 - 6 times the rate; when is that between -1 and 1?",),
    ),
    "more-data": FunctionExercise(
        lambda X, y, w: 2 * X.T @ (X @ w - y) / len(y),
        lambda rng: [(rng.normal(size=(N, 2)), rng.normal(size=N), rng.normal(size=2)) for N in (5, 50)],
        stub=lambda X, y, w: 2 * X.T @ (X @ w - y),
        steps=("the gradient grows with the number of rows, and the loss is a mean.",),
    ),
}
