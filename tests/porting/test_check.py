"""The check of a port: the file that came against the file that is written, each loaded by its own framework."""

import re
import warnings

import numpy as np
import pytest

from gru_lib.porting import __main__ as command
from gru_lib.porting.conventions import keras as keras_layout
from gru_lib.porting.conventions import onnx as onnx_layout
from gru_lib.porting.conventions import pytorch as pytorch_layout
from gru_lib.porting.files import load, python_code, save
from tests.support.porting_cases import M, N, draw, stack_of


@pytest.fixture(scope="module")
def folder(require, tmp_path_factory):
    """Files that frameworks wrote: of Keras 3, of Keras 2, of PyTorch, and an ONNX network."""
    keras, old, torch = require("keras"), require("tf_keras"), require("torch")
    folder, rng = tmp_path_factory.mktemp("check"), np.random.default_rng(0)

    def saved(library, path, *, layers=(), **options):
        tail = [library.layers.TimeDistributed(library.layers.Lambda(lambda x: x))] if options.pop("hide", 0) else []
        options |= {"return_sequences": bool(tail)}
        inner = library.layers.GRU(N, activation="relu", **options, name="last")
        both = library.layers.Bidirectional(library.layers.GRU(N, return_sequences=True, name="f"), name="both")
        top = library.layers.GRU(N, return_sequences=True, name="top")
        model = library.Sequential([library.layers.Input((None, M)), both, top, *layers, inner, *tail])
        model.set_weights([rng.normal(size=array.shape).astype("f") / 2 for array in model.get_weights()])
        model.save(path)

    saved(keras, folder / "new.keras")
    saved(keras, folder / "code.keras", layers=[keras.layers.Lambda(lambda x: x)])
    saved(old, folder / "hidden.h5", hide=True)
    saved(keras, folder / "new.h5")
    saved(old, folder / "old.h5", reset_after=False, recurrent_activation="hard_sigmoid")
    save(folder / "gru.npz", stack_of(draw(dtype=np.float32)), "scratch")
    torch.manual_seed(0)
    rnn = torch.nn.GRU(M, N, 2, bidirectional=True, batch_first=True)
    torch.save({f"rnn.{name}": value for name, value in rnn.state_dict().items()}, folder / "deep.pt")
    torch.save(torch.nn.GRUCell(M, N).bfloat16().state_dict(), folder / "cell.pt")
    require("safetensors.torch").save_file(rnn.state_dict(), folder / "deep.safetensors")
    network, axes = torch.nn.Sequential(torch.nn.Linear(M, M), torch.nn.GRU(M, N, batch_first=True)), {0: "b", 1: "t"}
    with warnings.catch_warnings(action="ignore"):  # of the exporter, which is old
        torch.onnx.export(network, torch.zeros(2, 4, M), folder / "net.onnx", dynamo=False, input_names=["x"],
                          dynamic_axes={"x": axes})  # fmt: skip
    return folder


@pytest.fixture
def check(folder, tmp_path, capsys):
    """Port one of the files with --check; return the exit status, what was printed, and the complaint."""

    def call(source, line):
        capsys.readouterr()
        words = f"{folder / source} -o {tmp_path / line.split()[-1]} --check"
        return command.main([*words.split(), *line.split()[:-1]]), *capsys.readouterr()

    return call


CASES = {
    "new.keras --layer both": ("new.keras in Keras 3", "--to pytorch gru.pt", "gru.pt in PyTorch"),
    "new.keras --layer both --layer top": ("new.keras in Keras 3", "--to onnx gru.onnx", "gru.onnx in ONNX Runtime"),
    "new.h5 --layer last": ("new.h5 in Keras 3", "--to keras gru.npz", "gru.npz in Keras"),
    "old.h5 --layer last": ("old.h5 in Keras 2", "--to onnx gru.onnx", "gru.onnx in ONNX Runtime"),
    "deep.pt --prefix rnn.": ("deep.pt in PyTorch", "--to keras gru.npz", "gru.npz in Keras"),
    "deep.pt": ("deep.pt in PyTorch", "--to scratch gru.py", "gru.py in its own lines"),
    "deep.safetensors": ("deep.safetensors in PyTorch", "--to onnx gru.onnx", "gru.onnx in ONNX Runtime"),
    "cell.pt --dtype float32": ("cell.pt in PyTorch", "--to scratch gru.npz", "gru.npz in gru_lib"),
    "net.onnx --layer": ("net.onnx in ONNX Runtime", "--to pytorch gru.pt", "gru.pt in PyTorch"),
    "gru.npz": ("gru.npz in gru_lib", "--to pytorch gru.pt", "gru.pt in PyTorch"),
}


@pytest.mark.parametrize("source", CASES)
def test_both_files_run_in_their_own_frameworks(check, folder, tmp_path, source):
    by, target, other = CASES[source]
    name, _, choice = source.partition(" ")
    if choice == "--layer":
        from gru_lib.porting.files import onnx_read

        choice += " " + onnx_read.names(folder / name)[0]
    status, printed, complaint = check(name, f"{choice} {target}")
    assert (status, complaint) == (0, "")
    own = "gru_lib" in by + other  # else it is the third
    said = re.match(
        rf"{re.escape(by)}[\d.]*{' and' if own else ','} {re.escape(other)}{'' if own else ' and gru_lib'} differ by "
        r"(\S+) at most \(3 random sequences of 10 steps, seed 0; 0.0001 is allowed\)\n",
        printed,
    )
    assert said and float(said[1]) < 1e-5
    assert len(list(tmp_path.iterdir())) == 1


def test_a_framework_is_not_compared_with_itself_alone(check, require, tmp_path, monkeypatch):
    """Keras is made wrong in the same way on both sides; the third run shows it."""
    require("keras")
    save(tmp_path / "k.npz", stack_of(draw(dtype=np.float32)), "keras")
    assert check(tmp_path / "k.npz", "--to keras other.npz")[0] == 0
    monkeypatch.setitem(python_code.KERAS_GATES, "sigmoid", '"hard_sigmoid"')
    status, printed, complaint = check(tmp_path / "k.npz", "--to keras third.npz")
    assert (status, printed) == (1, "") and "third.npz in Keras and gru_lib differ by" in complaint


MISREAD = {
    "new.keras --layer both": (keras_layout, "--to pytorch gru.pt"),
    "deep.safetensors": (pytorch_layout, "--to scratch gru.npz"),
    "net.onnx --layer": (onnx_layout, "--to scratch gru.npz"),
}


@pytest.mark.parametrize("source", MISREAD)
def test_a_source_that_is_misread_is_noticed(check, folder, tmp_path, monkeypatch, source):
    """The stack is wrong then, and both sides of a check that ran the stack alone would agree."""
    layout, target = MISREAD[source]
    right = layout.gru_weights

    def wrong(where, kernel, recurrent_kernel, bias=None):
        gates = np.split(np.asarray(recurrent_kernel), 3, axis=1)
        return right(where, kernel, np.concatenate([gate.T for gate in gates], axis=1), bias)

    monkeypatch.setattr(layout, "gru_weights", wrong)
    name, _, choice = source.partition(" ")
    if choice == "--layer":
        from gru_lib.porting.files import onnx_read

        choice += " " + onnx_read.names(folder / name)[0]
    status, printed, complaint = check(name, f"{choice} {target}")
    assert (status, printed) == (1, "") and "differ by" in complaint and "expected 0.0001 or less" in complaint
    assert not list(tmp_path.iterdir())


def test_a_target_that_is_damaged_is_noticed(check, tmp_path, monkeypatch):
    """What is run is what will be written, not what it was made from."""
    right = command.encoded

    def other(suffix, stack, convention):
        stack.layers[0][0].recurrent_kernel[...] *= 2
        content = right(suffix, stack, convention)
        stack.layers[0][0].recurrent_kernel[...] /= 2
        return content

    monkeypatch.setattr(command, "encoded", other)
    status, _, complaint = check("gru.npz", "--to pytorch gru.pt")
    assert status == 1 and "gru.npz in gru_lib and gru.pt in PyTorch differ by" in complaint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["code.keras", "hidden.h5"])
def test_no_code_of_a_model_runs(check, folder, tmp_path, name):
    status, _, complaint = check(name, "--layer both --to pytorch gru.pt")
    assert status == 1 and "Lambda'" in complaint and "whose code would run" in complaint
    assert load(folder / name, layers=["both"])[0] == "keras"  # it can be ported without the check
    assert not list(tmp_path.iterdir())
