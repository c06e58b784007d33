"""A GRU taken apart into replaceable parts, so that a mistake is one part exchanged.

Every part is written on a namespace `o` of operators (NumPy's names; `keras.ops` has them too), which lets the same
mistake run in NumPy, inside a Keras layer, and as an ONNX operator.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from gru_lib.scratch import sigmoid


class NumpyOps:
    """NumPy under the names of `keras.ops`."""

    sigmoid = staticmethod(sigmoid)

    @staticmethod
    def cast(a: Any, dtype: str) -> np.ndarray:
        """Return `a` in another dtype."""
        return np.asarray(a).astype(dtype)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


NUMPY = NumpyOps()


class Arrays(NamedTuple):
    """Weights with both rows of biases, each (3n,); zeros where a GRU has none."""

    kernel: Any
    recurrent: Any
    b: Any
    c: Any


@dataclass
class Sequence:
    """What a GRU is handed: x (B, T, m), h (B, n) or None, mask (B, T) or None, and the direction."""

    x: Any
    h: Any
    mask: Any
    backwards: bool
    memory: dict = field(default_factory=dict)  # survives the call; only a mistake uses it


class Moment(NamedTuple):
    """One step: input, state before it, weights, gates, what x adds to the candidate, candidate, and mask (B, 1)."""

    x: Any
    h: Any
    w: Arrays
    after: bool
    z: Any = None
    r: Any = None
    x_h: Any = None
    g: Any = None
    real: Any = None

    def product(self, o: Any, h: Any) -> Any:
        """Return h U + c for the candidate."""
        return h @ o.split(self.w.recurrent, 3, axis=1)[2] + o.split(self.w.c, 3)[2]


def right_candidate(o: Any, s: Moment) -> Any:
    """Return the sum inside the candidate's tanh."""
    return s.x_h + (s.r * s.product(o, s.h) if s.after else s.product(o, s.r * s.h))


def turned(o: Any, q: Sequence) -> tuple[Any, Any]:
    """Return x and mask in the order of processing."""
    if not q.backwards:
        return q.x, q.mask
    return o.flip(q.x, axis=1), None if q.mask is None else o.flip(q.mask, axis=1)


@dataclass(frozen=True)
class Recipe:
    """The parts of a GRU; the defaults make the right one.

    Attributes
    ----------
    weights : (o, arrays, two_rows) -> arrays; whether there is a recurrent row of biases too
    gate, squash : (o, a) -> activation of the gates, of the candidate
    candidate : (o, moment) -> sum inside `squash`
    mix : (o, moment) -> next state
    carry : (o, real, new, h, start) -> output, state; `real` is (B, 1), or True where there is no mask
    inputs : (o, sequence) -> sequence
    order : (o, sequence) -> x and mask in the order of processing
    outputs : (o, states, sequence) -> states (B, T, n)
    """

    weights: Callable = lambda _o, w, _two_rows: w
    gate: Callable = lambda o, a: o.sigmoid(a)
    squash: Callable = lambda o, a: o.tanh(a)
    candidate: Callable = right_candidate
    mix: Callable = lambda _o, s: s.z * s.h + (1 - s.z) * s.g
    carry: Callable = lambda o, real, new, h, _start: (where(o, real, new, h),) * 2
    inputs: Callable = lambda _o, q: q
    order: Callable = turned
    outputs: Callable = lambda _o, states, _q: states

    def step(self, o: Any, x: Any, h: Any, w: Arrays, after: bool) -> tuple[Any, Moment]:
        """Return the state after one step, and what was computed on the way."""
        x_z, x_r, x_h = o.split(x @ w.kernel + w.b, 3, axis=1)
        h_z, h_r, _ = o.split(h @ w.recurrent + w.c, 3, axis=1)
        s = Moment(x, h, w, after, self.gate(o, x_z + h_z), self.gate(o, x_r + h_r), x_h)
        s = s._replace(g=self.squash(o, self.candidate(o, s)))
        return self.mix(o, s), s

    def run(
        self,
        o: Any,
        w: Arrays,
        q: Sequence,
        after: bool,
        trace: list[Moment] | None = None,
        two_rows: bool | None = None,
    ) -> Any:
        """Return the states (B, T, n); `trace` collects the moments, `two_rows` of biases is `after` by default."""
        w = self.weights(o, w, after if two_rows is None else two_rows)
        q = self.inputs(o, q)
        x, mask = self.order(o, q)
        h = start = o.zeros((o.shape(x)[0], w.recurrent.shape[0]), x.dtype) if q.h is None else q.h
        states = []
        for t in range(x.shape[1]):
            real = True if mask is None else mask[:, t, None]
            new, moment = self.step(o, x[:, t], h, w, after)
            output, h = self.carry(o, real, new, h, start)
            states.append(output)
            if trace is not None:
                trace.append(moment._replace(real=real))
        return self.outputs(o, o.stack(states, axis=1), q)


def where(o: Any, real: Any, new: Any, old: Any) -> Any:
    """Choose by a mask; True stands for no mask."""
    return new if real is True else o.where(real, new, old)


def arrays_of(weights: Any, reset_after: bool) -> Arrays:
    """Give weights in Keras's layout two rows of biases."""
    b = c = np.zeros(weights.kernel.shape[1], weights.kernel.dtype)
    if weights.bias is not None:
        b, c = weights.bias if reset_after else (weights.bias, c)
    return Arrays(weights.kernel, weights.recurrent_kernel, b, c)
