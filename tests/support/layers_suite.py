"""gru_lib.layers against keras.layers, on the backend of this process; test_layers.py runs it on all three.

Everything is random, biases too; only where a draw of the framework is the subject (initialisers, dropout) do
both sides draw, from the same seed.
"""

from itertools import product

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_lib.conformance.draws import draw_mask
from gru_lib.layers import GRU, GRUCell
from tests.support.gru_cases import all_cases, by_name, differences
from tests.support.keras_oracle import answer

BACKEND = keras.backend.backend()
B, T, M, N = 4, 6, 3, 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(B, T, M)).astype("float32")
H0 = RNG.normal(size=(B, N)).astype("float32")
MASK = draw_mask("holes", B, T, RNG)
CONVENTIONS = pytest.mark.parametrize("reset_after", [True, False], ids=["after", "before"])


def numpy(value):
    return keras.tree.map_structure(keras.ops.convert_to_numpy, value)


def randomise(layer):
    """Give a built layer random weights, the same for the same shapes."""
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape).astype("float32") / 2 for w in layer.get_weights()])
    return layer


def pair(use_cudnn="auto", **arguments):
    """Return Keras's layer and ours with the same arguments and the same random weights."""
    layers = [keras.layers.GRU(N, use_cudnn=use_cudnn, **arguments), GRU(N, **arguments)]
    for layer in layers:
        layer.build(X.shape)
        randomise(layer)
    return layers


def assert_same(ours, theirs, tolerance=1e-6):
    ours, theirs = (keras.tree.flatten(numpy(value)) for value in (ours, theirs))
    assert len(ours) == len(theirs)
    for mine, wanted in zip(ours, theirs, strict=True):
        assert mine.dtype == wanted.dtype
        assert mine.shape == wanted.shape
        np.testing.assert_allclose(mine.astype("float32"), wanted.astype("float32"), rtol=0, atol=tolerance)


# Each three of the five options meet in every way; JAX compiles each case longer than the others compute all of them.
@pytest.mark.parametrize("case", all_cases(np.float32)[:: 7 if BACKEND == "jax" else 3], ids=by_name)
def test_states_and_gradients_are_those_of_keras(case):
    wanted = answer(keras, case)
    assert len(wanted) == 7 - (case.bias is None) - (case.h0 is None)
    assert not differences(answer(keras, case, GRU), wanted, 2e-6)


@pytest.mark.parametrize(("a", "b", "c", "d"), product([False, True], repeat=4))
def test_every_way_through_time_is_that_of_keras(a, b, c, d):
    # Sixteen of the 256 combinations: each three of the eight options meet in all of their ways.
    names = ("reset_after", "return_sequences", "return_state", "go_backwards", "zero_output_for_mask", "use_bias")
    options = dict(zip(names, (a, b, c, d, a ^ b ^ c, a ^ b ^ d), strict=True))
    unroll, mask = a ^ c ^ d, MASK if b ^ c ^ d else None
    ours = pair(unroll=unroll, **options)[1]
    # Keras 3.15's unrolled loop errs here; drop_in_suite.py says how.
    errs = mask is not None and (options["go_backwards"] or options["zero_output_for_mask"])
    theirs = pair(unroll=unroll and not errs, **options)[0]
    assert_same(ours(X, initial_state=H0, mask=mask), theirs(X, initial_state=H0, mask=mask))


ACTIVATIONS = st.sampled_from([None, "relu", "tanh", "sigmoid", "hard_sigmoid"])
INITIALIZERS = st.sampled_from(["zeros", "glorot_normal", keras.initializers.Constant(0.5)])
REGULARIZERS = st.sampled_from([None, "l1", keras.regularizers.L1L2(0.1, 0.2)])
CONSTRAINTS = st.sampled_from([None, "non_neg", keras.constraints.MaxNorm(3)])
PARTS = ("kernel", "recurrent", "bias")
CELL = {
    "units": st.integers(1, 9),
    "activation": ACTIVATIONS,
    "recurrent_activation": ACTIVATIONS,
    "use_bias": st.booleans(),
    "dropout": st.floats(0, 1),
    "recurrent_dropout": st.floats(0, 1),
    "reset_after": st.booleans(),
    "seed": st.none() | st.integers(0, 99),
    "implementation": st.sampled_from([1, 2]),
    "trainable": st.booleans(),
    "dtype": st.sampled_from(["float32", "mixed_float16", "bfloat16"]),
    **{f"{part}_initializer": INITIALIZERS for part in PARTS},
    **{f"{part}_regularizer": REGULARIZERS for part in PARTS},
    **{f"{part}_constraint": CONSTRAINTS for part in PARTS},
}
FLAGS = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")
LAYER = CELL | {flag: st.booleans() for flag in FLAGS} | {"activity_regularizer": REGULARIZERS}


@pytest.mark.parametrize(
    ("ours", "theirs", "arguments"),
    [(GRUCell, keras.layers.GRUCell, CELL), (GRU, keras.layers.GRU, LAYER)],
    ids=["cell", "layer"],
)
@settings(max_examples=25)
@given(data=st.data())
def test_configurations_can_be_exchanged(ours, theirs, arguments, data):
    chosen = data.draw(st.fixed_dictionaries({}, optional=arguments).map(lambda given: {"units": 3} | given))
    mine, wanted = ours(**chosen, name="a"), theirs(**chosen, name="a")
    assert mine.get_config() == wanted.get_config()
    assert ours.from_config(wanted.get_config()).get_config() == wanted.get_config()
    assert theirs.from_config(mine.get_config()).get_config() == wanted.get_config()
    for name in filter(wanted.__dir__().__contains__, arguments.keys() - {"implementation"}):
        assert type(getattr(mine, name)) is type(getattr(wanted, name)), name


@pytest.mark.parametrize(("ours", "theirs"), [(GRUCell, keras.layers.GRUCell), (GRU, keras.layers.GRU)])
def test_the_arguments_stand_in_the_same_order(ours, theirs):
    import inspect

    mine, wanted = (inspect.signature(layer.__init__).parameters for layer in (ours, theirs))
    named = [name for name in mine if name != "implementation"]  # Keras takes this one out of **kwargs
    assert named == list(wanted)
    assert all(mine[name].default == wanted[name].default for name in named)


@CONVENTIONS
@pytest.mark.parametrize("use_bias", [True, False], ids=["bias", "no-bias"])
def test_fresh_weights_have_the_names_shapes_and_values_of_keras(reset_after, use_bias):
    weights = []
    for layer_class in (keras.layers.GRU, GRU):
        keras.utils.set_random_seed(3)
        keras.backend.clear_session()
        layer = layer_class(N, reset_after=reset_after, use_bias=use_bias)
        layer.build((None, None, M))
        weights.append([(w.path, numpy(w)) for w in layer.weights if "seed" not in w.path])
    assert len(weights[0]) == 2 + use_bias
    for (path, value), (wanted_path, wanted) in zip(*weights, strict=True):
        assert path == wanted_path
        np.testing.assert_array_equal(value, wanted)


@CONVENTIONS
@pytest.mark.parametrize("implementation", [2] if BACKEND == "jax" else [1, 2])
@pytest.mark.parametrize("rates", [(0.4, 0.3)] if BACKEND == "jax" else [(0.5, 0), (0, 0.5), (0.4, 0.3)], ids=str)
def test_dropout_drops_what_keras_drops(reset_after, implementation, rates):
    arguments = {"reset_after": reset_after, "implementation": implementation, "return_sequences": True, "seed": 7}
    # implementation 1 with dropout of the inputs alone: Keras 3.15 fails unless told to leave its fused path
    arguments["use_cudnn"] = "auto" if implementation == 2 else False
    theirs, ours = pair(dropout=rates[0], recurrent_dropout=rates[1], **arguments)
    plain = numpy(ours(X, training=False))
    assert_same(plain, theirs(X, training=False))
    for _ in range(2):  # a second batch, with other masks
        dropped = numpy(ours(X, training=True))
        assert np.abs(dropped - plain).max() > 0.01
        assert_same(dropped, theirs(X, training=True))
        plain = dropped


def test_state_is_kept_between_batches_until_it_is_reset():
    theirs, ours = pair(stateful=True, return_state=True)
    fresh = numpy(ours(X))
    assert_same(fresh, theirs(X))
    kept = numpy(ours(X))
    assert_same(kept, theirs(X))
    assert np.abs(kept[0] - fresh[0]).max() > 0.01
    ours.reset_state()
    assert_same(ours(X), fresh)


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
@CONVENTIONS
def test_mixed_precision(dtype, reset_after):
    theirs, ours = pair(dtype=dtype, reset_after=reset_after, return_sequences=True, return_state=True)
    assert all(w.dtype == "float32" for w in ours.weights)
    states, last = ours(X, initial_state=H0, mask=MASK)
    assert keras.backend.standardize_dtype(states.dtype) == dtype.removeprefix("mixed_")
    assert_same((states, last), theirs(X, initial_state=H0, mask=MASK), 0.04 if "b" in dtype else 0.005)


@CONVENTIONS
def test_symbolic_shapes(reset_after):
    arguments = {"return_sequences": True, "return_state": True, "reset_after": reset_after}
    inputs = keras.Input((None, M))
    outputs = GRU(N, **arguments)(inputs)
    assert [output.shape for output in outputs] == [(None, None, N), (None, N)]
    assert GRU(N, **arguments).compute_output_shape((2, 7, M)) == ((2, 7, N), (2, N))
    model = keras.Model(inputs, outputs)
    for steps in (1, 9):
        assert tuple(model(np.zeros((2, steps, M), "float32"))[0].shape) == (2, steps, N)


def model_of(gru, cell, seed=0):
    """Masking, both kinds of cell, both directions, two conventions, regularisers, constraints: all in one model."""
    keras.utils.set_random_seed(seed)
    keras.backend.clear_session()
    h = inputs = keras.Input((None, M))
    h = keras.layers.Masking(mask_value=9.0)(h)
    h = keras.layers.Bidirectional(gru(4, return_sequences=True, kernel_regularizer="l2", bias_initializer="normal"))(h)
    backwards = {"reset_after": False, "go_backwards": True, "return_sequences": True}
    h = gru(5, recurrent_constraint="unit_norm", activity_regularizer="l2", **backwards)(h)
    h = keras.layers.RNN(keras.layers.StackedRNNCells([cell(4), cell(3, use_bias=False)]))(h)
    return keras.Model(inputs, keras.layers.Dense(1)(h))


def masked_batch(seed, rows=16, steps=7):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, steps, M)).astype("float32")
    x[::3, 4:] = 9.0
    return x, rng.normal(size=(rows, 1)).astype("float32")


@pytest.fixture(scope="module")
def trained():
    """Return Keras's model and ours, trained side by side on the same batches, and the weights they began with."""
    models = [model_of(keras.layers.GRU, keras.layers.GRUCell), model_of(GRU, GRUCell)]
    before = [model.get_weights() for model in models]
    for model, jit_compile in zip(models, (BACKEND == "jax", BACKEND != "torch"), strict=True):
        model.compile(keras.optimizers.SGD(0.05), "mse", jit_compile=jit_compile)
    for step in range(15):
        for model in models:
            model.train_on_batch(*masked_batch(step))
    return *models, before


def test_a_model_trained_with_either_is_the_same_model(trained):
    theirs, ours, (began_theirs, began_ours) = trained
    assert_same(began_ours, began_theirs, 0)
    moved = max(np.abs(a - b).max() for a, b in zip(ours.get_weights(), began_ours, strict=True))
    assert moved > 0.05
    assert_same(ours.get_weights(), theirs.get_weights(), 1e-4 * moved)
    assert ours.train_on_batch(*masked_batch(99)) == pytest.approx(theirs.train_on_batch(*masked_batch(99)), abs=1e-5)


def test_models_are_saved_and_loaded(trained, tmp_path):
    _, ours, _ = trained
    ours.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_same(loaded.get_weights(), ours.get_weights(), 0)
    assert list(map(type, loaded.layers)) == list(map(type, ours.layers))
    [again], [before] = ([layer for layer in model.layers if type(layer) is GRU] for model in (loaded, ours))
    assert again.get_config() == before.get_config()


def test_saved_weights_travel_both_ways(trained, tmp_path):
    theirs, ours, _ = trained
    for source, target in (
        (theirs, model_of(GRU, GRUCell, 1)),
        (ours, model_of(keras.layers.GRU, keras.layers.GRUCell, 1)),
    ):
        source.save_weights(tmp_path / "one.weights.h5")
        target.load_weights(tmp_path / "one.weights.h5")
        assert_same(target.get_weights(), source.get_weights(), 0)


def test_stacked_cells_with_dropout():
    outputs = []
    for cell in (keras.layers.GRUCell, GRUCell):
        cells = [cell(4, dropout=0.3, seed=1), cell(N, recurrent_dropout=0.4, seed=2)]
        layer = keras.layers.RNN(cells, return_sequences=True)
        layer.build(X.shape)
        outputs.append(randomise(layer)(X, training=True))
    assert_same(outputs[1], outputs[0])


def test_a_stateful_layer_trains():
    # PyTorch's variables change in place, under the backward pass; Keras 3.15 fails there on its fast path
    weights = []
    for layer in (keras.layers.GRU(N, stateful=True, use_cudnn=False), GRU(N, stateful=True)):
        model = keras.Sequential([keras.Input(batch_shape=(B, T, M)), layer])
        randomise(model)
        model.compile(keras.optimizers.SGD(0.5), "mse", jit_compile=BACKEND == "jax")
        for _ in range(3):
            model.train_on_batch(X, H0)
        weights.append(model.get_weights())
    assert_same(weights[1], weights[0])


# Keras takes the first of two states, and the beginning of a long mask, and on JAX a state of PyTorch's shape.
MISUSES = {
    "Unrecognized keyword arguments.*no_such_argument": lambda gru: gru(N, no_such_argument=1),
    "Could not interpret activation.*no such activation": lambda gru: gru(N, activation="no such activation"),
    "expected ndim=3, found ndim=2": lambda gru: gru(N)(X[0]),
    "batch size must be static": lambda gru: gru(N, stateful=True)(keras.Input((T, M))),
    r"initial_state has shape \[\(4, 4\)\]; expected .* \(B, 5\)": lambda gru: gru(N)(X, initial_state=H0[:, :4]),
    r"initial_state has shape \[\(1, 4, 5\)\]; expected": lambda gru: gru(N)(X, initial_state=H0[None]),
    r"initial_state has shape \[\(4, 5\), \(4, 5\)\]; expected": lambda gru: gru(N)(X, initial_state=[H0, H0]),
    r"mask has shape \(4, 5\); expected \(4, 6\)": lambda gru: gru(N)(X, mask=MASK[:, :-1]),
    r"mask has shape \(4, 7\); expected \(4, 6\)": lambda gru: gru(N)(X, mask=np.ones((B, T + 1), bool)),
    "reset_after is 'no'; expected True or False": lambda gru: gru(N, reset_after="no"),
    "use_bias is None; expected True or False": lambda gru: gru(N, use_bias=None),
    **{
        f"units is {value!r}; expected an integer of at least 1": lambda gru, value=value: gru(value)
        for value in (0, -1, True, 2.5, "3", None)
    },
    **{
        f"{name} is {value}; expected a share from 0 to 1": lambda gru, name=name, value=value: gru(N, **{name: value})
        for name, value in product(("dropout", "recurrent_dropout"), (-0.1, 1.5, float("nan")))
    },
    "use_cudnn is True; expected 'auto' or False": lambda gru: gru(N, use_cudnn=True),
}


@pytest.mark.parametrize("message", MISUSES)
def test_misuse_is_refused_with_a_sentence(message):
    with pytest.raises(ValueError, match=message):
        MISUSES[message](GRU)
