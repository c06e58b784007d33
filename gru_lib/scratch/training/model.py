"""A model whose body is one GRU and whose head is a stack of layers on its last state, or on each of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.backward import GRUGradients
from gru_lib.scratch.cache import GRUCache
from gru_lib.scratch.checks import instance
from gru_lib.scratch.fast_backward import gru_backward
from gru_lib.scratch.fast_forward import gru_forward
from gru_lib.scratch.training.output_layers import Layer
from gru_lib.scratch.weights import GRUWeights


class GRUModel:
    """One GRU, then `head` layers on its last state, or on its state after every step.

    Parameters
    ----------
    gru : GRUWeights
        Trained in place.
    head : sequence of layers
        Such as ``[BatchNorm(64), Dense(64, 10, rng=rng)]``; a linear last layer gives logits or values.
    reset_after : bool
        Convention of the GRU.
    every_step : bool
        Whether the head reads every state, as a model of language does, and not the last alone.

    Notes
    -----
    Trained in the chapters *Why gates*, *MNIST, row by row* and, at every step, *Train it yourself*.
    """

    def __init__(
        self, gru: GRUWeights, head: Sequence[Layer], *, reset_after: bool = True, every_step: bool = False
    ) -> None:
        # a bias of the other convention fails here, not in the first step
        instance("gru", gru, GRUWeights).split_bias(reset_after)
        self.gru, self.head, self.reset_after, self.every_step = gru, list(head), reset_after, every_step
        self.gradients: list[NDArray] = []
        self._cache: GRUCache | None = None

    @property
    def parameters(self) -> list[NDArray]:
        """Every array that training changes: the GRU's, then the head's."""
        return self.gru.arrays() + [array for layer in self.head for array in layer.parameters]

    def forward(self, x: ArrayLike, *, mask: NDArray | None = None, training: bool = False) -> NDArray:
        """Return the head's output, (B, k) or (B, T, k), from (B, T, m) with T of at least 1, and a mask (B, T)."""
        hidden_states, cache = gru_forward(x, self.gru, mask=mask, reset_after=self.reset_after)
        if hidden_states.shape[1] == 0:
            raise ValueError(f"x has shape {np.shape(x)}; expected at least one step, the head reads the last state")
        self._cache = cache if training else self._cache
        read = hidden_states if self.every_step else hidden_states[:, -1]
        output = read.reshape(-1, read.shape[-1])  # to the head each step is one more row of the batch
        for layer in self.head:
            output = layer.forward(output, training=training)
        return output.reshape(*read.shape[:-1], output.shape[-1])

    def backward(self, grad: NDArray) -> GRUGradients:
        """Fill ``gradients``, in the order and shapes of ``parameters``, and return those of the GRU.

        Parameters
        ----------
        grad : (B, k) or (B, T, k) array
            Gradient with respect to the last output that was computed with ``training=True``.

        Raises
        ------
        ValueError
            If there was none.
        """
        if self._cache is None:
            raise ValueError("backward was called before forward(..., training=True)")
        grad = grad.reshape(-1, grad.shape[-1])
        for layer in reversed(self.head):
            grad = layer.backward(grad)
        grad_hidden_states = np.zeros(self._cache.shape, grad.dtype)
        read = np.s_[:] if self.every_step else np.s_[:, -1]
        grad_hidden_states[read] = grad.reshape(grad_hidden_states[read].shape)
        gru = gru_backward(grad_hidden_states, self._cache)
        self.gradients = gru.arrays() + [array for layer in self.head for array in layer.gradients]
        return gru

    def predict(self, x: NDArray, *, batch_size: int = 1024) -> NDArray:
        """Return the output for all of x, a batch at a time to bound the memory."""
        return np.concatenate([self.forward(x[i : i + batch_size]) for i in range(0, max(len(x), 1), batch_size)])
