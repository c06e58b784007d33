"""GRU-D: what is missing is filled in by a value that decays, and the state decays while nothing is seen.

    d_t = exp(-max(0, delta_t W_d + b_d))                        decay, one for x (W_d diagonal), one for h
    x'_t = m_t x_t + (1 - m_t) (dx_t x_last + (1 - dx_t) x_mean) m is 1 where there is a value, x_last the last one seen
    h' = dh_t * h_{t-1}
    z_t = sigmoid(x'_t W_z + h' U_z + m_t V_z + b_z)             r_t likewise: the mask enters too
    g_t = tanh(x'_t W_h + (r_t * h') U_h + m_t V_h + b_h)        reset before
    h_t = (1 - z_t) * h' + z_t * g_t                             z = 1 takes the new state

Zhengping Che et al., Recurrent Neural Networks for Multivariate Time Series with Missing Values, 2018, equations of
the section GRU-D. delta_t is the time since the variable was last seen, and comes with x; x_last is the mean until
something was seen.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, Arrays, Cell, Mistake, Relative, normal
from gru_lib.scratch import sigmoid


class GRUD(Cell):
    """Weights: W, V (m, 3n), U (n, 3n), columns z, r, h, b (3n,); W_dx, b_dx, x_mean (m,), W_dh (m, n), b_dh (n,).

    Inputs: mask and delta, both (B, T, m).
    """

    @staticmethod
    def decay(a: NDArray) -> NDArray:
        """Return a factor from 0 to 1."""
        return np.exp(-np.maximum(0, a))

    @staticmethod
    def last_seen(x: NDArray, mask: NDArray, mean: NDArray) -> NDArray:
        """Return for every step the last value (B, T, m) before it, the mean where there is none."""
        last = np.empty_like(x)
        now = np.broadcast_to(mean, x[:, 0].shape)
        for t in range(x.shape[1]):
            last[:, t] = now
            now = np.where(mask[:, t] > 0, x[:, t], now)
        return last

    @staticmethod
    def filled(x: NDArray, mask: NDArray, last: NDArray, decay: NDArray, mean: NDArray) -> NDArray:
        """Return x with what is missing filled in."""
        return np.where(mask > 0, x, decay * last + (1 - decay) * mean)

    @staticmethod
    def decayed(h: NDArray, decay: NDArray) -> NDArray:
        """Return the state before the step."""
        return decay * h

    @staticmethod
    def seen(mask: NDArray) -> NDArray:
        """Return the mask as it enters the gates."""
        return mask

    @staticmethod
    def reset(r: NDArray, h: NDArray) -> NDArray:
        """Return the state that the candidate sees."""
        return r * h

    @staticmethod
    def mix(z: NDArray, h: NDArray, g: NDArray, _decay: NDArray) -> NDArray:
        """Return the next state."""
        return (1 - z) * h + z * g

    def start(self, x: NDArray, weights: Mapping[str, NDArray]) -> NDArray:
        """Return zeros (B, n)."""
        return np.zeros((len(x), len(weights["U"])))

    def prepared(self, x: NDArray, weights: Mapping[str, NDArray], inputs: Arrays) -> tuple[NDArray, Arrays]:
        """Add to the inputs what was last seen."""
        return x, inputs | {"last": self.last_seen(x, inputs["mask"], weights["x_mean"])}

    def step(self, x: NDArray, h: NDArray, weights: Mapping[str, NDArray], **inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        w, mask, delta, n = weights, inputs["mask"], inputs["delta"], h.shape[-1]
        x = self.filled(x, mask, inputs["last"], self.decay(delta * w["W_dx"] + w["b_dx"]), w["x_mean"])
        decay = self.decay(delta @ w["W_dh"] + w["b_dh"])
        h = self.decayed(h, decay)
        sums = x @ w["W"] + self.seen(mask) @ w["V"] + w["b"]
        z, r = np.split(sigmoid(sums[:, : 2 * n] + h @ w["U"][:, : 2 * n]), 2, axis=-1)
        return self.mix(z, h, np.tanh(sums[:, 2 * n :] + self.reset(r, h) @ w["U"][:, 2 * n :]), decay)


def _draw(
    rng: np.random.Generator, *, batch: int, steps: int, share: float = 0.6
) -> tuple[NDArray, Arrays, NDArray, Arrays]:
    m, n = 2, 3
    weights = normal(rng, W=(m, 3 * n), V=(m, 3 * n), U=(n, 3 * n), b=(3 * n,), x_mean=(m,))
    weights |= normal(rng, W_dx=(m,), b_dx=(m,), W_dh=(m, n), b_dh=(n,))
    mask = (rng.random((batch, steps, m)) < share).astype(float)
    between = rng.uniform(0.1, 1.5, size=(batch, steps))
    delta = np.zeros((batch, steps, m))
    for t in range(1, steps):  # the paper's equation for delta: time goes on where nothing was seen at t - 1
        delta[:, t] = between[:, t, None] + (1 - mask[:, t - 1]) * delta[:, t - 1]
    x = rng.normal(size=(batch, steps, m))  # where the mask is 0 these numbers mean nothing
    return x, weights, rng.normal(size=(batch, n)), {"mask": mask, "delta": delta}


def _previous(x: NDArray, _mask: NDArray, mean: NDArray) -> NDArray:
    return np.concatenate([np.broadcast_to(mean, x[:, :1].shape), x[:, :-1]], axis=1)


def _zero_at_first(x: NDArray, mask: NDArray, mean: NDArray) -> NDArray:
    return GRUD.last_seen(x, mask, 0 * mean)


def _after(z: NDArray, h: NDArray, g: NDArray, decay: NDArray) -> NDArray:
    return decay * ((1 - z) * h + z * g)


def _filled_by(change: Any) -> dict[str, Any]:
    return {"filled": lambda x, mask, last, decay, mean: np.where(mask > 0, x, change(last, decay, mean))}


MISTAKES = (
    *COMMON,
    Mistake("z inverted: z = 1 keeps the past", {"mix": lambda z, h, g, _d: z * h + (1 - z) * g}),
    Mistake("state decays after the step", {"decayed": lambda h, _decay: h, "mix": _after}),
    Mistake("state does not decay", {"decayed": lambda h, _decay: h}),
    Mistake("decay without max(0, .), so that it may grow", {"decay": lambda a: np.exp(-a)}),
    Mistake("decay by a sigmoid", {"decay": lambda a: sigmoid(-a)}),
    Mistake("missing values taken as they stand in x", {"filled": lambda x, *_others: x}),
    Mistake("last value taken from the step before, seen or not", {"last_seen": _previous}),
    Mistake("mean replaced by zero", _filled_by(lambda last, decay, _mean: decay * last)),
    Mistake("zero, not the mean, before anything was seen", {"last_seen": _zero_at_first}),
    Mistake("mask does not enter the gates", {"seen": lambda mask: 0 * mask}),
    Mistake("reset gate never applied", {"reset": lambda _r, h: h}, "https://github.com/zhiyongc/GRU-D/issues/2"),
)
GRU_D = Relative("gru-d", GRUD, _draw, {"nothing missing": {"share": 1.1}, "all missing": {"share": -1.0}}, MISTAKES)
