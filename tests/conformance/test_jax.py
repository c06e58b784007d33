"""The kit on the GRUs of flax, equinox and haiku: as classes, as modules, and with faults in them."""

import numpy as np
import pytest

from gru_lib.conformance import check_gru
from gru_lib.conformance.adapters import as_implementations
from gru_lib.conformance.compare import gradient_failures, state_failure
from gru_lib.conformance.draws import draw_case
from gru_lib.conformance.judge import has_gradients
from gru_lib.conformance.run_case import run_case


@pytest.fixture(scope="module")
def make(require):
    """Return a function that makes the GRU of this name: a class, or a module of 5 units for 3 features."""
    jax, _, equinox, haiku = map(require, ("jax", "flax", "equinox", "haiku"))
    from flax import linen, nnx

    key = jax.random.PRNGKey(0)
    nnx_cell = lambda: nnx.GRUCell(3, 5, rngs=nnx.Rngs(0))  # noqa: E731
    half = {"dtype": jax.numpy.bfloat16, "param_dtype": jax.numpy.bfloat16}
    makers = {
        "linen class": lambda: linen.GRUCell,
        "linen module": lambda: linen.GRUCell(5),
        "linen bfloat16": lambda: linen.GRUCell(5, **half),
        "linen RNN backwards": lambda: linen.RNN(linen.GRUCell(5), reverse=True, keep_order=True, time_major=True),
        "nnx class": lambda: nnx.GRUCell,
        "nnx module": nnx_cell,
        "nnx RNN": lambda: nnx.RNN(nnx_cell(), reverse=True),
        "equinox class": lambda: equinox.nn.GRUCell,
        "equinox without bias": lambda: equinox.nn.GRUCell(3, 5, use_bias=False, key=key),
        "haiku class": lambda: haiku.GRU,
    }
    return lambda name: makers[name]()


def problems(gru, **options):
    """Return what fails in one case, with its gradients; a whole check compiles ten times as much."""
    [part] = as_implementations(gru)
    case = draw_case(0, **({"features": 3, "units": 5} | options | part.fixed))
    failures = [state_failure(run_case(part, case))]
    if has_gradients(case):
        failures += gradient_failures(run_case(part, case, gradients=True))
    return [str(failure) for failure in failures if failure]


def test_a_class_is_tested_whole(make):
    report = check_gru(make("nnx class"))
    assert report.passed, report
    assert report.convention == "reset after, one row of biases"  # its documents speak of a second one, b_hn
    assert len({case.x.shape for case in report.cases}) > 4


CELLS = ["linen class", "linen module", "linen bfloat16", "equinox class", "equinox without bias", "haiku class"]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_passes(make, name):
    assert problems(make(name)) == []


def test_the_activations_of_a_module_are_its_own(make):
    module = make("linen module")
    import jax

    assert problems(module.clone(gate_fn=jax.nn.hard_sigmoid, activation_fn=jax.nn.relu)) == []


@pytest.mark.parametrize("name", ["linen RNN backwards", "nnx RNN"])
def test_a_loop_of_flax_passes_with_its_direction_and_its_own_start(make, name):
    gru = make(name)
    assert as_implementations(gru)[0].fixed["go_backwards"] is gru.reverse
    assert problems(gru, use_h0=False, steps=3) == []


def test_in_double_precision_where_it_is_switched_on(make, require):
    with require("jax").enable_x64(True):
        assert "dtype" not in as_implementations(make("linen class"))[0].fixed
        assert problems(make("linen class"), dtype="float64") == []


def test_a_module_keeps_its_own_weights(make):
    cell = make("nnx module")
    before = np.asarray(cell.dense_i.kernel[...])
    assert problems(cell) == []
    assert np.array_equal(before, cell.dense_i.kernel[...])


def test_faults_are_named(make, require):
    jnp = require("jax").numpy
    hard = make("linen module").clone(gate_fn=lambda a: jnp.clip(0.2 * a + 0.5, 0, 1))
    assert [mistake.id for mistake in check_gru(hard).mistakes] == ["hard-sigmoid-0.2"]

    class Late(make("equinox class")):
        def __call__(self, inputs, hidden):
            return jnp.where(hidden == 0, 0, super().__call__(inputs, hidden))

    assert problems(Late) == []
    assert "wrong from step 1" in problems(Late, use_h0=False)[0]


def test_what_is_no_gru_of_jax_is_reported(require):
    require("flax"), require("equinox")
    import equinox
    from flax import linen

    wrong = {
        "LSTMCell is no GRU that the kit knows": linen.LSTMCell(3),
        "RNN is a class; expected a module": linen.RNN,
        "RNN is around LSTMCell": linen.RNN(linen.LSTMCell(3)),
        "Linear is no GRU that the kit knows": equinox.nn.Linear,
        "reset_after came with a layer": linen.GRUCell,
    }
    for message, gru in wrong.items():
        options = {"reset_after": True} if "reset_after" in message else {}
        report = check_gru(gru, **options)
        assert not report.tested and message in str(report), report
