"""What changes the speed of a training: asked for where it pays, put back afterwards, and no number depends on it."""

import keras
import numpy as np
import pytest

from gru_lib.book import keras_training
from gru_lib.book.keras_training import jit_compile, restart, steps_per_execution, untuned_pipelines


@pytest.mark.parametrize(
    ("backend", "device", "jit", "steps"),
    [
        ("tensorflow", "cpu", True, 8),
        ("tensorflow", "a-gpu", "auto", 8),
        ("jax", "cpu", "auto", 8),
        ("torch", "cpu", "auto", 1),
    ],
)
def test_what_is_asked_for(monkeypatch, backend, device, jit, steps):
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    monkeypatch.setattr(keras_training, "device", lambda: device)
    assert (jit_compile(), steps_per_execution(8)) == (jit, steps)


def new_model(seed, **settings):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.GRU(4), keras.layers.Dense(1)])
    model.compile("adam", "mse", **settings)
    return model


def fitted(model, **options):
    """34 steps an epoch, so that two are left over, and the last batch is not full."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(101, 5, 2)).astype("float32"), rng.normal(size=(101, 1)).astype("float32")
    history = model.fit(x, y, batch_size=3, epochs=2, validation_data=(x, y), verbose=0, **options).history
    return [np.array([*history["loss"], *history["val_loss"]]), *model.get_weights()]


def test_no_number_changes():
    plain = fitted(new_model(0))
    with untuned_pipelines():
        fast = fitted(new_model(0, jit_compile=jit_compile(), steps_per_execution=steps_per_execution()))
    for found, expected in zip(fast, plain, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_a_model_that_restarts_learns_as_a_new_one():
    expected = fitted(new_model(1), shuffle=False)
    start, used = new_model(1).get_weights(), new_model(0)
    fitted(used)
    restart(used, start)
    for found, array in zip(fitted(used, shuffle=False), expected, strict=True):
        np.testing.assert_allclose(found, array, rtol=1e-6, atol=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow tunes its pipelines")
def test_pipelines_are_tuned_again_afterwards():
    from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

    def tuned():
        dataset = ArrayDataAdapter(np.zeros((8, 2)), batch_size=4, shuffle=True).get_tf_dataset()
        return dataset.options().autotune.enabled is not False

    def interrupted():
        with untuned_pipelines():
            raise KeyboardInterrupt

    assert tuned()
    with untuned_pipelines(), untuned_pipelines():
        assert not tuned()
    assert tuned()
    assert not untuned_pipelines()(tuned)(), "a decorator too"
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert tuned(), "also after an interruption"
