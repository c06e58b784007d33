"""safetensors, written by its own package, and half precision in PyTorch's files."""

import json

import numpy as np
import pytest

from gru_lib.porting.check import run
from gru_lib.porting.files import load
from tests.support.porting_cases import M, N, bits


@pytest.fixture
def torch(require):
    return require("torch")


def module(torch, dtype=None):
    torch.manual_seed(0)
    return torch.nn.GRU(M, N, num_layers=2, bidirectional=True, batch_first=True).to(dtype or torch.float32)


def states(torch, module, x):
    with torch.no_grad():
        return module(torch.tensor(x).to(next(module.parameters()).dtype))[0].float().numpy()


X = np.random.default_rng(0).normal(size=(2, 6, M)).astype("float32")


def test_a_file_of_the_package_is_read(torch, require, tmp_path):
    save_file = require("safetensors.torch").save_file
    gru = module(torch)
    save_file({f"rnn.{name}": value for name, value in gru.state_dict().items()}, tmp_path / "gru.safetensors")
    convention, stack = load(tmp_path / "gru.safetensors", prefix="rnn.")
    assert convention == "pytorch"
    np.testing.assert_allclose(run(stack, "onnx", X), states(torch, gru, X), rtol=0, atol=2e-6)
    assert bits(load(tmp_path / "gru.safetensors")[1].layers) == bits(stack.layers)  # the only one need not be chosen


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_half_precision_is_widened_when_asked(torch, require, tmp_path, dtype, suffix):
    gru, path = module(torch, getattr(torch, dtype)), tmp_path / f"gru{suffix}"
    if suffix == ".pt":
        torch.save(gru.state_dict(), path)
    else:
        require("safetensors.torch").save_file(gru.state_dict(), path)
    if suffix == ".pt" or dtype == "float16":  # of safetensors bfloat16 is read as float32, which holds it exactly
        with pytest.raises(ValueError, match=rf"has dtype {dtype}; .*--dtype float32"):
            load(path)
    stack = load(path, dtype="float32")[1]
    np.testing.assert_allclose(run(stack, "onnx", X), states(torch, gru.float(), X), rtol=0, atol=2e-6)


def spoiled(header, body=b"\0" * 16):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


HOSTILE = {
    "empty": b"",
    "huge header": (1 << 62).to_bytes(8, "little") + b"{}",
    "no JSON": spoiled(b"{"),
    "list": spoiled([1]),
    "out of file": spoiled({"weight_hh_l0": {"dtype": "F32", "shape": [5], "data_offsets": [0, 20]}}),
    "backwards": spoiled({"weight_hh_l0": {"dtype": "F32", "shape": [1], "data_offsets": [8, 4]}}),
    "negative": spoiled({"weight_hh_l0": {"dtype": "F32", "shape": [-1, -1], "data_offsets": [0, 4]}}),
    "shape": spoiled({"weight_hh_l0": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 16]}}),
    "nested": spoiled(b"[" * 100_000),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "gru.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"gru.safetensors: (damaged|weight_hh_l0 is said)"):
        load(path)


def test_a_program_is_not_run(torch, tmp_path):
    torch.jit.script(torch.nn.Linear(2, 2)).save(tmp_path / "program.pt")
    with pytest.raises(ValueError, match="a program"):
        load(tmp_path / "program.pt")
