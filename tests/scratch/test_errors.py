"""Every bad argument raises ValueError that names the argument, what came, and what was expected."""

import numpy as np
import pytest

from gru_lib.scratch import (
    GRUWeights,
    gru_backward,
    gru_backward_plain,
    gru_forward,
    gru_forward_plain,
    gru_step,
    parameter_count,
)
from gru_lib.scratch.training import SGD, BatchNorm, Dense, GRUModel, Trainer, mean_squared_error, softmax_cross_entropy

B, T, M, N = 4, 5, 2, 3
DTYPE_EXPECTED = "expected float32 or float64"


def ones(*shape, dtype=np.float64):
    return np.ones(shape, dtype)


def spoiled(*shape, value):
    array = ones(*shape)
    array.flat[-1] = value
    return array


KERNEL, RECURRENT_KERNEL, BIAS = ones(M, 3 * N), ones(N, 3 * N), ones(2, 3 * N)
X, H = ones(B, T, M), ones(B, N)


def weights(kernel=KERNEL, recurrent_kernel=RECURRENT_KERNEL, bias=BIAS):
    return GRUWeights(kernel, recurrent_kernel, bias)


def step(x_t=X[:, 0], h=H, **options):
    return gru_step(x_t, h, weights(), **options)


def forward(x=X, **options):
    return gru_forward(x, weights(), **options)


def forward_plain(x=X, **options):
    return gru_forward_plain(x, weights(), **options)


def backward(grad_hidden_states):
    return gru_backward(grad_hidden_states, forward()[1])


def init(input_size=M, units=N, **options):
    return GRUWeights.init(input_size, units, rng=np.random.default_rng(0), **options)


def count(input_size=M, units=N, **options):
    return parameter_count(input_size, units, **options)


LABELS, VALUES = np.arange(B) % N, ones(B, 1)


def entropy(logits=H, labels=LABELS):
    return softmax_cross_entropy(logits, labels)


def squares(predictions=VALUES, targets=VALUES):
    return mean_squared_error(predictions, targets)


def model(reset_after=True, **arrays):
    return GRUModel(weights(**arrays), [], reset_after=reset_after)


def trainer(batch_size):
    return Trainer(model(), SGD(), rng=np.random.default_rng(0), batch_size=batch_size)


# function, the argument to spoil, its value, what the message says came, what it says was expected
ARRAYS = [
    (weights, "kernel", ones(M), "(2,)", "expected 2 axes"),
    (weights, "kernel", ones(M, 8), "(2, 8)", "expected (2, 9)"),
    (weights, "kernel", ones(3 * N, M), "(9, 2)", "expected (9, 9)"),
    (weights, "kernel", ones(0, 3 * N), "(0, 9)", "expected at least one input feature"),
    (weights, "kernel", spoiled(M, 3 * N, value=np.nan), "1 values that are NaN", "expected finite numbers"),
    (weights, "kernel", spoiled(M, 3 * N, value=np.inf), "1 values that are NaN", "expected finite numbers"),
    (weights, "recurrent_kernel", ones(N, 3 * N, 1), "(3, 9, 1)", "expected 2 axes"),
    (weights, "recurrent_kernel", ones(N, 8), "(3, 8)", "expected (3, 9)"),
    (weights, "recurrent_kernel", ones(3 * N, N), "(9, 3)", "expected (9, 27)"),
    (weights, "recurrent_kernel", spoiled(N, 3 * N, value=-np.inf), "1 values that are NaN", "expected finite numbers"),
    (weights, "recurrent_kernel", ones(N, 3 * N, dtype=np.float32), "float32", "expected float64, as the weights"),
    (weights, "bias", ones(3 * N, 2), "(9, 2)", "expected (2, 9) with reset after, (9,) with reset before"),
    (weights, "bias", ones(3, 3 * N), "(3, 9)", "expected (2, 9) with reset after, (9,) with reset before"),
    (weights, "bias", ones(8), "(8,)", "expected (2, 9) with reset after, (9,) with reset before"),
    (weights, "bias", ones(1, 2, 3 * N), "(1, 2, 9)", "expected 2 axes"),
    (weights, "bias", np.float64(1), "()", "expected 2 axes"),
    (weights, "bias", spoiled(2, 3 * N, value=np.nan), "1 values that are NaN", "expected finite numbers"),
    (weights, "bias", ones(2, 3 * N, dtype=np.float32), "float32", "expected float64, as the weights"),
    (step, "x_t", ones(M), "(2,)", "expected 2 axes"),
    (step, "x_t", ones(B, N), "(4, 3)", "expected (4, 2)"),
    (step, "x_t", ones(B, M, dtype=np.float32), "float32", "expected float64, as the weights"),
    (step, "h", ones(N), "(3,)", "expected 2 axes"),
    (step, "h", ones(B, M), "(4, 2)", "expected (4, 3)"),
    (step, "h", ones(1, N), "(1, 3)", "expected (4, 3)"),  # would broadcast
    (step, "h", ones(B, N, dtype=np.float32), "float32", "expected float64, as the weights"),
    (forward, "x", ones(B, T), "(4, 5)", "expected 3 axes"),
    (forward, "x", ones(B, T, N), "(4, 5, 3)", "expected (4, 5, 2)"),
    (forward, "x", ones(B, T, 1), "(4, 5, 1)", "expected (4, 5, 2)"),  # would broadcast
    (forward, "x", ones(B, T, M, dtype=np.float32), "float32", "expected float64, as the weights"),
    (forward, "h0", ones(N), "(3,)", "expected 2 axes"),
    (forward, "h0", ones(N, B), "(3, 4)", "expected (4, 3)"),
    (forward, "h0", ones(1, N), "(1, 3)", "expected (4, 3)"),  # would broadcast
    (forward, "h0", ones(B, N, dtype=np.float32), "float32", "expected float64, as the weights"),
    (forward, "mask", ones(B, T), "float64", "expected bool"),
    (forward, "mask", np.ones((B, T), int), "int64", "expected bool"),
    (forward, "mask", ones(T, B, dtype=bool), "(5, 4)", "expected (4, 5)"),
    (forward, "mask", ones(B, 1, dtype=bool), "(4, 1)", "expected (4, 5)"),  # would broadcast
    (forward, "mask", ones(T, dtype=bool), "(5,)", "expected (4, 5)"),
    (forward, "mask", ones(B, T, 1, dtype=bool), "(4, 5, 1)", "expected (4, 5)"),
    (forward, "mask", True, "()", "expected (4, 5)"),
    (backward, "grad_hidden_states", ones(B, N), "(4, 3)", "expected 3 axes"),
    (backward, "grad_hidden_states", ones(T, B, N), "(5, 4, 3)", "expected (4, 5, 3)"),
    (backward, "grad_hidden_states", ones(B, 1, N), "(4, 1, 3)", "expected (4, 5, 3)"),
    (backward, "grad_hidden_states", ones(B, T, N, dtype=np.float32), "float32", "expected float64, as the weights"),
    (entropy, "logits", ones(B), "(4,)", "expected 2 axes"),
    (entropy, "labels", np.zeros((B, 1), int), "(4, 1)", "expected (4,)"),
    (entropy, "labels", np.zeros(B - 1, int), "(3,)", "expected (4,)"),
    (entropy, "labels", ones(B), "float64", "expected integers"),
    (entropy, "labels", ones(B, dtype=bool), "bool", "expected integers"),
    (entropy, "labels", np.array([0, 1, 2, 3]), "0 to 3", "expected 0 to 2"),
    (entropy, "labels", np.array([0, 1, 2, -1]), "-1 to 2", "expected 0 to 2"),  # NumPy would count from the end
    (squares, "predictions", ones(B), "(4,)", "expected 2 axes"),
    (squares, "targets", ones(B), "(4,)", "expected (4, 1)"),  # would broadcast to (4, 4)
    (squares, "targets", ones(1, 1), "(1, 1)", "expected (4, 1)"),
    (squares, "targets", ones(B, 2), "(4, 2)", "expected (4, 1)"),
]

# the same four for every argument that must hold floating-point numbers
FLOATS = {
    (weights, "kernel"): (M, 3 * N),
    (weights, "recurrent_kernel"): (N, 3 * N),
    (weights, "bias"): (2, 3 * N),
    (step, "x_t"): (B, M),
    (step, "h"): (B, N),
    (forward, "x"): (B, T, M),
    (forward, "h0"): (B, N),
    (backward, "grad_hidden_states"): (B, T, N),
    (entropy, "logits"): (B, N),
    (squares, "predictions"): (B, 1),
}
ARRAYS += [
    (function, name, ones(*shape, dtype=dtype), np.dtype(dtype).name, DTYPE_EXPECTED)
    for (function, name), shape in FLOATS.items()
    for dtype in (np.int64, np.float16, np.complex128, object)
]

ARRAYS += [
    (function, name, value, repr(value), "expected an integer of at least 1")
    for function, name in (
        *((function, name) for function in (init, count) for name in ("input_size", "units")),
        (trainer, "batch_size"),
    )
    for value in (0, -1, True, 2.5, "3", None)
]

CONVENTIONS = [
    (lambda: gru_step(X[:, 0], H, weights(), reset_after=False), "(2, 9)", "(9,)"),
    (lambda: gru_forward(X, weights(), reset_after=False), "(2, 9)", "(9,)"),
    (lambda: model(reset_after=False), "(2, 9)", "(9,)"),
    (lambda: gru_step(X[:, 0], H, weights(bias=ones(9))), "(9,)", "(2, 9)"),
    (lambda: gru_forward(X, weights(bias=ones(9))), "(9,)", "(2, 9)"),
    (lambda: model(bias=ones(9)), "(9,)", "(2, 9)"),
]


def name_row(row):
    function, name, value, came, _ = row
    return f"{function.__name__}-{name}-{came}-{getattr(value, 'dtype', '')}"


@pytest.mark.parametrize(("function", "name", "value", "came", "expected"), ARRAYS, ids=map(name_row, ARRAYS))
def test_bad_argument(function, name, value, came, expected):
    with pytest.raises(ValueError, match=f"^{name} ") as error:
        function(**{name: value})
    assert came in str(error.value)
    assert expected in str(error.value)


MASKABLE = FLOATS | {
    (forward, "mask"): (B, T),
    (entropy, "labels"): (B,),
    (squares, "targets"): (B, 1),
}


@pytest.mark.parametrize(("function", "name"), MASKABLE)
def test_a_masked_array_does_not_lose_its_mask_in_silence(function, name):
    with pytest.raises(TypeError, match=f"^{name} is a masked array; expected a plain one"):
        function(**{name: np.ma.masked_array(ones(*MASKABLE[function, name]))})


FLAGS = {
    "reset_after": [step, forward, forward_plain, init, count, lambda reset_after: model(reset_after=reset_after)],
    "go_backwards": [forward, forward_plain],
    "use_bias": [init, count],
}


@pytest.mark.parametrize("value", ["no", 1, None])
@pytest.mark.parametrize(("name", "function"), [(name, function) for name in FLAGS for function in FLAGS[name]])
def test_a_flag_is_true_or_false(name, function, value):
    with pytest.raises(ValueError, match=f"^{name} is {value!r}; expected True or False$"):
        function(**{name: value})


@pytest.mark.parametrize("function", [gru_step, gru_forward, gru_forward_plain, GRUModel])
def test_weights_of_another_type(function):
    value = [KERNEL, RECURRENT_KERNEL, BIAS]
    arguments = {gru_step: (X[:, 0], H, value), GRUModel: (value, [])}.get(function, (X, value))
    with pytest.raises(TypeError, match=r"^(weights|gru) is a list; expected a GRUWeights$"):
        function(*arguments)


@pytest.mark.parametrize("backward", [gru_backward, gru_backward_plain])
def test_cache_of_another_type(backward):
    with pytest.raises(TypeError, match=r"^cache is a tuple; expected a GRUCache$"):
        backward(ones(B, T, N), forward())


@pytest.mark.parametrize(("call", "came", "expected"), CONVENTIONS)
def test_bias_of_the_other_convention(call, came, expected):
    with pytest.raises(ValueError, match=r"^bias has shape ") as error:
        call()
    assert f"{came}; expected {expected} (reset_after=" in str(error.value)


@pytest.mark.parametrize("dtype", [np.float16, np.int32, complex])
def test_bad_dtype_of_init(dtype):
    with pytest.raises(ValueError, match=f"^dtype is {np.dtype(dtype).name}; {DTYPE_EXPECTED}"):
        init(dtype=dtype)


def test_no_units():
    # recurrent_kernel decides n, so that kernel cannot be right either: the message names both
    with pytest.raises(ValueError, match=r"recurrent_kernel \(0, 0\); expected at least .* one unit"):
        weights(recurrent_kernel=ones(0, 0))


def test_model_needs_a_step():
    with pytest.raises(ValueError, match=r"^x has shape \(4, 0, 2\); expected at least one step"):
        model().forward(ones(B, 0, M))


def test_model_backward_needs_a_training_forward():
    some = model()
    some.forward(X)  # for prediction: leaves nothing to go back through
    with pytest.raises(ValueError, match=r"^backward was called before forward\(\.\.\., training=True\)"):
        some.backward(H)


@pytest.mark.parametrize(("examples", "labels"), [(3, 2), (2, 3), (0, 0)])
def test_trainer_needs_as_many_targets_as_examples(examples, labels):
    with pytest.raises(
        ValueError, match=f"^x has {examples} examples and y {labels}; expected the same number, at least 1"
    ):
        trainer(2).fit(ones(examples, T, M), np.zeros(labels, int), epochs=1)


def test_trainer_stops_at_nan_and_leaves_the_weights_alone():
    rng = np.random.default_rng(0)
    some = GRUModel(init(dtype=np.float64), [Dense(N, 2, rng=rng, dtype=np.float64)])
    before = [parameter.copy() for parameter in some.parameters]
    trainer = Trainer(some, SGD(), rng=rng, on_epoch=None)
    with pytest.raises(ValueError, match=r"^the loss became nan; try a smaller learning rate"):
        trainer.fit(spoiled(B, T, M, value=np.nan), np.zeros(B, int), epochs=1)
    for parameter, value in zip(some.parameters, before, strict=True):
        np.testing.assert_array_equal(parameter, value)


def test_what_is_no_error():
    # NumPy's integers are sizes, small unsigned labels are labels (MNIST's are), nested lists are arrays
    assert parameter_count(np.int64(28), np.uint8(64)) == 18048
    assert entropy(labels=np.array([0, 1, 2, 0], np.uint8))[0] == pytest.approx(np.log(3))
    assert forward(x=X.tolist())[0].shape == (B, T, N)
    assert squares(targets=np.ones((B, 1), int))[0] == 0
    assert init(use_bias=False).bias is None


@pytest.mark.parametrize("size", [0, -1, True, 2.5])
def test_sizes_of_head_layers(size):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"input_size is .* expected an integer of at least 1"):
        Dense(size, 3, rng=rng)
    with pytest.raises(ValueError, match=r"units is .* expected an integer of at least 1"):
        Dense(3, size, rng=rng)
    with pytest.raises(ValueError, match=r"units is .* expected an integer of at least 1"):
        BatchNorm(size)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("layer", [Dense(4, 3, rng=np.random.default_rng(0)), BatchNorm(4)])
def test_input_of_head_layers(layer, training):
    """A (B, 1) input would broadcast through batch normalisation without a word."""
    with pytest.raises(ValueError, match=r"x has shape \(2, 1\); expected \(2, 4\)"):
        layer.forward(np.zeros((2, 1), np.float32), training=training)
