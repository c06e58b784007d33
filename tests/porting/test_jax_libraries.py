"""Parameters of flax, equinox and haiku, against the libraries themselves."""

import numpy as np
import pytest

from gru_lib.porting import port
from gru_lib.scratch import gru_forward
from tests.support.porting_cases import M, N, draw

B, T = 3, 6


def scanned(cell, x):
    h, states = np.zeros((len(x), N), x.dtype), []
    for t in range(x.shape[1]):
        h = np.asarray(cell(h, x[:, t]))
        states.append(h)
    return np.stack(states, axis=1)


def linen(flax, params):
    cell = flax.linen.GRUCell(N)
    return lambda h, x: cell.apply({"params": params}, h, x)[0]


def nnx(flax, params):
    cell = flax.nnx.GRUCell(M, N, rngs=flax.nnx.Rngs(0))
    for name, arrays in params.items():
        for part, array in arrays.items():
            getattr(getattr(cell, name), part)[...] = array
    return lambda h, x: cell(h, x)[0]


def eqx(equinox, arrays):
    import jax

    cell = equinox.nn.GRUCell(M, N, key=jax.random.key(0))
    names = list(arrays)
    cell = equinox.tree_at(
        lambda c: [getattr(c, name) for name in names], cell, [jax.numpy.asarray(arrays[name]) for name in names]
    )
    return jax.vmap(lambda h, x: cell(x, h))


def hk(haiku, params):
    transformed = haiku.without_apply_rng(haiku.transform(lambda h, x: haiku.GRU(N)(x, h)[0]))
    return lambda h, x: transformed.apply({"gru": params}, h, x)


LIBRARIES = {
    "flax": ("flax", linen, True),
    "flax-nnx": ("flax", nnx, True),
    "equinox": ("equinox", eqx, True),
    "haiku": ("haiku", hk, False),
}


@pytest.mark.parametrize("convention", LIBRARIES)
@pytest.mark.parametrize("bias", [True, False])
def test_the_library_computes_the_same_and_gives_it_back(require, convention, bias):
    package, make, after = LIBRARIES[convention]
    library = require(package)
    if package == "flax":
        import flax.linen
        import flax.nnx  # noqa: F401
    [[gru]] = draw(reset_after=after, bias=bias, dtype=np.float32)
    if convention == "flax-nnx" and bias:
        gru.bias[1, 2 * N :] = 0
    params = port(gru, "scratch", convention, reset_after=after)
    x = np.random.default_rng(1).normal(size=(B, T, M)).astype("float32")
    expected = gru_forward(x, gru, reset_after=after)[0]
    np.testing.assert_allclose(scanned(make(library, params), x), expected, rtol=0, atol=2e-6)
    back = port(params, convention, "scratch", reset_after=after)
    np.testing.assert_allclose(gru_forward(x, back, reset_after=after)[0], expected, rtol=0, atol=2e-6)


def test_what_they_cannot_hold_is_refused():
    [[gru]] = draw()
    with pytest.raises(ValueError, match="no place for it"):
        port(gru, "scratch", "flax-nnx")
    with pytest.raises(ValueError, match="haiku's GRU has reset before only"):
        port(gru, "scratch", "haiku")
    with pytest.raises(ValueError, match="holds one GRU"):
        port([gru, draw(m=N)[0][0]], "scratch", "equinox")
    with pytest.raises(ValueError, match="params lacks"):
        port({"ir": {}}, "flax", "keras")
