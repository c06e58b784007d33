"""What flax (linen and nnx), equinox and haiku compute with Keras's arrays, written so that JAX can trace it.

Read in flax 0.12.8, equinox 0.13.8 and dm-haiku 0.0.17. Their columns or blocks are r, z, n except for haiku's z, r, a.
linen and equinox have one bias for each gate and two for the candidate; nnx has one row, outside the reset
(its documents speak of two); haiku resets before, and its z overwrites.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from gru_lib.conformance.implementation import CannotTestError

# (x, kernel, recurrent_kernel, bias or None, h0 or None) -> states (B, T, n) in the order of processing
States = Callable[..., Any]
Library = tuple[States, dict[str, Any]]  # and what every case must have


def _scan(step: Callable[[Any, Any], Any], x: Any, h0: Any, units: int) -> Any:
    """Return the states of a step, (h, x_t) -> next h."""
    import jax

    def body(h: Any, x_t: Any) -> tuple[Any, Any]:
        h = step(h, x_t)
        return h, h

    start = jax.numpy.zeros((len(x), units), x.dtype) if h0 is None else h0
    return jax.lax.scan(body, start, x.swapaxes(0, 1))[1].swapaxes(0, 1)


def _rzn(array: Any) -> Any:
    """Return the columns z, r, h in the order r, z, h."""
    from jax import numpy as jnp

    z, r, h = jnp.split(array, 3, -1)
    return jnp.concatenate([r, z, h], -1)


def _folded(bias: Any, kernel: Any) -> tuple[Any, Any]:
    """Return one bias for z, r and h, and the candidate's second one."""
    from jax import numpy as jnp

    b, c = jnp.zeros((2, kernel.shape[1]), kernel.dtype) if bias is None else bias
    gates = 2 * len(b) // 3
    return b + c.at[gates:].set(0), c[gates:]


def _linen_tree(kernel: Any, recurrent: Any, bias: Any) -> dict[str, Any]:
    from jax import numpy as jnp

    one, c_h = _folded(bias, kernel)
    tree: dict[str, Any] = {}
    for gate, W, U, b in zip("zrn", *(jnp.split(a, 3, -1) for a in (kernel, recurrent, one)), strict=True):
        tree |= {f"i{gate}": {"kernel": W, "bias": b}, f"h{gate}": {"kernel": U}}
    tree["hn"]["bias"] = c_h
    return tree


def _own(cell: Any, **sizes: str) -> dict[str, Any]:
    """Return sizes, by the names of their attributes, dtype and unusual activations of a flax module."""
    import jax

    if isinstance(cell, type):
        return {}
    found = {size: getattr(cell, attribute) for size, attribute in sizes.items()}
    found |= {"gates": "hard_sigmoid_6"} if cell.gate_fn is jax.nn.hard_sigmoid else {}
    found |= {"candidate": "relu"} if cell.activation_fn is jax.nn.relu else {}
    return found | {"dtype": np.dtype(cell.dtype or cell.param_dtype).name}


def _linen(gru: Any) -> Library:
    def states(x: Any, kernel: Any, recurrent: Any, bias: Any, h0: Any) -> Any:
        cell = gru(len(recurrent), param_dtype=x.dtype) if isinstance(gru, type) else gru
        params = {"params": _linen_tree(kernel, recurrent, bias)}
        return _scan(lambda h, x_t: cell.apply(params, h, x_t)[0], x, h0, len(recurrent))

    return states, _own(gru, units="features")


def _linen_rnn(gru: Any) -> Library:
    fixed = _linen(_cell_of(gru, "linen"))[1]

    def states(x: Any, kernel: Any, recurrent: Any, bias: Any, h0: Any) -> Any:
        params = {"params": {"cell": _linen_tree(kernel, recurrent, bias)}}
        return _in_order(gru, lambda x: gru.apply(params, x, initial_carry=h0, return_carry=True)[1], x)

    return states, fixed | {"go_backwards": gru.reverse}


def _nnx_filled(cell: Any, kernel: Any, recurrent: Any, bias: Any) -> None:
    cell.dense_i.kernel[...], cell.dense_h.kernel[...] = _rzn(kernel), _rzn(recurrent)
    cell.dense_i.bias[...] = np.zeros(kernel.shape[1], kernel.dtype) if bias is None else _rzn(bias)


def _nnx(gru: Any) -> Library:
    def states(x: Any, kernel: Any, recurrent: Any, bias: Any, h0: Any) -> Any:
        from flax import nnx

        m, n = len(kernel), len(recurrent)
        cell = gru(m, n, param_dtype=x.dtype, rngs=nnx.Rngs(0)) if isinstance(gru, type) else nnx.clone(gru)
        _nnx_filled(cell, kernel, recurrent, bias)
        return _scan(lambda h, x_t: cell(h, x_t)[0], x, h0, n)

    return states, {"bias_rows": 1} | _own(gru, features="in_features", units="hidden_features")


def _nnx_rnn(gru: Any) -> Library:
    fixed = _nnx(_cell_of(gru, "nnx"))[1]

    def states(x: Any, kernel: Any, recurrent: Any, bias: Any, h0: Any) -> Any:
        from flax import nnx

        rnn = nnx.clone(gru)
        _nnx_filled(rnn.cell, kernel, recurrent, bias)
        return _in_order(rnn, lambda x: rnn(x, initial_carry=h0, return_carry=True)[1], x)

    return states, fixed | {"go_backwards": gru.reverse}


def _cell_of(rnn: Any, api: str) -> Any:
    """Return the GRUCell inside flax's RNN."""
    cell = None if isinstance(rnn, type) else rnn.cell
    if not any(
        (*cls.__module__.split(".")[:2], cls.__name__) == ("flax", api, "GRUCell") for cls in type(cell).__mro__
    ):
        what = "a class" if cell is None else f"around {type(cell).__name__}"
        raise CannotTestError(f"RNN is {what}; expected a module, RNN around a GRUCell")
    return cell


def _in_order(rnn: Any, run: Callable[[Any], Any], x: Any) -> Any:
    """Run flax's RNN with the axes and the order that it has."""
    states = run(x.swapaxes(0, 1)).swapaxes(0, 1) if rnn.time_major else run(x)
    return states[:, ::-1] if rnn.reverse and rnn.keep_order else states


def _equinox(gru: Any) -> Library:
    def states(x: Any, kernel: Any, recurrent: Any, bias: Any, h0: Any) -> Any:
        import equinox
        import jax

        m, n = len(kernel), len(recurrent)
        key = jax.random.PRNGKey(0)
        own = gru(m, n, bias is not None, x.dtype, key=key) if isinstance(gru, type) else gru
        one, c_h = _folded(bias, kernel)
        arrays = [_rzn(kernel).T, _rzn(recurrent).T, *([_rzn(one), c_h] if own.use_bias else [])]
        cell = equinox.tree_at(lambda c: [c.weight_ih, c.weight_hh, c.bias, c.bias_n][: len(arrays)], own, arrays)
        return _scan(lambda h, x_t: jax.vmap(cell)(x_t, h), x, h0, n)

    if isinstance(gru, type):
        return states, {}
    fixed = {"features": gru.input_size, "units": gru.hidden_size, "dtype": gru.weight_ih.dtype.name}
    return states, fixed | ({} if gru.use_bias else {"use_bias": False})


def _haiku(gru: Any) -> Library:
    def states(x: Any, kernel: Any, recurrent: Any, bias: Any, h0: Any) -> Any:
        import haiku
        from jax import eval_shape, random
        from jax import numpy as jnp

        n = len(recurrent)
        step = haiku.without_apply_rng(haiku.transform(lambda x_t, h: gru(n)(x_t, h)[1]))
        [name] = eval_shape(step.init, random.PRNGKey(0), x[:, 0], x[:, 0, :1].repeat(n, 1))
        z = jnp.repeat(jnp.array([-1, 1, 1], x.dtype), n)  # 1 - z is the sigmoid of the negative sum
        bias = jnp.zeros(3 * n, x.dtype) if bias is None else bias
        params = {name: {"w_i": kernel * z, "w_h": recurrent * z, "b": bias * z}}
        return _scan(lambda h, x_t: step.apply(params, x_t, h), x, h0, n)

    return states, {"reset_after": False}


LIBRARIES: dict[tuple[str, ...], Callable[[Any], Library]] = {
    ("flax", "linen", "GRUCell"): _linen,
    ("flax", "linen", "RNN"): _linen_rnn,
    ("flax", "nnx", "GRUCell"): _nnx,
    ("flax", "nnx", "RNN"): _nnx_rnn,
    ("equinox", "nn", "GRUCell"): _equinox,
    ("haiku", "_src", "GRU"): _haiku,
}
