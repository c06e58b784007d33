"""The settings for speed: asked for where they pay, and no number depends on them."""

import keras
import numpy as np
import pytest
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

from gru_lib.book import keras_training
from gru_lib.book.keras_training import only_speed


@pytest.fixture(autouse=True)
def adapter():
    """Leave Keras's adapter of arrays as it was found."""
    original = ArrayDataAdapter.get_tf_dataset
    yield
    ArrayDataAdapter.get_tf_dataset = original


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
    before = ArrayDataAdapter.get_tf_dataset
    assert only_speed(steps=8) == {"jit_compile": jit, "steps_per_execution": steps}
    assert (ArrayDataAdapter.get_tf_dataset is before) == (backend != "tensorflow")


def trained(**settings):
    """34 steps an epoch, so that two are left over, and the last batch is not full."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(101, 5, 2)).astype("float32"), rng.normal(size=(101, 1)).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.GRU(4), keras.layers.Dense(1)])
    model.compile("adam", "mse", **settings)
    history = model.fit(x, y, batch_size=3, epochs=2, validation_data=(x, y), verbose=0).history
    return [np.array([*history["loss"], *history["val_loss"]]), *model.get_weights()]


def test_no_number_changes():
    plain = trained()
    for fast, array in zip(trained(**only_speed()), plain, strict=True):
        np.testing.assert_allclose(fast, array, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow tunes its pipelines")
def test_the_pipeline_is_not_tuned():
    def dataset():
        return ArrayDataAdapter(np.zeros((8, 2)), batch_size=4, shuffle=True).get_tf_dataset()

    assert dataset().options().autotune.enabled is not False
    only_speed()
    only_speed()  # the second call wraps nothing again
    assert dataset().options().autotune.enabled is False
    assert not hasattr(ArrayDataAdapter.get_tf_dataset.__wrapped__, "__wrapped__")
