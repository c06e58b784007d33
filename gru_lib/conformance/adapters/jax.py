"""GRUs of flax, equinox and haiku as implementations: a cell, as a class or a module, or flax's RNN around a cell.

JAX differentiates through the way from Keras's arrays to those of the library, so gradients need no way back.
"""

from typing import Any

import numpy as np

from gru_lib.conformance.adapters.jax_libraries import LIBRARIES, States
from gru_lib.conformance.implementation import CannotTestError, Implementation
from gru_lib.scratch import GRUGradients, GRUWeights

EXPECTED = "a GRUCell of flax or equinox, haiku's GRU, or flax's RNN around a GRUCell"
REASONS = {
    "use_bias": "the module has none",
    "bias_rows": "two rows of biases: the module has one, outside the reset",
    "mask": "a cell takes none",
    "go_backwards": "the module has one direction",
    "units": "the module has its own sizes and dtype",
}


def from_jax(gru: Any, dtype: str | None = None) -> list[Implementation]:
    """Return the implementation for a class or a module of flax, equinox or haiku.

    A class is built for this dtype, or for those that JAX is set to; a module has its own.
    CannotTestError: it is no GRU of theirs, or an RNN without a GRUCell.
    """
    classes = (gru if isinstance(gru, type) else type(gru)).__mro__
    known = [key for cls in classes if (key := (*cls.__module__.split(".")[:2], cls.__name__)) in LIBRARIES]
    if not known:
        raise CannotTestError(f"{classes[0].__name__} is no GRU that the kit knows; expected {EXPECTED}")
    states, fixed = LIBRARIES[known[0]](gru)
    said: dict[str, Any] = {} if dtype is None else {"dtype": dtype}
    fixed = {**{"reset_after": True, "mask": "none", "go_backwards": False}, **said, **fixed}
    reasons = {what: reason for what, reason in REASONS.items() if what in fixed}
    reasons |= {"reset before" if fixed["reset_after"] else "reset after": "the library has the other one"}
    fixed |= _precision(classes[0].__name__, fixed.get("dtype"))
    traced = _Traced(states, fixed.get("dtype"), own_loop=known[0][-1] == "RNN")
    return [Implementation(classes[0].__name__, traced.call, fixed, reasons, traced.gradients)]


def _precision(name: str, dtype: str | None) -> dict[str, str]:
    """Return what every case must have if JAX is not set to compute in float64."""
    import jax

    if jax.config.jax_enable_x64:
        return {}
    if dtype == "float64":
        raise CannotTestError(f"{name} is float64, and JAX computes in float32 unless jax_enable_x64 is set")
    return {"dtype": dtype or "float32"}


class _Traced:
    """A library's function, compiled with and without its gradients."""

    def __init__(self, states: States, dtype: str | None, *, own_loop: bool) -> None:
        import jax

        quick = _quick_to_compile()
        self.forward = jax.jit(states, compiler_options=quick)
        self.backward = jax.jit(lambda grad, *arrays: jax.vjp(states, *arrays)[1](grad), compiler_options=quick)
        self.dtype, self.own_loop = dtype, own_loop

    def run(self, compiled: Any, weights: GRUWeights, h0: Any, *sequences: np.ndarray) -> Any:
        """Return what comes back as arrays; half precision comes in float32, and goes back in it."""
        import jax

        given = [*sequences, weights.kernel, weights.recurrent_kernel, weights.bias, h0]
        found = compiled(*(a if a is None else jax.numpy.asarray(a, self.dtype or a.dtype) for a in given))
        return jax.tree.map(lambda a: np.asarray(a.astype(weights.dtype)), found)

    def call(self, x: Any, weights: GRUWeights, *, h0: Any, **_options: Any) -> np.ndarray:
        """Return the states; the library's own loop gets what came, as it came."""
        if self.own_loop:
            return self.run(self.forward, weights, h0, x)
        return self.run(self.forward, weights, _start(weights, x, h0), _longer(x))[:, : x.shape[1]]

    def gradients(self, x: Any, weights: GRUWeights, grad: Any, *, h0: Any, go_backwards: bool, **_: Any) -> Any:
        """Return what JAX finds."""
        long = _longer(x[:, ::-1])[:, ::-1] if go_backwards else _longer(x)
        found = self.run(self.backward, weights, _start(weights, x, h0), _longer(grad), long)
        d_x, d_kernel, d_recurrent, d_bias, d_h0 = found
        d_x = d_x[:, -x.shape[1] :] if go_backwards else d_x[:, : x.shape[1]]
        return GRUGradients(d_kernel, d_recurrent, d_bias, d_x, d_h0)


def _quick_to_compile() -> Any:
    """Return options of the compiler, which takes nearly all of the time; none if this one does not know them."""
    import jax

    options: Any = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
    try:
        jax.jit(lambda number: number + 1, compiler_options=options)(0)
    except Exception:  # the names are those of XLA, which promises none
        return None
    return options


def _start(weights: GRUWeights, x: np.ndarray, h0: Any) -> Any:
    return np.zeros((len(x), weights.units), x.dtype) if h0 is None else h0


def _longer(sequence: np.ndarray) -> np.ndarray:
    """Append steps, which change nothing before them: JAX compiles for each length, and takes long for it."""
    return np.pad(sequence, ((0, 0), (0, -sequence.shape[1] % 64), (0, 0)))
