"""The command ``python -m gru_lib.porting``: what it writes, what it says, and its exit status."""

import os
import subprocess
import sys

import numpy as np
import pytest

from gru_lib.porting import __main__ as command
from gru_lib.porting import port
from gru_lib.porting.conventions import CONVENTIONS, WHOLE, Convention
from gru_lib.porting.files import save
from tests.support.porting_cases import M, N, bits, draw, loaded, scratch, stack_of


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command in this process; return its exit status, what it printed, and what it complained about."""
    monkeypatch.chdir(tmp_path)

    def call(line):
        capsys.readouterr()
        try:
            status = command.main(line.split())
        except SystemExit as stop:  # by argparse
            status = stop.code
        return status, *capsys.readouterr()

    return call


def in_a_process(line, folder):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "gru_lib.porting", *line.split()]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)


def test_there_and_back_through_real_files(run, require, tmp_path):
    torch = require("torch")
    torch.manual_seed(0)
    module = torch.nn.ModuleDict({"rnn": torch.nn.GRU(M, N, 2, bidirectional=True), "head": torch.nn.Linear(N, 1)})
    torch.save(module.state_dict(), tmp_path / "model.pt")
    assert run("model.pt --prefix rnn. --to keras -o gru.npz") == (
        0,
        "gru.npz: keras, 2 layer(s), 2 direction(s), 3 features, 5, 5 units, float32, reset after, bias\n",
        "",
    )
    assert run("gru.npz --to pytorch -o gru.pt")[::2] == (0, "")
    back = torch.load(tmp_path / "gru.pt", weights_only=True)
    assert bits(port(back, "pytorch", "pytorch")) == bits(port(module["rnn"].state_dict(), "pytorch", "pytorch"))


def test_an_error_is_one_line_and_no_traceback(tmp_path):
    (tmp_path / "gru.npz").write_bytes(b"nonsense")
    done = in_a_process("gru.npz --to keras -o other.npz", tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("error: gru.npz: damaged, or no zip archive")
    assert [entry.name for entry in tmp_path.iterdir()] == ["gru.npz"]


@pytest.mark.parametrize(
    ("line", "status", "message"),
    [
        ("gru.npz -o other.npz", 2, "the following arguments are required: --to"),
        ("gru.npz --to keras", 2, "the following arguments are required: -o/--output"),
        ("gru.npz --to tensorflow -o other.npz", 2, "invalid choice: 'tensorflow'"),
        ("absent.npz --to keras -o other.npz", 1, "No such file or directory: 'absent.npz'"),
        ("gru.npz --to keras -o gru.npz", 1, "gru.npz exists; choose another name, or --force"),
        (
            "gru.npz --to keras -o other.keras",
            1,
            "output is other.keras; expected .npz or .py for the convention 'keras'",
        ),
        ("gru.npz --to onnx -o other.pt", 1, "expected .npz or .onnx for the convention 'onnx'"),
        ("gru.npz --to keras -o absent/other.npz", 1, "is no folder"),
        (
            "gru.npz --to keras -o other.npz --prefix rnn.",
            1,
            "--prefix came, and the file shows it",
        ),
        ("gru.npz --to keras -o other.npz --layer gru", 1, "--layer ['gru'] came for gru.npz"),
        ("gru.npz --to pytorch -o other.npz", 1, "reset_after is False, and nn.GRU has reset after only"),
        ("large.npz --to keras -o other.npz --dtype float32", 1, "values that are NaN or infinite"),
    ],
)
def test_bad_requests_say_why(run, tmp_path, line, status, message):
    save(tmp_path / "gru.npz", stack_of(draw(reset_after=False), False), "keras")
    large = draw()
    large[0][0].kernel[0, 0] = 1e300
    save(tmp_path / "large.npz", stack_of(large), "keras")
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    got, printed, complaint = run(line)
    assert (got, printed) == (status, "")
    assert message in complaint and "Traceback" not in complaint
    assert status == 2 or complaint.count("\n") == 1
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == before


def test_a_framework_that_is_missing_is_named(run, tmp_path, monkeypatch):
    (tmp_path / "model.pt").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "torch", None)  # the way to make an import fail
    status, _, complaint = run("model.pt --to keras -o gru.npz")
    assert status == 1 and "torch" in complaint and complaint.count("\n") == 1


def test_memory_that_runs_out_is_one_line(run, monkeypatch):
    def exhausted(*_, **__):
        raise MemoryError

    monkeypatch.setattr(command, "load", exhausted)
    assert run("gru.npz --to keras -o other.npz") == (1, "", "error: not enough memory\n")


def test_force_replaces_the_output(run, tmp_path):
    save(tmp_path / "gru.npz", stack_of(draw()), "keras")
    assert run("gru.npz --to textbook -o gru.npz --force")[0] == 0
    convention, weights, _ = loaded(tmp_path / "gru.npz")
    assert (convention, bits(weights)) == ("textbook", bits(scratch(draw())))


def test_rounding_is_done_on_request_only(run, require, tmp_path):
    require("onnx")
    save(tmp_path / "gru.npz", stack_of(draw()), "keras")
    status, printed, _ = run("gru.npz --to onnx -o exact.onnx")
    assert status == 0 and "float64" in printed and "note: ONNX Runtime" in printed
    assert bits(loaded(tmp_path / "exact.onnx")[1]) == bits(scratch(draw()))
    status, printed, _ = run("gru.npz --to onnx -o rounded.onnx --dtype float32")
    assert status == 0 and "float32" in printed and "note" not in printed
    assert bits(loaded(tmp_path / "rounded.onnx")[1]) == bits(scratch(draw(dtype=np.float32)))


FRAMEWORKS = {"pytorch": "torch", "pytorch-cell": "torch", "onnx": "onnxruntime"}


@pytest.mark.parametrize("target", sorted(set(WHOLE) - {"keras"}))  # which test_port runs
def test_the_check_runs_both_frameworks(run, require, tmp_path, target):
    if target in FRAMEWORKS:
        require(FRAMEWORKS[target])
    shape = {"layers": 1 if target == "pytorch-cell" else 2, "directions": 1 if target == "pytorch-cell" else 2}
    save(tmp_path / "gru.npz", stack_of(draw(dtype=np.float32, **shape)), "scratch")
    status, printed, complaint = run(f"gru.npz --to {target} -o other.npz --check")
    assert (status, complaint) == (0, "")
    assert "differ by" in printed.splitlines()[0]
    assert float(printed.split("differ by ")[1].split()[0]) < 1e-5


def test_the_check_sees_a_wrong_port_and_nothing_is_written(run, require, tmp_path, monkeypatch):
    require("torch")
    correct = CONVENTIONS["pytorch"]

    def transposed(stack):
        state = correct.write(stack)
        gates = np.split(state["weight_hh_l0"], 3)
        return state | {"weight_hh_l0": np.concatenate([gate.T for gate in gates])}

    monkeypatch.setitem(CONVENTIONS, "pytorch", Convention(correct.read, transposed))
    save(tmp_path / "gru.npz", stack_of(draw(dtype=np.float32)), "scratch")
    status, printed, complaint = run("gru.npz --to pytorch -o gru.pt --check")
    assert (status, printed) == (1, "")
    assert "gru.npz in gru_lib and gru.pt in PyTorch differ by" in complaint
    assert not (tmp_path / "gru.pt").exists()


def test_the_check_refuses_what_onnx_runtime_cannot_run(run, require, tmp_path):
    require("onnxruntime")
    save(tmp_path / "gru.npz", stack_of(draw()), "scratch")
    status, _, complaint = run("gru.npz --to onnx -o gru.onnx --check")
    assert status == 1 and "weights are float64; expected float32" in complaint


def test_a_package_that_is_not_there_is_named(run, tmp_path, monkeypatch):
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setitem(sys.modules, "h5py", None)
    status, printed, complaint = run("model.h5 --list")
    assert (status, printed) == (1, "")
    assert complaint == "error: this needs the package h5py, which is not installed: pip install h5py\n"
