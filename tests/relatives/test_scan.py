"""The scan against what it replaces, a loop, and against one solved system; the delta rule against its dense form."""

import numpy as np
import pytest

from gru_lib.relatives import delta_rule, scan

SIZES = [1, 2, 3, 8, 13, 64, 100]


@pytest.mark.parametrize("mixes", [False, True], ids=["numbers", "matrices"])
@pytest.mark.parametrize("steps", SIZES)
def test_the_scan_gives_what_the_loop_gives(steps, mixes):
    rng = np.random.default_rng(steps)
    a = rng.uniform(-1, 1, (3, steps, 4, *[4] * mixes)) / (4 if mixes else 1)
    b, h0 = rng.normal(size=(3, steps, 4)), rng.normal(size=(3, 4))
    given = a.copy(), b.copy(), h0.copy()
    for start in (h0, None):
        h, expected = np.zeros((3, 4)) if start is None else start, []
        for t in range(steps):
            h = (np.einsum("bi,bij->bj", h, a[:, t]) if mixes else h * a[:, t]) + b[:, t]
            expected.append(h)
        np.testing.assert_allclose(scan(a, b, start), np.stack(expected, 1), rtol=0, atol=1e-13)
    assert all(np.array_equal(one, before) for one, before in zip((a, b, h0), given, strict=True))


def test_no_steps_and_float32_stay_as_they_are():
    assert scan(np.ones((2, 0, 3)), np.ones((2, 0, 3)), np.ones((2, 3))).shape == (2, 0, 3)
    single = np.ones((2, 5, 3), np.float32)
    assert scan(single, single).dtype == np.float32


@pytest.mark.parametrize(
    ("a", "b", "h0", "named"),
    [
        (np.ones((2, 5, 3)), np.ones((2, 5)), None, "b has shape"),
        (np.ones((2, 4, 3)), np.ones((2, 5, 3)), None, "a has shape"),
        (np.ones((2, 5, 3, 2)), np.ones((2, 5, 3)), None, "a has shape"),
        (np.ones((2, 5, 3)), np.ones((2, 5, 3)), np.ones((3, 3)), "h0 has shape"),
        (np.ones((2, 5, 3)), np.ones((2, 5, 3), int), None, "b has dtype"),
    ],
)
def test_a_wrong_shape_is_named(a, b, h0, named):
    with pytest.raises(ValueError, match=named):
        scan(a, b, h0)


def draw_delta(rng, steps=20, d=4, n=3):
    keys = rng.normal(size=(2, steps, d))
    keys /= np.linalg.norm(keys, axis=-1, keepdims=True)
    return keys, rng.normal(size=(2, steps, n)), rng.uniform(size=(2, steps)), rng.uniform(size=(2, steps))


def test_the_delta_rule_is_a_product_of_matrices(require):
    torch, rng = require("torch"), np.random.default_rng(0)
    keys, values, write, keep = draw_delta(rng)
    for gate, s0 in ((keep, rng.normal(size=(2, 4, 3))), (None, None)):
        k, v, beta = (torch.tensor(a) for a in (keys, values, write))
        alpha = torch.ones_like(beta) if gate is None else torch.tensor(gate)
        state = torch.zeros(2, 4, 3, dtype=torch.float64) if s0 is None else torch.tensor(s0)
        expected = []
        for t in range(20):
            outer = torch.einsum("bi,bj->bij", k[:, t], k[:, t])
            turn = alpha[:, t, None, None] * (torch.eye(4, dtype=torch.float64) - beta[:, t, None, None] * outer)
            state = turn @ state + torch.einsum("b,bi,bj->bij", beta[:, t], k[:, t], v[:, t])
            expected.append(state)
        found = delta_rule(keys, values, write, keep=gate, s0=s0)
        np.testing.assert_allclose(found, torch.stack(expected, 1).numpy(), rtol=0, atol=1e-13)


def test_the_delta_rule_does_not_change_what_it_is_given_and_names_a_wrong_shape():
    arguments = draw_delta(np.random.default_rng(1))
    before = [a.copy() for a in arguments]
    delta_rule(*arguments[:3], keep=arguments[3], s0=np.ones((2, 4, 3)))
    assert all(np.array_equal(a, b) for a, b in zip(arguments, before, strict=True))
    keys, values, write, keep = arguments
    wrong = {
        "values": (keys, values[:, :-1], write, keep, None),
        "write": (keys, values, write[:, :-1], keep, None),
        "keep": (keys, values, write, keep[:1], None),
        "s0": (keys, values, write, keep, np.ones((2, 3, 4))),
    }
    for name, (*three, gate, s0) in wrong.items():
        with pytest.raises(ValueError, match=f"^{name} has shape"):
            delta_rule(*three, keep=gate, s0=s0)
