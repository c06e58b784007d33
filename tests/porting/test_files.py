"""Files of weights: what the frameworks read and write, and every way in which a file can be wrong."""

import numpy as np
import pytest

from gru_lib.porting import port
from gru_lib.porting.conventions import WHOLE
from gru_lib.porting.files import WRITABLE, load, save
from tests.support.porting_cases import (
    AFTER_ONLY,
    RESETS,
    STACKS,
    M,
    N,
    bits,
    draw,
    every_stack,
    loaded,
    scratch,
    sequences,
    stack_of,
    states_of,
)


@pytest.fixture
def session(require):
    """Open a file in ONNX Runtime."""
    runtime = require("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    return lambda path: runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def feeds(x, h0, weights):
    """Inputs of a written model: initial states per layer, under one name if there is one layer."""
    names = [f"initial_h_{index}" for index in range(len(weights))] if len(weights) > 1 else ["initial_h"]
    parts = np.split(h0, np.cumsum([len(layer) for layer in weights])[:-1])
    return {"X": x} | dict(zip(names, parts, strict=True))


@pytest.mark.parametrize("reset_after", RESETS)
@every_stack
def test_onnx_runtime_computes_the_same_states(tmp_path, session, layers, directions, bias, reset_after):
    shape = {"layers": layers, "directions": directions, "bias": bias, "reset_after": reset_after}
    weights, exact = draw(dtype=np.float32, **shape), draw(**shape)
    save(tmp_path / "gru.onnx", stack_of(weights, reset_after), "onnx")
    model = session(tmp_path / "gru.onnx")
    (x, h0), (exact_x, exact_h0) = sequences(weights), sequences(exact)
    for start, exact_start in ((h0, exact_h0), (0 * h0, 0 * exact_h0)):
        states = model.run(["Y"], feeds(x, start, weights))[0]
        wanted = states_of(exact, exact_x, exact_start, reset_after)
        np.testing.assert_allclose(states, wanted, rtol=0, atol=2e-5)
    without, last = model.run(None, {"X": x})[0], model.run(None, {"X": x})[-1]
    np.testing.assert_array_equal(without, states)  # the last start was zero
    np.testing.assert_array_equal(last[0], without[:, -1, :N])
    assert model.run(["Y"], {"X": x[:1, :2]})[0].shape == (1, 2, directions * N)  # batch and time are free


def test_onnx_runtime_runs_layers_of_different_sizes(tmp_path, session):
    weights = [draw(n=7, dtype=np.float32)[0], draw(1, m=7, n=2, directions=2, bias=False, dtype=np.float32)[0]]
    x, _ = sequences(weights)
    save(tmp_path / "gru.onnx", stack_of(weights), "onnx")
    starts = {"initial_h_0": np.full((1, 4, 7), 0.5, "f"), "initial_h_1": np.full((2, 4, 2), -0.5, "f")}
    states = session(tmp_path / "gru.onnx").run(["Y"], {"X": x} | starts)[0]
    h0 = [*starts["initial_h_0"].astype(float), *starts["initial_h_1"].astype(float)]
    np.testing.assert_allclose(states, states_of(weights, x.astype(float), h0), rtol=0, atol=2e-5)


@pytest.mark.parametrize("reset_after", RESETS)
def test_the_reference_of_onnx_computes_the_same_in_64_bits(require, tmp_path, reset_after):
    require("onnx")
    from onnx.reference import ReferenceEvaluator

    weights = draw(reset_after=reset_after)  # ONNX's reference knows one direction
    x, h0 = sequences(weights)
    save(tmp_path / "gru.onnx", stack_of(weights, reset_after), "onnx")
    states, _ = ReferenceEvaluator(str(tmp_path / "gru.onnx")).run(None, feeds(x, h0, weights))
    np.testing.assert_allclose(states, states_of(weights, x, h0, reset_after), rtol=0, atol=1e-12)


FRAMEWORKS = {".onnx": "onnx", ".pt": "torch", ".pth": "torch"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("convention", WHOLE)
@pytest.mark.parametrize("suffix", sorted(WRITABLE.keys() - {".py", ".c"}))  # code is run, in test_code
def test_a_file_gives_the_same_bits_back(require, tmp_path, suffix, convention, dtype):
    if convention not in WRITABLE[suffix]:
        with pytest.raises(ValueError, match=r"output is .*; expected \.npz"):
            save(tmp_path / f"gru{suffix}", stack_of(draw()), convention)
        return
    if suffix in FRAMEWORKS:
        require(FRAMEWORKS[suffix])
    one = convention == "pytorch-cell"
    for layers, directions, bias in [(1, 1, True), (1, 1, False)] if one else STACKS:
        for reset_after in RESETS if convention not in AFTER_ONLY else (True,):
            path = tmp_path / f"{layers}{directions}{bias}{reset_after}{suffix}"
            shape = {"layers": layers, "directions": directions, "bias": bias}
            weights = draw(**shape, reset_after=reset_after, dtype=dtype)
            save(path, stack_of(weights, reset_after), convention)
            assert loaded(path)[::2] == (convention, reset_after)
            assert bits(loaded(path)[1]) == bits(scratch(weights))


def test_layers_of_different_kinds_survive_an_archive(tmp_path):
    weights = [draw(n=7)[0], draw(1, m=7, n=2, directions=2, bias=False)[0]]
    for convention in ("keras", "onnx", "textbook"):
        save(tmp_path / f"{convention}.npz", stack_of(weights), convention)
        assert bits(loaded(tmp_path / f"{convention}.npz")[1]) == bits(scratch(weights))


def test_people_can_read_the_archive(tmp_path):
    arrays = draw()[0][0].arrays()
    save(tmp_path / "gru.npz", stack_of(draw()), "keras")
    with np.load(tmp_path / "gru.npz") as archive:
        assert [str(archive["convention"]), bool(archive["reset_after"])] == ["keras", True]
        assert bits([archive[name] for name in ("kernel", "recurrent_kernel", "bias")]) == bits(arrays)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"kernel": np.eye(3)}, r"lacks \['convention', 'reset_after'\] and has \['kernel'\]"),
        ({"convention": "torch", "reset_after": True}, r"convention 'torch'"),
        ({"convention": "keras", "reset_after": 1}, r"reset_after 1"),
        ({"convention": "keras", "reset_after": True}, r"expected a forward GRU in each layer"),
        ({"convention": "keras", "reset_after": True, "kernel": np.eye(3)}, r"expected GRUWeights"),
        ({"convention": "keras", "reset_after": True, "layer1.kernel": np.eye(3)}, r"in each layer from 0 on"),
        ({"convention": "keras", "reset_after": True, "a b": np.eye(3)}, r"an array 'a b'"),
        ({"convention": "pytorch", "reset_after": True, "weight_ih_l0": np.eye(3)}, r"lacks \['weight_hh_l0'\]"),
        (
            {"convention": "keras", "reset_after": np.array([True, 3], object)},
            r"reset_after.npy is no plain array: Object arrays",
        ),
    ],
)
def test_a_bad_archive_is_refused(tmp_path, entries, message):
    np.savez(tmp_path / "gru.npz", **entries)
    with pytest.raises((ValueError, TypeError), match=message):
        load(tmp_path / "gru.npz")


def test_reset_after_of_the_archive_must_fit_its_bias(tmp_path):
    kernel, recurrent_kernel, bias = draw()[0][0].arrays()
    names = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias}
    np.savez(tmp_path / "gru.npz", convention="keras", reset_after=False, **names)
    with pytest.raises(ValueError, match=r"that of reset_after=True, but reset_after=False"):
        load(tmp_path / "gru.npz")


@pytest.mark.parametrize(("suffix", "convention"), [(".npz", "keras"), (".pt", "pytorch")])
def test_a_flipped_bit_is_noticed_or_harmless(require, tmp_path, suffix, convention):
    """Not so in ONNX, whose files have no checksum."""
    if suffix in FRAMEWORKS:
        require(FRAMEWORKS[suffix])
    path = tmp_path / f"gru{suffix}"
    save(path, stack_of(draw(n=1)), convention)
    content, rng = path.read_bytes(), np.random.default_rng(0)
    for index in range(0, len(content), 5):
        flipped = content[index] ^ (1 << int(rng.integers(8)))
        path.write_bytes(content[:index] + bytes([flipped]) + content[index + 1 :])
        try:
            found = bits(loaded(path)[1])
        except (ValueError, TypeError, OSError):
            continue
        assert found == bits(scratch(draw(n=1))), f"byte {index}"


def test_an_archive_that_lost_an_array_is_refused(tmp_path):
    save(tmp_path / "gru.npz", stack_of(draw()), "keras")
    with np.load(tmp_path / "gru.npz") as archive:
        entries = dict(archive)
    del entries["bias"]
    np.savez(tmp_path / "gru.npz", **entries)
    with pytest.raises(ValueError, match=r"expected \['bias', 'kernel', 'recurrent_kernel'\], as it says itself"):
        load(tmp_path / "gru.npz")


@pytest.mark.parametrize("suffix", [".npz", ".pt", ".onnx"])
def test_a_truncated_file_is_refused(require, tmp_path, suffix):
    if suffix in FRAMEWORKS:
        require(FRAMEWORKS[suffix])
    path = tmp_path / f"gru{suffix}"
    save(path, stack_of(draw(n=2)), {".npz": "keras", ".pt": "pytorch", ".onnx": "onnx"}[suffix])
    content = path.read_bytes()
    for length in np.linspace(0, len(content) - 1, 25).astype(int):
        path.write_bytes(content[:length])
        with pytest.raises((ValueError, OSError)):
            load(path)


def test_an_existing_file_stays_without_force(tmp_path):
    path = tmp_path / "gru.npz"
    save(path, stack_of(draw()), "keras")
    with pytest.raises(FileExistsError, match=r"gru.npz exists; .*--force"):
        save(path, stack_of(draw(1)), "keras")
    assert bits(loaded(path)[1]) == bits(scratch(draw()))
    save(path, stack_of(draw(1)), "keras", force=True)
    assert bits(loaded(path)[1]) == bits(scratch(draw(1)))


def test_a_file_that_another_writer_has_just_made_stays(tmp_path, monkeypatch):
    (tmp_path / "gru.npz").write_bytes(b"theirs")
    monkeypatch.setattr("gru_lib.porting.files.check_target", lambda *_, **__: None)  # it was not there yet
    with pytest.raises(FileExistsError, match=r"File exists: '.*gru.npz'"):
        save(tmp_path / "gru.npz", stack_of(draw()), "keras")
    assert (tmp_path / "gru.npz").read_bytes() == b"theirs"


def test_a_link_that_leads_nowhere_stays_without_force(tmp_path):
    (tmp_path / "link.npz").symlink_to("gru.npz")
    with pytest.raises(FileExistsError, match=r"link.npz exists; .*--force"):
        save(tmp_path / "link.npz", stack_of(draw()), "keras")
    save(tmp_path / "link.npz", stack_of(draw()), "keras", force=True)
    assert (tmp_path / "link.npz").is_symlink()
    assert bits(loaded(tmp_path / "gru.npz")[1]) == bits(scratch(draw()))


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "gru.npz").mkdir()
    with pytest.raises(FileExistsError, match=r"gru.npz is no regular file"):
        save(tmp_path / "gru.npz", stack_of(draw()), "keras", force=True)


@pytest.mark.parametrize("suffix", [".bin", ""])
def test_other_suffixes_are_refused(tmp_path, suffix):
    with pytest.raises(ValueError, match=r"has the suffix .*; expected one of .npz, .pt"):
        load(tmp_path / f"gru{suffix}")


def test_options_that_would_do_nothing_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"--prefix rnn. came for .*gru.onnx; expected it with .npz or"):
        load(tmp_path / "gru.onnx", prefix="rnn.")
    with pytest.raises(ValueError, match=r"--layer \['gru'\] came"):
        load(tmp_path / "gru.npz", layers=["gru"])
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "gru.npz")
    with pytest.raises(FileNotFoundError, match=r"is no folder"):
        save(tmp_path / "absent" / "gru.npz", stack_of(draw()), "keras")


@pytest.fixture
def model(require):
    """A PyTorch model in which there are two GRUs, a GRU cell and an LSTM."""
    torch = require("torch")
    torch.manual_seed(0)
    inner = torch.nn.ModuleDict({"rnn": torch.nn.GRU(M, N, 2), "lstm": torch.nn.LSTM(M, N)})
    return torch.nn.ModuleDict({"encoder": inner, "gru": torch.nn.GRU(M, N), "cell": torch.nn.GRUCell(M, N)})


def test_a_gru_is_found_in_a_bigger_model(require, tmp_path, model):
    torch = require("torch")
    torch.save(model.state_dict(), tmp_path / "model.pt")
    with pytest.raises(
        ValueError, match=r"it has 3 GRUs; choose with --prefix from \['encoder.rnn.', 'gru.', 'cell.'\]"
    ):
        load(tmp_path / "model.pt")
    with pytest.raises(ValueError, match=r"no GRU \['encoder.gru.'\]; choose with --prefix"):
        load(tmp_path / "model.pt", prefix="encoder.gru.")
    torch.save(model["encoder"]["lstm"].state_dict(), tmp_path / "lstm.pt")
    with pytest.raises(ValueError, match=r"looks like an LSTM"):
        load(tmp_path / "lstm.pt")
    for prefix, part, convention in (
        ("encoder.rnn.", model["encoder"]["rnn"], "pytorch"),
        ("gru.", model["gru"], "pytorch"),
        ("cell.", model["cell"], "pytorch-cell"),
    ):
        found, weights, reset_after = loaded(tmp_path / "model.pt", prefix=prefix)
        assert (found, reset_after) == (convention, True)
        assert bits(weights) == bits(port(part.state_dict(), convention, "scratch"))


def test_a_gru_is_found_in_a_checkpoint(require, tmp_path, model):
    torch = require("torch")
    torch.save({"epoch": 3, "state": model.state_dict()}, tmp_path / "checkpoint.pth")
    with pytest.raises(ValueError, match=r"'state.encoder.rnn.', 'state.gru.'"):
        load(tmp_path / "checkpoint.pth")
    weights = loaded(tmp_path / "checkpoint.pth", prefix="state.gru.")[1]
    assert bits(weights) == bits(port(model["gru"].state_dict(), "pytorch", "scratch"))


def test_what_pytorch_cannot_load_safely_is_refused(require, tmp_path, model):
    torch = require("torch")
    torch.save(model, tmp_path / "model.pt")
    with pytest.raises(ValueError, match=r"it holds a torch.nn.modules.*; expected what torch.save\(model.state_dict"):
        load(tmp_path / "model.pt")
    torch.save(torch.nn.Linear(2, 3).state_dict(), tmp_path / "linear.pt")
    with pytest.raises(ValueError, match=r"it has no GRU$"):
        load(tmp_path / "linear.pt")
    torch.save(torch.zeros(3), tmp_path / "tensor.pt")
    with pytest.raises(ValueError, match=r"it has no GRU$"):
        load(tmp_path / "tensor.pt")


@every_stack
def test_pytorch_loads_what_was_written(require, tmp_path, layers, directions, bias):
    torch = require("torch")
    weights = draw(layers=layers, directions=directions, bias=bias)
    save(tmp_path / "gru.pt", stack_of(weights), "pytorch")
    module = torch.nn.GRU(M, N, layers, bias, True, 0.0, directions == 2, dtype=torch.float64)
    module.load_state_dict(torch.load(tmp_path / "gru.pt", weights_only=True))
    x, h0 = sequences(weights)
    with torch.no_grad():
        states, _ = module(torch.tensor(x), torch.tensor(h0))
    np.testing.assert_allclose(states.numpy(), states_of(weights, x, h0), rtol=0, atol=1e-12)
