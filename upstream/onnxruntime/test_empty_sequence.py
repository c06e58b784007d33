"""The operator GRU ends the process when a sequence has no step; RNN and LSTM return no output."""

import subprocess
import sys

RUN = """
import sys
import numpy as np
from onnx import numpy_helper
from onnx.parser import parse_model
from onnxruntime import InferenceSession

name, gates = sys.argv[1], {"RNN": 1, "GRU": 3, "LSTM": 4}[sys.argv[1]]
text = '<ir_version: 8, opset_import: ["": 14]> g (float[T, 1, 3] X) => (float[T, 1, 1, 5] Y) '
model = parse_model(f"{text} {{Y = {name} <hidden_size = 5> (X, W, R)}}")
for array, columns in {"W": 3, "R": 5}.items():
    zeros = np.zeros((1, 5 * gates, columns), "float32")
    model.graph.initializer.append(numpy_helper.from_array(zeros, array))
session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
[y] = session.run(["Y"], {"X": np.zeros((0, 1, 3), "float32")})
assert y.shape == (0, 1, 1, 5), y.shape
"""


def test_no_step_has_no_output():
    ends = {name: subprocess.run([sys.executable, "-c", RUN, name]).returncode for name in ("RNN", "LSTM", "GRU")}
    assert not ends["RNN"] and not ends["LSTM"]
    if ends["GRU"]:
        raise AssertionError("the GRU has ended its process, where RNN and LSTM return")
