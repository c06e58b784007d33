"""Models of TensorFlow.js: written by it, or by its converter, and what it computes with them (see tfjs/README.md)."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from gru_lib.porting import __main__ as command
from gru_lib.porting.check import run
from gru_lib.porting.files import inventory, load

FOLDER = Path(__file__).parent / "tfjs"
STATES = json.loads((FOLDER / "states.json").read_text())
X = np.array(STATES["x"], np.float32)
OWN = {"hard": None, "both": "hard", "cell": "both", "inner/within": "cell", "cells": "inner/within"}  # what each reads
CONVERTED = {"low": None, "both": "low"}
CASES = [("own", *pair) for pair in OWN.items()]
CASES += [(dtype, *pair) for dtype in ("uint8", "uint16", "float16") for pair in CONVERTED.items()]


def states(folder, name):
    """What TensorFlow.js computed; without a name the input."""
    return X if name is None else np.array(STATES[folder][name.split("/")[0]], np.float32).reshape(*X.shape[:2], -1)


@pytest.mark.parametrize(("folder", "name", "below"), CASES)
def test_a_model_computes_what_tensorflow_js_does(require, folder, name, below):
    require("onnxruntime")
    convention, stack = load(FOLDER / folder / "model.json", layers=[name])
    assert convention == "keras" and not stack.reset_after
    np.testing.assert_allclose(run(stack, "onnx", states(folder, below)), states(folder, name), rtol=0, atol=1e-6)


def test_layers_are_stacked_and_the_check_runs_them(require, tmp_path, capsys):
    require("keras")
    words = [str(FOLDER / "own" / "model.json"), "--layer", "hard", "--to", "onnx", "-o", str(tmp_path / "gru.onnx")]
    assert command.main([*words, "--check"]) == 0
    assert "model.json in Keras, gru.onnx in ONNX Runtime and gru_lib differ by" in capsys.readouterr().out
    assert load(tmp_path / "gru.onnx")[1].activations == ("hard_sigmoid_0.2", "tanh")


def test_its_grus_are_listed():
    rows = [gru.row() for gru in inventory(FOLDER / "own" / "model.json")]
    assert [row[0] for row in rows] == list(OWN)
    assert [row[2:5] for row in rows] == [
        ["3", "3", "1"], ["3", "2", "2"], ["4", "4", "1"], ["4", "2", "1"], ["2", "2, 3", "1"]
    ]  # fmt: skip


def test_of_several_the_names_are_asked_for(capsys, tmp_path):
    assert command.main([str(FOLDER / "own" / "model.json"), "--to", "onnx", "-o", str(tmp_path / "g.onnx")]) == 1
    complaint = capsys.readouterr().err
    assert "it has 5 GRUs; choose with --layer" in complaint and "--layer inner/within" in complaint


@pytest.fixture
def copy(tmp_path):
    """A model of several shards, to be spoilt."""
    shutil.copytree(FOLDER / "float16", tmp_path / "model")
    return tmp_path / "model" / "model.json"


def missing(path, _):
    (path.parent / "group1-shard2of4.bin").unlink()


def short(path, _):
    shard = path.parent / "group1-shard4of4.bin"
    shard.write_bytes(shard.read_bytes()[:-3])


def outside(path, model):
    (path.parent.parent / "secret.bin").write_bytes(bytes(370))
    model["weightsManifest"][0]["paths"] = ["../secret.bin"]


def of(change):
    """Change the first weight of the manifest."""
    return lambda _, model: change(model["weightsManifest"][0]["weights"][0])


SPOILT = {
    "missing": (missing, r"the shard 'group1-shard2of4.bin' is missing; \[.*\] hold 370 bytes together"),
    "short": (short, r"'group1-shard4of4.bin'\] hold 367 bytes together; expected 370"),
    "outside": (outside, r"the shard '../secret.bin' lies outside the folder"),
    "shape": (of(lambda one: one.update(shape=[4, 7])), r"hold 370 bytes together; expected 378"),
    "huge": (of(lambda one: one.update(shape=[10**9, 10**9])), r"expected 2,000,000,000,000,000,322"),
    "negative": (of(lambda one: one.update(shape=[-4, 6])), r"hold 370 bytes together; expected"),
    "text": (of(lambda one: one.update(quantization={"dtype": "string"})), r"KeyError: 'string'"),
    "name": (of(lambda one: one.update(name="both/other/kernel")), r"has 6 arrays of 3 GRUs; expected 2 GRUs"),
    "manifest": (lambda _, model: model.pop("weightsManifest"), r"KeyError: 'weightsManifest'"),
    "manifest's kind": (lambda _, model: model.update(weightsManifest={"a": 1}), r"no model that TensorFlow.js saved"),
    "graph": (lambda _, model: model.update(format="graph-model"), r"expected a layers model, a graph has no layers"),
    "none": (lambda _, model: model.clear(), r"damaged, or no model that TensorFlow.js saved: KeyError"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_spoilt_model_is_refused(copy, kind):
    spoil, message = SPOILT[kind]
    model = json.loads(copy.read_text())
    spoil(copy, model)
    copy.write_text(json.dumps(model))
    with pytest.raises(ValueError, match=rf"model.json: .*{message}"):
        load(copy, layers=["both"])
