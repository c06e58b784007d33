"""An LSTM that can be trained without a framework, as the rival of `gru_lib.scratch.training.GRUModel`."""

import numpy as np
from numpy.typing import NDArray

from gru_lib.scratch.initializers import glorot_uniform, orthogonal
from gru_lib.scratch.training import Dense


class LSTMModel:
    """One LSTM, then a dense layer on its last state, or on its state after every step; drawn as Keras draws them.

    Parameters
    ----------
    sizes : (m, n, k)
        Input features, units, outputs.
    rng : numpy.random.Generator
    every_step : bool
        Whether the dense layer reads every state, and not the last alone.
    dtype : numpy dtype

    Attributes
    ----------
    kernel : (m, 4n) array
        In Keras's order: input gate, forget gate, candidate, output gate.
    recurrent_kernel : (n, 4n) array
    bias : (4n,) array
        At first 1 for the forget gate, and 0 for the others.

    Notes
    -----
    Used in the chapter *GRU or LSTM?*. The equations are those of Hochreiter & Schmidhuber (1997) with the forget gate
    of Gers et al. (2000). Arrays inside are (features, B), as in the fast passes of the GRU.
    """

    def __init__(
        self,
        sizes: tuple[int, int, int],
        *,
        rng: np.random.Generator,
        every_step: bool = False,
        dtype: type = np.float32,
    ) -> None:
        m, n, k = sizes
        self.kernel: NDArray = glorot_uniform(m, 4 * n, rng).astype(dtype)
        self.recurrent_kernel: NDArray = orthogonal(n, 4 * n, rng).astype(dtype)
        self.bias: NDArray = np.repeat([0, 1, 0, 0], n).astype(dtype)
        self.head, self.every_step = Dense(n, k, rng=rng, dtype=dtype), every_step
        self.gradients: list[NDArray] = []

    @property
    def parameters(self) -> list[NDArray]:
        """Every array that training changes."""
        return [self.kernel, self.recurrent_kernel, self.bias, *self.head.parameters]

    def forward(self, x: NDArray, *, training: bool = False) -> NDArray:
        """Return the output, (B, k) or (B, T, k), from (B, T, m)."""
        batch, steps, m = x.shape
        states = self._states(x.transpose(1, 2, 0).astype(self.kernel.dtype))
        if training:
            self._inputs = x.transpose(2, 1, 0).reshape(m, -1)  # (m, T B)
        read = states[1:] if self.every_step else states[-1:]
        output = self.head.forward(read.transpose(2, 0, 1).reshape(-1, states.shape[1]), training=training)
        return output.reshape(batch, steps, -1) if self.every_step else output

    def _states(self, x: NDArray) -> NDArray:
        """Return the states, (T + 1, n, B), the first one 0, and keep what the way back needs."""
        n, recurrent = len(self.recurrent_kernel), np.ascontiguousarray(self.recurrent_kernel.T)
        self._gates = gates = np.matmul(self.kernel.T, x) + self.bias[:, None]  # (T, 4n, B)
        self._memory = memory = np.zeros((len(x) + 1, n, x.shape[2]), x.dtype)
        self._shown, self._hidden = np.empty_like(memory[1:]), np.zeros_like(memory)
        half = np.repeat([0.5, 0.5, 1, 0.5], n)[:, None].astype(x.dtype)  # sigmoid(a) = (tanh(a / 2) + 1) / 2
        for t, now in enumerate(gates):
            now += recurrent @ self._hidden[t]
            now *= half
            np.tanh(now, out=now)
            now *= half
            now += 1 - half
            i, f, g, o = now[:n], now[n : 2 * n], now[2 * n : 3 * n], now[3 * n :]
            np.multiply(f, memory[t], out=memory[t + 1])
            memory[t + 1] += i * g
            np.tanh(memory[t + 1], out=self._shown[t])
            np.multiply(o, self._shown[t], out=self._hidden[t + 1])
        return self._hidden

    def backward(self, grad: NDArray) -> None:
        """Fill `gradients` from that of the last output that was computed for training."""
        steps, n, batch = self._shown.shape
        d_read = self.head.backward(grad.reshape(-1, grad.shape[-1]))
        d_states = np.zeros_like(self._shown)
        if self.every_step:
            d_states[:] = d_read.reshape(batch, steps, n).transpose(1, 2, 0)
        else:
            d_states[-1] = d_read.T
        d_sums = self._way_back(d_states).transpose(1, 0, 2).reshape(4 * n, -1)
        before = self._hidden[:-1].transpose(1, 0, 2).reshape(n, -1)
        d_gates = [self._inputs @ d_sums.T, before @ d_sums.T, d_sums.sum(axis=1)]
        self.gradients = [*d_gates, *self.head.gradients]

    def _way_back(self, d_states: NDArray) -> NDArray:
        """Return the gradients of the sums inside the gates, (T, 4n, B), from those of the states."""
        n, gates = d_states.shape[1], self._gates
        d_sums = gates * (1 - gates)
        d_sums[:, 2 * n : 3 * n] = 1 - gates[:, 2 * n : 3 * n] ** 2  # the candidate's tanh
        through = gates[:, 3 * n :] * (1 - self._shown**2)
        d_h, d_c = np.zeros_like(d_states[0]), np.zeros_like(d_states[0])
        for t in reversed(range(len(d_states))):
            i, f, g = gates[t, :n], gates[t, n : 2 * n], gates[t, 2 * n : 3 * n]
            d_h += d_states[t]
            d_c += d_h * through[t]
            parts = (d_c * g, d_c * self._memory[t], d_c * i, d_h * self._shown[t])
            for k, part in enumerate(parts):
                d_sums[t, k * n : (k + 1) * n] *= part
            d_c *= f
            np.matmul(self.recurrent_kernel, d_sums[t], out=d_h)
        return d_sums
