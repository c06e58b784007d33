"""A file with several GRUs: listed with their sizes, also below the error; what the list says chooses each of them."""

import shlex
import warnings

import numpy as np
import pytest

from gru_lib.porting import __main__ as command
from gru_lib.porting import port
from gru_lib.porting.files import load
from tests.support.porting_cases import draw

SIZES = {(3, 5), (5, 2)}  # features and units of the two GRUs in each file


def of_keras(require, path):
    keras = require("keras")
    layers = [keras.layers.GRU(5, return_sequences=True), keras.layers.GRU(2), keras.layers.Dense(1)]
    model = keras.Sequential([keras.layers.Input((None, 3)), *layers])
    model.save_weights(path) if path.name.endswith(".weights.h5") else model.save(path)


def of_torch(require, path):
    torch = require("torch")

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.low, self.mid = torch.nn.GRU(3, 5), torch.nn.Linear(5, 5)
            self.top, self.lstm = torch.nn.GRU(5, 2), torch.nn.LSTM(2, 2)

        def forward(self, x):
            return self.lstm(self.top(self.mid(self.low(x)[0]))[0])[0]

    network = Network()
    if path.suffix == ".onnx":
        with warnings.catch_warnings(action="ignore"):  # of the exporter, which is old
            torch.onnx.export(network, torch.zeros(4, 2, 3), path, dynamo=False)
    elif path.suffix == ".safetensors":
        require("safetensors.torch").save_file(network.state_dict(), path)
    else:
        torch.save({"epoch": 3, "model": network.state_dict()}, path)


def of_numpy(_require, path):
    low, top = draw(m=3, n=5)[0][0], draw(m=5, n=2)[0][0]
    names = ("kernel:0", "recurrent_kernel:0", "bias:0")
    arrays = {f"net/low/gru_cell/{name}": array for name, array in zip(names, low.arrays(), strict=True)}
    arrays |= {f"top.{name}": array for name, array in port(top, "scratch", "pytorch").items()}
    np.savez(path, step=np.array(3), **arrays)


def of_flax(require, path):
    require("flax")
    from flax.serialization import to_bytes

    grus = {"low": draw(m=3, n=5)[0][0], "top": draw(m=5, n=2)[0][0]}
    path.write_bytes(to_bytes({"params": {name: port(gru, "scratch", "flax") for name, gru in grus.items()}}))


def of_equinox(require, path):
    equinox, jax = require("equinox"), require("jax")
    key = jax.random.key(0)
    low, top = equinox.nn.GRUCell(3, 5, key=key), equinox.nn.GRUCell(5, 2, key=key)
    equinox.tree_serialise_leaves(path, [low, equinox.nn.Linear(5, 5, key=key), top])


FILES = {
    "model.keras": of_keras,
    "model.h5": of_keras,
    "model.weights.h5": of_keras,
    "model.pt": of_torch,
    "model.safetensors": of_torch,
    "model.onnx": of_torch,
    "model.npz": of_numpy,
    "model.msgpack": of_flax,
    "model.eqx": of_equinox,
}


@pytest.mark.parametrize("name", FILES)
def test_what_the_list_says_chooses_each(require, tmp_path, capsys, name):
    path, target = tmp_path / name, str(tmp_path / "gru.npz")
    FILES[name](require, path)
    assert command.main([str(path), "--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert command.main([str(path), "--to", "scratch", "-o", target]) == 1
    complaint, *rows = capsys.readouterr().err.splitlines()
    assert f"{name}: " in complaint and rows == listed
    assert len(listed) == 1 + len(SIZES) and not any("refused" in row for row in listed)
    found = set()
    for row in listed[1:]:
        option = shlex.split(row[listed[0].index("choose") :])
        assert command.main([str(path), *option, "--to", "scratch", "-o", target, "--force"]) == 0
        gru = load(tmp_path / "gru.npz")[1].layers[0][0]
        assert row.split()[2:4] == [str(gru.input_size), str(gru.units)]
        found.add((gru.input_size, gru.units))
    assert found == SIZES


def test_a_network_without_a_gru_says_so(require, tmp_path, capsys):
    torch = require("torch")
    torch.save(torch.nn.LSTM(3, 5).state_dict(), tmp_path / "lstm.pt")
    assert command.main([str(tmp_path / "lstm.pt"), "--list"]) == 0
    assert "refused: weight_hh_l0 has shape (20, 5)" in capsys.readouterr().out
    np.savez(tmp_path / "plain.npz", W=np.eye(3))
    assert command.main([str(tmp_path / "plain.npz"), "--list"]) == 0
    assert capsys.readouterr().out.startswith("no GRU")
