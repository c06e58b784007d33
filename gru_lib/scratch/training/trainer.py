"""Minibatch training with progress, as in the chapter *MNIST, row by row*."""

import time
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.checks import positive_integer
from gru_lib.scratch.training.losses import softmax_cross_entropy
from gru_lib.scratch.training.model import GRUModel

Loss = Callable[[NDArray, NDArray], tuple[float, NDArray]]
Epoch = dict[str, float]


class Optimizer(Protocol):
    """What `Trainer` expects of an optimiser."""

    def update(self, parameters: list[NDArray], gradients: list[NDArray]) -> None: ...


def print_epoch(epoch: Epoch) -> None:
    """Print one line for one epoch."""
    digits = {"epoch": "2.0f", "seconds": ".1f"}
    print("  ".join(f"{name} {value:{digits.get(name, '.4f')}}" for name, value in epoch.items()), flush=True)


class Trainer:
    """Train a `GRUModel` by minibatches, as in the chapter *MNIST, row by row*.

    Parameters
    ----------
    model : GRUModel
    optimizer : SGD or Adam
    loss : callable (outputs, targets) -> (loss, gradient)
        `softmax_cross_entropy` (accuracy is reported too) or `mean_squared_error`.
    rng : numpy.random.Generator
        Shuffles the examples anew in every epoch.
    batch_size : int
    on_epoch : callable or None
        Is given the figures of every epoch; prints them by default.
    """

    def __init__(
        self,
        model: GRUModel,
        optimizer: Optimizer,
        *,
        rng: np.random.Generator,
        loss: Loss = softmax_cross_entropy,
        batch_size: int = 64,
        on_epoch: Callable[[Epoch], None] | None = print_epoch,
    ) -> None:
        self.model, self.optimizer, self.loss, self.rng = model, optimizer, loss, rng
        self.batch_size, self.on_epoch = positive_integer("batch_size", batch_size), on_epoch

    def fit(
        self, x: NDArray, y: NDArray, *, epochs: int, validation: tuple[NDArray, NDArray] | None = None
    ) -> list[Epoch]:
        """Return the figures of each epoch: loss, accuracy for class labels, the same for `validation`, seconds.

        The training figures are means over the batches while the weights change, as in Keras's ``fit``.

        Raises
        ------
        ValueError
            If x and y differ in length, there are no examples, or the loss becomes NaN or infinite.
        """
        if len(x) != len(y) or not len(x):
            raise ValueError(f"x has {len(x)} examples and y {len(y)}; expected the same number, at least 1")
        history = []
        for number in range(1, epochs + 1):
            start = time.perf_counter()
            epoch = {"epoch": number, **self._run_epoch(x, y)}
            if validation is not None:
                epoch |= {f"val_{name}": value for name, value in self.evaluate(*validation).items()}
            epoch["seconds"] = time.perf_counter() - start
            history.append(epoch)
            if self.on_epoch is not None:
                self.on_epoch(epoch)
        return history

    def evaluate(self, x: NDArray, y: NDArray) -> Epoch:
        """Return loss, and accuracy for class labels, without training."""
        outputs = self.model.predict(x)
        return self._figures(self.loss(outputs, y)[0], outputs, y)

    def _run_epoch(self, x: NDArray, y: NDArray) -> Epoch:
        totals: Epoch = {}
        for rows in self._batches(len(x)):
            figures = self._train_on_batch(x[rows], y[rows])
            for name, value in figures.items():
                totals[name] = totals.get(name, 0.0) + value * len(rows)
        return {name: total / len(x) for name, total in totals.items()}

    def _batches(self, examples: int) -> Iterator[NDArray]:
        order = self.rng.permutation(examples)
        for start in range(0, examples, self.batch_size):
            yield order[start : start + self.batch_size]

    def _train_on_batch(self, x: NDArray, y: NDArray) -> Epoch:
        outputs = self.model.forward(x, training=True)
        loss, gradient = self.loss(outputs, y)
        if not np.isfinite(loss):
            raise ValueError(f"the loss became {loss}; try a smaller learning rate, or look for NaN in the data")
        self.model.backward(gradient)
        self.optimizer.update(self.model.parameters, self.model.gradients)
        return self._figures(loss, outputs, y)

    @staticmethod
    def _figures(loss: float, outputs: NDArray, y: NDArray) -> Epoch:
        if (
            np.issubdtype(y.dtype, np.integer) and y.ndim < outputs.ndim
        ):  # labels; as many axes are values, even if whole
            return {"loss": loss, "accuracy": float(np.mean(outputs.argmax(axis=-1) == y))}
        return {"loss": loss}
