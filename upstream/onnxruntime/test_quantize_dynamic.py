"""`quantize_dynamic` leaves a GRU in float32, and says nothing."""

import logging

import numpy as np
from onnx import numpy_helper
from onnx.parser import parse_model
from onnxruntime.quantization import quantize_dynamic

MODEL = """<ir_version: 10, opset_import: ["": 14]>
g (float[5, 1, 3] X) => (float[5, 1, 1, 64] Y) {Y = GRU <hidden_size = 64> (X, W, R)}"""


def test_what_stays_in_float32_is_said(tmp_path, caplog):
    model = parse_model(MODEL)
    rng = np.random.default_rng(0)
    for name, columns in {"W": 3, "R": 64}.items():
        array = rng.normal(size=(1, 192, columns)).astype("float32")
        model.graph.initializer.append(numpy_helper.from_array(array, name))
    with caplog.at_level(logging.INFO):
        quantize_dynamic(model, tmp_path / "quantized.onnx")
    share = (tmp_path / "quantized.onnx").stat().st_size / model.ByteSize()
    assert share < 0.5 or "GRU" in caplog.text, f"{share:.0%} of the bytes are left, and no word about it"
