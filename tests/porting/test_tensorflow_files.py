"""What TensorFlow alone can read is refused with a line of code, and that line leads to a file that is read."""

import numpy as np
import pytest

from gru_lib.porting import __main__ as command
from gru_lib.porting.check import run
from gru_lib.porting.files import load
from tests.support.porting_cases import M, N

X = np.random.default_rng(0).normal(size=(2, 6, M)).astype("float32")


@pytest.fixture
def model(require, tmp_path, monkeypatch):
    """A model of Keras 3 or 2, and its GRU's states."""
    monkeypatch.chdir(tmp_path)

    def make(package):
        keras = require(package)
        require("tensorflow")
        gru = keras.layers.GRU(N, return_sequences=True, bias_initializer="random_normal")
        made = keras.Sequential([keras.layers.Input((None, M)), gru, keras.layers.Dense(2)])
        return made, np.asarray(gru(X))

    return make


def line_in(capsys):
    """The line of code at the end of the complaint."""
    assert command.main(["model", "--to", "scratch", "-o", "gru.npz"]) == 1
    complaint = capsys.readouterr().err
    assert complaint.startswith("error: model is a SavedModel, which TensorFlow alone reads; ")
    return complaint.partition("this line writes: ")[2]


def test_a_saved_model_of_keras_2(model, capsys):
    made, states = model("tf_keras")
    made.save("model", save_format="tf")
    exec(line_in(capsys), {})
    np.testing.assert_allclose(run(load(command.Path("model.h5"))[1], "onnx", X), states, rtol=0, atol=2e-6)


def test_a_saved_model_that_was_exported(model, capsys):
    made, states = model("keras")
    made.export("model", format="tf_saved_model", verbose=False)
    exec(line_in(capsys), {})
    assert command.main(["model.npz", "--list"]) == 0
    words = capsys.readouterr().out.splitlines()[-1].partition("--from")
    assert command.main(["model.npz", *"".join(words[1:]).split(), *["--to", "scratch", "-o", "gru.npz"]]) == 0
    np.testing.assert_allclose(run(load(command.Path("gru.npz"))[1], "onnx", X), states, rtol=0, atol=2e-6)


def test_a_file_of_tensorflow_lite(model, capsys):
    made, _ = model("keras")
    import tensorflow

    made.export("saved", format="tf_saved_model", verbose=False)
    converter = tensorflow.lite.TFLiteConverter.from_saved_model("saved")
    converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS, tensorflow.lite.OpsSet.SELECT_TF_OPS]
    converter._experimental_lower_tensor_list_ops = False
    command.Path("model.tflite").write_bytes(converter.convert())
    assert command.main(["model.tflite", "--list"]) == 1
    assert "TensorFlow Lite takes it apart" in capsys.readouterr().err
