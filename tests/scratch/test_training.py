"""Heads, losses, optimisers and the trainer: the same as Keras step by step, and able to learn."""

import os

import numpy as np
import pytest

from gru_lib.scratch import GRUWeights
from gru_lib.scratch.training import (
    SGD,
    Adam,
    BatchNorm,
    Dense,
    GRUModel,
    Trainer,
    mean_squared_error,
    sample,
    softmax,
    softmax_cross_entropy,
)
from gru_lib.scratch.training.trainer import print_epoch

BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
# Keras 3.15 computes in float64 on TensorFlow only; on the others it is asked for float32
DTYPE, TOLERANCE = (np.float64, 1e-11) if BACKEND == "tensorflow" else (np.float32, 1e-4)
B, T, M, N, K = 8, 5, 2, 4, 3


@pytest.fixture(scope="module")
def keras(require):
    require(BACKEND)
    keras = require("keras")
    before, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(np.dtype(DTYPE).name)
    keras.config.set_dtype_policy(np.dtype(DTYPE).name)  # Keras remembers the one of the first layer in the process
    yield keras
    keras.config.set_floatx(before)
    keras.config.set_dtype_policy(policy)


def close(actual, wanted, tolerance=TOLERANCE):
    np.testing.assert_allclose(actual, wanted, rtol=tolerance, atol=tolerance)


def make_model(seed=0, *, dtype=DTYPE, head=None, features=M, units=N, outputs=K, reset_after=True):
    rng = np.random.default_rng(seed)
    gru = GRUWeights.init(features, units, rng=rng, dtype=dtype, reset_after=reset_after)
    head = head or [BatchNorm(units, dtype=dtype), Dense(units, outputs, rng=rng, dtype=dtype)]
    return GRUModel(gru, head, reset_after=reset_after)


def draw(rng, *shape):
    return rng.normal(size=shape).astype(DTYPE)


def in_order_of_keras(model):
    """List the model's arrays in the order of Keras, which keeps the averages of the normalisation in between."""
    norm, dense = model.head
    averages = [norm.moving_mean, norm.moving_variance]
    return [*model.gru.arrays(), *norm.parameters, *averages, *dense.parameters]


def make_keras_model(keras, model):
    twin = keras.Sequential(
        [
            keras.Input((T, M)),
            keras.layers.GRU(N, reset_after=model.reset_after),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(K),
        ]
    )
    # copies: JAX may keep NumPy's memory, and would then see how our arrays are trained in place
    twin.set_weights([array.copy() for array in in_order_of_keras(model)])
    return twin


# Keras on TensorFlow rounds momentum and betas to float32, whatever the weights are: with numbers that float32
# holds exactly the two agree to the last digits, with Adam's defaults to six.
OPTIMIZERS = {
    "sgd": lambda m: m.SGD(0.1),
    "default sgd": lambda m: m.SGD(),
    "momentum": lambda m: m.SGD(0.05, momentum=0.875),
    "adam": lambda m: m.Adam(0.01, beta_1=0.875, beta_2=0.984375, epsilon=2**-20),
    "large epsilon": lambda m: m.Adam(0.02, beta_1=0.75, beta_2=0.875, epsilon=2**-6),
    "default adam": lambda m: m.Adam(),
}


class OurOptimizers:
    SGD, Adam = SGD, Adam


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_step_by_step_is_that_of_keras(keras, name):
    # One test for the whole chain: a wrong factor in any gradient, average or update would part the two models.
    rng = np.random.default_rng(7)
    loss_name, reset_after = [("cross-entropy", True), ("squares", False)][list(OPTIMIZERS).index(name) % 2]
    optimizer, tolerance = OPTIMIZERS[name], max(TOLERANCE, 1e-6) if name == "default adam" else TOLERANCE
    model, ours = make_model(reset_after=reset_after), optimizer(OurOptimizers)
    twin = make_keras_model(keras, model)
    if loss_name == "squares":
        loss, theirs = mean_squared_error, keras.losses.MeanSquaredError()
    else:
        loss, theirs = softmax_cross_entropy, keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    twin.compile(optimizer(keras.optimizers), theirs, run_eagerly=BACKEND != "jax")
    for _ in range(4):
        x, y = draw(rng, B, T, M), draw(rng, B, K) if loss_name == "squares" else rng.integers(0, K, B)
        value, gradient = loss(model.forward(x, training=True), y)
        model.backward(gradient)
        ours.update(model.parameters, model.gradients)
        close(value, twin.train_on_batch(x, y), tolerance)
        for mine, other in zip(in_order_of_keras(model), twin.get_weights(), strict=True):
            close(mine, other, tolerance)
    close(model.predict(x), twin.predict(x, verbose=0), tolerance)  # with the running averages


@pytest.mark.parametrize("limit", [0.5, 2**-6, 100.0])
def test_a_head_at_every_step_with_clipping_is_that_of_keras(keras, limit):
    rng = np.random.default_rng(12)
    model = make_model(head=[Dense(N, K, rng=rng, dtype=DTYPE)])
    model.every_step = True
    twin = keras.Sequential([keras.Input((T, M)), keras.layers.GRU(N, return_sequences=True), keras.layers.Dense(K)])
    twin.set_weights([array.copy() for array in model.parameters])
    settings = {"beta_1": 0.875, "beta_2": 0.984375, "epsilon": 2**-20, "global_clipnorm": limit}
    ours = Adam(0.01, **settings)
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    twin.compile(keras.optimizers.Adam(0.01, **settings), entropy, run_eagerly=BACKEND != "jax")
    for _ in range(4):
        x, y = draw(rng, B, T, M), rng.integers(0, K, (B, T))
        loss, gradient = softmax_cross_entropy(model.forward(x, training=True), y)
        model.backward(gradient)
        ours.update(model.parameters, model.gradients)
        close(loss, twin.train_on_batch(x, y))
        for mine, other in zip(model.parameters, twin.get_weights(), strict=True):
            close(mine, other)
    close(model.predict(x), twin.predict(x, verbose=0))


def test_what_is_written_follows_the_model(draws=4000):
    """Each symbol comes as often as the softmax of a whole forward pass says, at the temperature that is asked for."""
    rng = np.random.default_rng(13)
    model = make_model(head=[Dense(N, K, rng=rng, dtype=np.float64)], features=K, dtype=np.float64)
    model.gru.bias[:] += rng.normal(size=model.gru.bias.shape)
    for temperature in (0.25, 1.0):
        firsts = [sample(model, [2, 0, 1], 1, rng=rng, temperature=temperature)[0] for _ in range(draws)]
        wanted = softmax(model.predict(np.eye(K)[None, [2, 0, 1]])[0] / temperature)
        close(np.bincount(firsts, minlength=K) / draws, wanted, 4 / np.sqrt(draws))


def test_what_is_written_is_read_again():
    rng = np.random.default_rng(14)
    model = make_model(head=[Dense(N, K, rng=rng, dtype=np.float64)], features=K, dtype=np.float64)
    model.gru.bias[:] += 3 * rng.normal(size=model.gru.bias.shape)
    written = sample(model, [1], 30, rng=rng, temperature=1e-6)  # the likeliest, always
    read = np.concatenate([[1], written])
    model.every_step = True
    np.testing.assert_array_equal(written, model.predict(np.eye(K)[None, read[:-1]])[0].argmax(axis=-1))


@pytest.mark.parametrize(
    ("beginning", "options", "message"),
    [
        ([], {}, "beginning has shape"),
        ([0.5], {}, "beginning has shape"),
        ([[1]], {}, "beginning has shape"),
        ([0, K], {}, f"runs from 0 to {K}; expected 0 to {K - 1}"),
        ([-1], {}, "runs from -1"),
        ([0], {"temperature": 0}, "temperature is 0; expected a number above 0"),
        ([0], {"temperature": float("nan")}, "temperature is nan"),
        ([0], {"length": 0}, "length is 0"),
    ],
)
def test_what_cannot_be_gone_on_from_is_an_error(beginning, options, message):
    model = make_model(head=[Dense(N, K, rng=np.random.default_rng(0))], features=K)
    with pytest.raises(ValueError, match=message):
        sample(model, beginning, **({"length": 3, "rng": np.random.default_rng(0)} | options))


@pytest.mark.parametrize("layer", ["Dense", "BatchNormalization"])
def test_layer_and_its_gradients_are_those_of_keras(keras, layer):
    rng = np.random.default_rng(8)
    ours = Dense(N, K, rng=rng, dtype=DTYPE) if layer == "Dense" else BatchNorm(N, dtype=DTYPE)
    theirs = keras.layers.Dense(K) if layer == "Dense" else keras.layers.BatchNormalization()
    # a first layer that passes x on, and learns at rate 1: what it learns is the gradient of x, summed over rows
    shift = keras.layers.Dense(N, kernel_initializer="identity")
    twin = keras.Sequential([keras.Input((N,)), shift, theirs])
    for parameter in ours.parameters:
        parameter += draw(rng, *parameter.shape)
    theirs.set_weights([array.copy() for array in (*ours.parameters, *theirs.get_weights()[2:])])
    twin.compile(keras.optimizers.SGD(1.0), "mse", run_eagerly=BACKEND != "jax")
    for _ in range(3):
        x, before = draw(rng, B, N), [shift.get_weights(), theirs.get_weights()]
        through = x @ before[0][0] + before[0][1]
        outputs = ours.forward(through, training=True)
        y = draw(rng, *outputs.shape)
        grad_x = ours.backward(mean_squared_error(outputs, y)[1])
        twin.train_on_batch(x, y)
        kernel, bias = (old - new for old, new in zip(before[0], shift.get_weights(), strict=True))
        close(x.T @ grad_x, kernel)
        close(grad_x.sum(axis=0), bias)
        for gradient, old, new in zip(ours.gradients, before[1], theirs.get_weights(), strict=False):
            close(gradient, old - new)
        SGD(1.0).update(ours.parameters, ours.gradients)
        if layer == "BatchNormalization":
            close(ours.moving_mean, theirs.get_weights()[2])
            close(ours.moving_variance, theirs.get_weights()[3])
    close(ours.forward(x, training=False), keras.ops.convert_to_numpy(theirs(x)))


@pytest.mark.parametrize("scale", [1, 30])
def test_losses_are_those_of_keras(keras, scale):
    rng = np.random.default_rng(9)
    outputs, labels, targets = scale * draw(rng, B, K), rng.integers(0, K, B), draw(rng, B, K)
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    close(softmax_cross_entropy(outputs, labels)[0], entropy(labels, outputs))
    close(mean_squared_error(outputs, targets)[0], keras.losses.MeanSquaredError()(targets, outputs))
    close(softmax(outputs), keras.ops.convert_to_numpy(keras.ops.softmax(outputs)))


def test_dense_starts_as_in_keras():
    kernel, bias = Dense(40, 60, rng=np.random.default_rng(10)).parameters
    limit = np.sqrt(6 / 100)
    assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert np.std(kernel) == pytest.approx(limit / np.sqrt(3), rel=0.02)
    assert kernel.dtype == bias.dtype == np.float32
    assert not bias.any()


def test_losses_survive_large_scores_and_empty_batches():
    scores = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, gradient = softmax_cross_entropy(scores, np.array([0, 0]))
    assert loss == 1000
    np.testing.assert_array_equal(gradient, [[0, 0], [-0.5, 0.5]])
    assert softmax_cross_entropy(np.empty((0, 2)), np.empty(0, int))[0] == 0
    assert mean_squared_error(np.empty((0, 2)), np.empty((0, 2)))[0] == 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_float32_stays_float32(optimizer):
    model, rng = make_model(dtype=np.float32), np.random.default_rng(11)
    trainer = Trainer(model, optimizer(OurOptimizers), rng=rng, batch_size=4, on_epoch=None)
    trainer.fit(rng.normal(size=(B, T, M)).astype(np.float32), rng.integers(0, K, B), epochs=2)
    arrays = [*in_order_of_keras(model), *model.gradients, model.predict(np.zeros((1, T, M), np.float32))]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def memory_task(examples, seed):
    """Say whether the first of six numbers was positive: the last state must remember the first input."""
    x = np.random.default_rng(seed).normal(size=(examples, 6, 1))
    return x, (x[:, 0, 0] > 0).astype(int)


def mean_task(examples, seed):
    x = np.random.default_rng(seed).normal(size=(examples, 6, 1))
    return x, x.mean(axis=1)


def small_model(outputs, seed=0, dtype=np.float64):
    head = [Dense(8, outputs, rng=np.random.default_rng(seed + 1), dtype=dtype)]
    return make_model(seed, dtype=dtype, head=head, features=1, units=8)


def make_trainer(model, optimizer=None, **options):
    options = {"rng": np.random.default_rng(3), "batch_size": 20, "on_epoch": None} | options
    return Trainer(model, optimizer or Adam(0.02), **options)


def test_trainer_learns_to_remember():
    history = make_trainer(small_model(2)).fit(*memory_task(300, 1), epochs=12, validation=memory_task(300, 2))
    assert history[0]["val_accuracy"] < 0.9
    assert history[-1]["val_accuracy"] > 0.95
    assert history[-1]["loss"] < history[0]["loss"] / 3


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.03, momentum=0.9), Adam(0.02)], ids=["sgd", "momentum", "adam"])
def test_trainer_learns_a_regression(optimizer):
    trainer = make_trainer(small_model(1), optimizer, loss=mean_squared_error)
    history = trainer.fit(*mean_task(300, 1), epochs=15, validation=mean_task(300, 2))
    variance = np.var(mean_task(300, 2)[1])  # the error of always saying the mean
    assert history[-1]["val_loss"] < variance / 4
    assert "accuracy" not in history[-1]


def test_integer_targets_of_a_regression_have_no_accuracy():
    # they are counts, not classes: comparing them with argmax would report a number without meaning
    x = mean_task(30, 1)[0]
    history = make_trainer(small_model(1), loss=mean_squared_error).fit(x, np.ones((30, 1), int), epochs=1)
    assert "accuracy" not in history[0]


def test_history_has_the_figures_of_every_epoch():
    seen = []
    trainer = make_trainer(small_model(2), on_epoch=seen.append)
    history = trainer.fit(*memory_task(50, 1), epochs=3, validation=memory_task(10, 2))
    names = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    assert [list(epoch) for epoch in history] == [names] * 3
    assert [epoch["epoch"] for epoch in history] == [1, 2, 3]
    assert seen == history
    assert list(trainer.fit(*memory_task(50, 1), epochs=1)[0]) == ["epoch", "loss", "accuracy", "seconds"]
    assert trainer.fit(*memory_task(50, 1), epochs=0) == []


def test_progress_is_one_line_per_epoch(capsys):
    print_epoch({"epoch": 3, "loss": 0.25, "accuracy": 0.875})
    assert capsys.readouterr().out == "epoch  3  loss 0.2500  accuracy 0.8750\n"
    Trainer(small_model(2), SGD(), rng=np.random.default_rng(0)).fit(*memory_task(10, 1), epochs=2)
    assert capsys.readouterr().out.count("\n") == 2


def test_training_repeats_with_the_same_seed_and_only_then():
    def train(seed):
        model = small_model(2)
        history = make_trainer(model, rng=np.random.default_rng(seed)).fit(*memory_task(50, 1), epochs=2)
        return model.parameters, [epoch["loss"] for epoch in history]

    (first, losses), (again, same_losses), (other, other_losses) = train(5), train(5), train(6)
    assert losses == same_losses
    assert losses != other_losses
    for a, b, c in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)


class Still:
    """An optimiser that changes nothing."""

    def update(self, parameters, gradients):
        assert [p.shape for p in parameters] == [g.shape for g in gradients]


def test_training_figures_are_means_over_examples_not_over_batches():
    # with weights that stand still they are what evaluate() gives, also if the last batch is smaller
    x, y = memory_task(50, 1)
    trainer = make_trainer(small_model(2), Still(), batch_size=16)
    epoch, figures = trainer.fit(x, y, epochs=1)[0], trainer.evaluate(x, y)
    assert epoch["loss"] == pytest.approx(figures["loss"], rel=1e-12)
    assert epoch["accuracy"] == pytest.approx(figures["accuracy"], rel=1e-12)


def test_every_epoch_sees_every_example_once_in_a_new_order():
    batches = []

    def recording_loss(outputs, targets):
        batches.append(targets[:, 0].tolist())
        return mean_squared_error(outputs, targets)

    x = np.zeros((10, 6, 1))
    make_trainer(small_model(1), Still(), loss=recording_loss, batch_size=4).fit(x, np.arange(10.0)[:, None], epochs=2)
    assert [len(batch) for batch in batches] == [4, 4, 2] * 2
    first, second = np.concatenate(batches[:3]).tolist(), np.concatenate(batches[3:]).tolist()
    assert sorted(first) == sorted(second) == list(range(10))
    assert len({tuple(first), tuple(second), tuple(range(10))}) == 3


def test_predicting_and_evaluating_change_nothing():
    model, (x, y) = make_model(features=1, outputs=2, dtype=np.float64), memory_task(10, 1)
    before = [array.copy() for array in in_order_of_keras(model)]
    whole = model.predict(x)
    np.testing.assert_allclose(model.predict(x, batch_size=3), whole, rtol=1e-12)
    assert model.predict(x[:0]).shape == (0, 2)
    make_trainer(model).evaluate(x, y)
    for array, value in zip(in_order_of_keras(model), before, strict=True):
        np.testing.assert_array_equal(array, value)


def test_a_prediction_between_forward_and_backward_does_no_harm():
    model, (x, y) = make_model(features=1, outputs=2, dtype=np.float64), memory_task(10, 1)
    gradient = softmax_cross_entropy(model.forward(x, training=True), y)[1]
    model.backward(gradient)
    wanted = [array.copy() for array in model.gradients]
    model.forward(x, training=True)
    model.predict(x[:3] + 1)
    model.backward(gradient)
    for array, value in zip(model.gradients, wanted, strict=True):
        np.testing.assert_array_equal(array, value)


def test_masked_steps_do_not_reach_the_head():
    model, (x, _) = make_model(features=1, outputs=2, dtype=np.float64), memory_task(4, 1)
    mask = np.arange(6) < np.array([1, 2, 4, 6])[:, None]
    padded = np.where(mask[:, :, None], x, np.nan)
    for row, steps in enumerate((1, 2, 4, 6)):
        alone = model.forward(x[[row], :steps])
        np.testing.assert_allclose(model.forward(padded, mask=mask)[[row]], alone, rtol=1e-12)
