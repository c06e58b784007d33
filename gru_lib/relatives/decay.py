"""GRU-D: what is missing is filled in by a value that decays, and the state decays while nothing is seen.

    d_t = exp(-max(0, delta_t W_d + b_d))                        (10); one for x, number by number, and one for h
    x'_t = m_t x_t + (1 - m_t) (dx_t x_last + (1 - dx_t) x_mean) (11); x_last is the last value seen, x_mean before
    h' = dh_t * h_{t-1}                                          (12)
    r_t = sigmoid(x'_t W_r + h' U_r + m_t V_r + b_r)             (13); z_t likewise (14): the mask enters too
    g_t = tanh(x'_t W_h + (r_t * h') U_h + m_t V_h + b_h)        (15); reset before
    h_t = z_t * h' + (1 - z_t) * g_t                             (16); the paper's z is 1 - z here

Zhengping Che et al., Recurrent Neural Networks for Multivariate Time Series with Missing Values, 2018. m_t is 1 where
there is a value. delta_t is the time since the variable was last seen (2), and comes with x. The first author's program
(github.com/PeterChe1990/GRU-D) differs: it mixes with h_{t-1} in (16), feeds 1 - m_t, and takes x_mean for zero.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.relatives.relative import COMMON, RESET_BEFORE, Cell, Drawn, Mistake, Relative, same
from gru_lib.relatives.weights import Weights


@dataclass(frozen=True, eq=False)
class GRUDWeights(Weights):
    """W, U, V, b, columns z, r, h; W_d and b_d for x and for h; and x_mean."""

    kernel: Annotated[NDArray, "m 3n"]
    recurrent_kernel: Annotated[NDArray, "n 3n"]
    mask_kernel: Annotated[NDArray, "m 3n"]
    bias: Annotated[NDArray, "3n"]
    x_decay: Annotated[NDArray, "m"]
    x_decay_bias: Annotated[NDArray, "m"]
    h_decay: Annotated[NDArray, "m n"]
    h_decay_bias: Annotated[NDArray, "n"]
    x_mean: Annotated[NDArray, "m"]


class GRUD(Cell):
    """The step, part by part. Inputs: mask and delta, both (B, T, m)."""

    times = staticmethod(same)  # delta, which decays are made of
    seen = staticmethod(same)  # the mask as it enters the gates
    biases = staticmethod(same)
    after = staticmethod(same)  # the state at the end of the step
    decay = staticmethod(lambda a: np.exp(-np.maximum(0, a)))
    filler = staticmethod(lambda _x, last, decay, mean: decay * last + (1 - decay) * mean)
    before = staticmethod(lambda h, decay: (decay * h, decay * h))  # for the gates, and to be mixed with the candidate

    @staticmethod
    def last_seen(x: NDArray, mask: NDArray, mean: NDArray, _filled: Callable[..., NDArray]) -> NDArray:
        """Return for every step the last value (B, T, m) before it, the mean where there is none."""
        last = np.empty_like(x)
        now = np.broadcast_to(mean, x[:, 0].shape)
        for t in range(x.shape[1]):
            last[:, t] = now
            now = np.where(mask[:, t] > 0, x[:, t], now)
        return last

    def run(self, x: NDArray, weights: GRUDWeights, *, h0: NDArray | None = None, **inputs: NDArray) -> NDArray:
        """Add what was last seen."""
        mask, delta = inputs["mask"], self.times(inputs["delta"], inputs["mask"])

        def filled(t: int, last: NDArray) -> NDArray:
            return self.filled(x[:, t], weights, mask=mask[:, t], delta=delta[:, t], last=last)

        last = self.last_seen(x, mask, weights.x_mean, filled)
        return super().run(x, weights, h0=h0, mask=mask, delta=delta, last=last)

    def filled(self, x: NDArray, weights: GRUDWeights, *, mask: NDArray, delta: NDArray, last: NDArray) -> NDArray:
        """Return x (B, m) with what is missing filled in."""
        decay = self.decay(delta * weights.x_decay + weights.x_decay_bias)
        return np.where(mask > 0, x, self.filler(x, last, decay, weights.x_mean))

    def step(self, x: NDArray, h: NDArray, weights: GRUDWeights, **inputs: NDArray) -> NDArray:
        """Return the state (B, n) after x (B, m)."""
        w, x = weights, self.filled(x, weights, **inputs)
        h_decay = self.decay(inputs["delta"] @ w.h_decay + w.h_decay_bias)
        h, mixed = self.before(h, h_decay)
        sums = x @ w.kernel + self.seen(inputs["mask"]) @ w.mask_kernel + self.biases(w.bias)
        (x_z, x_r, x_h), (U_z, U_r, U_h) = self.split(sums), self.split(w.recurrent_kernel)
        z, r = self.gate(self.signed(x_z + h @ U_z)), self.gate(x_r + h @ U_r)
        return self.after(self.mix(z, mixed, self.candidate(x_h, r, h, lambda a: a @ U_h)), h_decay)


def _draw(rng: np.random.Generator, *, batch: int, steps: int, share: float = 0.6, m: int = 2, n: int = 3) -> Drawn:
    mask = (rng.random((batch, steps, m)) < share).astype(float)
    between = rng.uniform(0.1, 1.5, size=(batch, steps, 1))
    delta = np.zeros((batch, steps, m))
    for t in range(1, steps):  # (2): time goes on where nothing was seen at t - 1
        delta[:, t] = between[:, t] + (1 - mask[:, t - 1]) * delta[:, t - 1]
    x = rng.normal(size=(batch, steps, m))  # where the mask is 0 these numbers mean nothing
    return x, GRUDWeights.draw(rng, m=m, n=n), rng.normal(size=(batch, n)), {"mask": mask, "delta": delta}


def _later(values: NDArray, first: Any) -> NDArray:
    return np.concatenate([np.broadcast_to(first, values[:, :1].shape), values[:, :-1]], axis=1)


def _as_filled(x: NDArray, _mask: NDArray, mean: NDArray, filled: Callable[[int, NDArray], NDArray]) -> NDArray:
    last = [np.broadcast_to(mean, x[:, 0].shape)]
    for t in range(x.shape[1] - 1):
        last.append(filled(t, last[-1]))
    return np.stack(last, axis=1)


MISTAKES = (
    *COMMON,
    *RESET_BEFORE,
    Mistake("state decays after the step", {"before": lambda h, _d: (h, h), "after": lambda h, d: d * h}),
    Mistake("state does not decay", {"before": lambda h, _d: (h, h)}),
    Mistake("mixed with the state before its decay", {"before": lambda h, d: (d * h, h)}, "PeterChe1990/GRU-D"),
    Mistake("decay without max(0, .), so that it may grow", {"decay": lambda a: np.exp(-a)}),
    Mistake("decay by a sigmoid", {"decay": lambda a: GRUD.gate(-a)}),
    Mistake("decay by the time of the step before", {"times": lambda delta, _mask: _later(delta, 0)}),
    Mistake("decay by the time since the last step, seen or not", {"times": lambda d, m: d - _later((1 - m) * d, 0)}),
    Mistake("missing values taken as they stand in x", {"filler": same}),
    Mistake(
        "x decays, not x_last", {"filler": lambda x, _, d, mean: d * x + (1 - d) * mean}, "zhiyongc/GRU-D/issues/3"
    ),
    Mistake("last value taken from the step before, seen or not", {"last_seen": lambda x, _m, c, _: _later(x, c)}),
    Mistake("last value as it was filled in the step before", {"last_seen": _as_filled}, "appu313/SepsisPredictor"),
    Mistake("mean taken for zero", {"filler": lambda _x, last, d, _mean: d * last}, "caow13/BRITS/issues/8"),
    Mistake("last value and mean exchanged", {"filler": lambda _x, last, d, mean: (1 - d) * last + d * mean}),
    Mistake(
        "x_last is zero at first",
        {"last_seen": lambda x, m, c, _: GRUD.last_seen(x, m, 0 * c, _)},
        "fteufel/PyTorch-GRU-D",
    ),
    Mistake("mask does not enter the gates", {"seen": lambda mask: 0 * mask}),
    Mistake("mask inverted in the gates", {"seen": lambda mask: 1 - mask}, "PeterChe1990/GRU-D"),
    Mistake(
        "reset gate without bias", {"biases": lambda b: b * np.repeat([1, 0, 1], len(b) // 3)}, "fteufel/PyTorch-GRU-D"
    ),
)
GRU_D = Relative("gru-d", GRUD, _draw, {"nothing missing": {"share": 1.1}, "all missing": {"share": -1.0}}, MISTAKES)
