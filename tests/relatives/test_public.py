"""The references against public programs, which the weekly run installs into a folder of their own.

The naive files of flash-linear-attention and Google's RG-LRU are loaded by path: their packages ask for Triton and JAX.
"""

import importlib.util
import subprocess
import sys
import types

import numpy as np
import pytest

from gru_lib.relatives import RELATIVES, delta_rule

PROGRAMS = ("minGRU-pytorch==0.2.1", "recurrentgemma==1.0.1", "fla-core==0.6.0", "einops==0.8.2")


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), *PROGRAMS]
    subprocess.run(command, check=True)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def torch(require):
    return require("torch")


@pytest.fixture
def case():
    def drawn(name):
        one = RELATIVES[name].cases()[7]
        assert (one.words, one.x.shape[1]) == (("long", "no h0"), 60)
        return one, RELATIVES[name].forward(one.x, one.weights)

    return drawn


@pytest.mark.weekly
@pytest.mark.usefixtures("programs")
def test_min_gru_by_min_gru_pytorch(torch, case):
    from minGRU_pytorch import minGRU

    one, _ = case("min-gru-log")
    weights = one.weights.without(["bias"])  # that program has none, and as many units as features
    kernel = np.concatenate([weights.kernel, weights.kernel[::-1]])
    weights = type(weights)(kernel, weights.bias)
    x = np.concatenate([one.x, one.x + 1], axis=2)
    layer = minGRU(4).double()
    z, g = np.split(kernel.T, 2)
    layer.to_hidden_and_gate.weight.data = torch.tensor(np.concatenate([g, -z]))  # their z takes the new state
    found = layer(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(found, RELATIVES["min-gru-log"].forward(x, weights), rtol=1e-12)


@pytest.mark.weekly
def test_hgrn_by_flash_linear_attention(programs, torch, case):
    naive = load(programs / "fla/ops/hgrn/naive.py").naive_recurrent_hgrn
    one, expected = case("hgrn")
    a, g = torch.tensor(one.x @ one.weights.kernel + one.weights.bias).chunk(2, -1)
    low = torch.sigmoid(torch.tensor(one.weights.bound))
    keep = low + (1 - low) * torch.sigmoid(a)
    found, _ = naive((1 - keep) * torch.nn.functional.silu(g), keep.log())
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=1e-5)  # it computes in float32


@pytest.mark.weekly
def test_rg_lru_by_recurrent_gemma(programs, torch, case, monkeypatch):
    for name in ("recurrentgemma", "recurrentgemma.torch"):  # without what they import
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    annotations = types.SimpleNamespace(typed=lambda function: function)
    kinds = ("Activations", "ExpandedActivations", "RNNState", "Reset", "SegmentPos", "Conv1DState")
    vars(annotations).update(dict.fromkeys(kinds, torch.Tensor))
    sys.modules["recurrentgemma.torch"].array_typing = annotations
    layers = load(programs / "recurrentgemma/torch/layers.py")

    one, expected = case("rg-lru")
    layer = layers.RGLRU(4, 1, dtype=torch.float64)
    (r, i), (b_r, b_i) = (np.split(array, 2, axis=-1) for array in (one.weights.kernel, one.weights.bias))
    for gate, w, b in ((layer.a_gate, r, b_r), (layer.input_gate, i, b_i)):
        gate.w.data, gate.b.data = torch.tensor(w[None]), torch.tensor(b[None])
    layer.a_param.data = torch.tensor(one.weights.decay)
    x, steps = torch.tensor(one.x), torch.arange(60).expand(3, 60)
    for first, begins in ((1, False), (0, True)):  # position 0 begins a document: there the input is not scaled
        found = layer(x, steps + first, torch.zeros(3, 4))[0].detach().numpy()
        off = np.abs(found - expected)
        assert off[:, 0].max() > 0.01 if begins else off.max() < 1e-5


@pytest.mark.weekly
def test_the_delta_rule_by_flash_linear_attention(programs, torch):
    naive = load(programs / "fla/ops/gated_delta_rule/naive.py").naive_recurrent_gated_delta_rule
    rng = np.random.default_rng(0)
    keys, queries, values = rng.normal(size=(3, 2, 30, 4))
    keys /= np.linalg.norm(keys, axis=-1, keepdims=True)
    write, keep = rng.uniform(size=(2, 2, 30))
    heads = [torch.tensor(a)[:, :, None] for a in (queries, keys, values, write, np.log(keep))]  # one head
    found = naive(*heads, scale=1.0)[0][:, :, 0].numpy()
    expected = np.einsum("btd,btdn->btn", queries, delta_rule(keys, values, write, keep=keep))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
