"""What was dispatched is told as it was: measured on a CPU, and for a GPU by the names that the frameworks use."""

import inspect
import json
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_lib.benchmark.dispatch import Dispatch, Row, dispatched, table
from gru_lib.benchmark.dispatch.__main__ import main
from gru_lib.benchmark.dispatch.layers import ARGUMENTS, TORCH_ARGUMENTS, keras_work, torch_work
from gru_lib.benchmark.dispatch.operators import (
    SEQUENCE_KERNELS,
    STEP_KERNELS,
    graph_operators,
    hlo_operators,
    loops,
)
from gru_lib.benchmark.dispatch.rows import STEPS, measure, row

ADDED = STEPS[1] - STEPS[0]
LEAVES = {  # the conditions that Keras's page lists, and use_cudnn
    "activation='relu'",
    "recurrent_activation='hard_sigmoid'",
    "use_bias=False",
    "reset_after=False",
    "unroll=True",
    "recurrent_dropout=0.1, training",
    "use_cudnn=False",
}


# The decision, from operators as a GPU gives them.


@pytest.mark.parametrize(
    ("operators", "fused", "kernels"),
    [
        ({"aten::gru": 1, "aten::cudnn_is_acceptable": 1, "aten::_cudnn_rnn": 1}, True, {"aten::_cudnn_rnn": 1}),
        ({"aten::gru": 1, "aten::cudnn_is_acceptable": 1, "aten::mm": 40}, False, {}),  # cuDNN is only asked
        ({"aten::_cudnn_rnn_flatten_weight": 1, "aten::mm": 40}, False, {}),  # weights are laid out for it, no more
        (
            {"aten::mm": 40, "aten::_thnn_fused_gru_cell": 20},  # fused, one step at a time
            False,
            {"aten::_thnn_fused_gru_cell": 20},
        ),
        ({"CudnnRNNV3": 1, "Transpose": 6}, True, {"CudnnRNNV3": 1}),
        ({"cudnn_rnn_ffi": 1, "fusion": 9}, True, {"cudnn_rnn_ffi": 1}),
        ({"__cublas$gemm": 2, "while": 1}, False, {}),
        ({}, False, {}),
    ],
)
def test_a_kernel_is_told_from_what_only_sounds_like_one(operators, fused, kernels):
    found = Dispatch(operators)
    assert (found.fused, found.kernels, found.total) == (fused, kernels, sum(operators.values()))


operators = st.dictionaries(st.sampled_from(["aten::mm", "Transpose", "dot"]), st.integers(1, 99))


@given(operators, st.integers(0, 3 * ADDED))
def test_a_loop_shows_by_growth_alone_or_by_its_name(counts, more):
    short, long = Dispatch(counts), Dispatch(counts | {"aten::tanh": more})
    assert loops(short, long, ADDED) == (more >= ADDED)
    for name in ("While", "while"):
        held = Dispatch(counts | {name: 1})
        assert loops(held, held, ADDED)
        with_kernel = Dispatch(counts | {name: 1, "CudnnRNNV3": 1})
        assert not loops(with_kernel, with_kernel, ADDED)


# The names, against the frameworks that use them.


def test_names_of_pytorch_exist(require):
    torch = require("torch")
    known = {schema.name for schema in torch._C._jit_get_all_schemas()}
    assert {name for name in SEQUENCE_KERNELS | STEP_KERNELS if name.startswith("aten::")} <= known


def test_names_of_tensorflow_exist(require):
    tf = require("tensorflow")
    assert all(hasattr(tf.raw_ops, name) for name in SEQUENCE_KERNELS if name.startswith("Cudnn"))


def test_names_of_jax_exist(require):
    require("jax")
    from jaxlib import gpu_rnn

    source = inspect.getsource(gpu_rnn)
    assert 'f"{platform}dnn_rnn_ffi"' in source
    prefixes = {gpu_rnn.cudnn_rnn_lowering.args[1], gpu_rnn.miopen_rnn_lowering.args[1]}
    assert {f"{prefix}dnn_rnn_ffi" for prefix in prefixes} <= SEQUENCE_KERNELS


# PyTorch's own layers on this CPU.


def on_torch(cell, arguments, steps=STEPS[0]):
    call, given = torch_work(cell, arguments, steps)
    return dispatched(call, *given)


@pytest.mark.parametrize("arguments", [{}, {"grad": False}])
def test_onednn_reads_the_sequence_for_an_lstm_and_not_for_a_gru(require, arguments):
    torch = require("torch")
    if not torch.backends.mkldnn.is_available():
        pytest.skip("this PyTorch was built without oneDNN")
    lstm = [on_torch("LSTM", arguments, steps) for steps in STEPS]
    assert lstm[0].kernels == {"aten::mkldnn_rnn_layer": 1}
    assert lstm[0].fused
    assert not loops(*lstm, ADDED)
    for cell in ("GRU", "RNN"):
        other = [on_torch(cell, arguments, steps) for steps in STEPS]
        assert not other[0].fused
        assert loops(*other, ADDED)
    with torch.backends.mkldnn.flags(enabled=False):  # the kernel taken away for real
        without = [on_torch("LSTM", arguments, steps) for steps in STEPS]
    assert not without[0].fused
    assert loops(*without, ADDED)


@given(st.integers(1, 30), st.booleans())
@settings(max_examples=5)
def test_every_step_of_a_gru_has_a_product_with_the_state(require, steps, both_ways):
    require("torch")
    found = on_torch("GRU", {"bidirectional": both_ways}, steps).operators
    assert found["aten::gru"] == 1
    assert found["aten::linear"] == (steps + 1) * (1 + both_ways)  # and one with all inputs


def test_only_what_the_call_does_again_is_counted(require):
    torch = require("torch")
    made = []

    def call(x):
        made.append(made[0] if made else torch.tanh(x))
        return torch.mm(x, made[0])

    found = dispatched(call, torch.eye(3)).operators
    assert len(made) == 2
    assert found["aten::mm"] == 1
    assert "aten::tanh" not in found


# TensorFlow: Keras is let believe in a GPU, and decides.


def traced(cell, argument):
    import tensorflow as tf

    call, given = keras_work(cell, ARGUMENTS[argument], STEPS[0])
    return Dispatch(graph_operators(tf.function(call).get_concrete_function(*given).graph.as_graph_def()))


@pytest.fixture
def believed_gpu(require):
    require("tensorflow")
    keras = require("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("this process has another backend; the command covers it")
    with patch("keras.src.backend.tensorflow.rnn._is_gpu_available", return_value=True):
        yield


@pytest.mark.usefixtures("believed_gpu")
@pytest.mark.parametrize("argument", ARGUMENTS)
def test_the_arguments_that_leave_cudnn_on_tensorflow(argument):
    for cell in ("GRU", "LSTM") if argument != "reset_after=False" else ("GRU",):
        assert traced(cell, argument).fused == (argument not in LEAVES)


@pytest.mark.usefixtures("believed_gpu")
def test_a_kernel_that_cannot_run_is_an_error_and_not_a_yes():
    found = row("GRU", "default", "tensorflow", lambda steps: keras_work("GRU", {}, steps))
    assert not found.fused
    assert "CudnnRNNV3" in found.error
    assert "Error: " in str(found)


def test_a_loop_is_found_inside_a_graph(require):
    tf = require("tensorflow")

    def count(x):
        return tf.while_loop(lambda i, _: i < 5, lambda i, y: (i + 1, tf.tanh(y)), (0, x))[1]

    found = dispatched(count, tf.ones(3), backend="tensorflow").operators
    assert found["Tanh"] == 1
    assert {"While", "StatelessWhile"} & set(found)


# JAX: compiled text.


def test_instructions_are_all_read(require):
    jax = require("jax")

    def call(x, w):
        return jax.lax.scan(lambda h, row: (jax.numpy.tanh(row + h @ w), h.sum()), x[0], x)

    arguments = jax.numpy.ones((7, 4)), jax.numpy.ones((4, 4))
    found = dispatched(call, *arguments, backend="jax")
    text = jax.jit(call).lower(*arguments).compile().as_text()
    assert found.total == sum(" = " in line and line.startswith(" ") for line in text.splitlines())
    assert found.operators["while"] == 1
    assert found.operators["tanh"] == 1


def test_foreign_code_goes_by_its_name(require):
    jax = require("jax")
    x = jax.numpy.ones((2, 3))

    def call(x):
        shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
        return jax.ffi.ffi_call("cudnn_rnn_ffi", (shape, shape))(x)[0] + 1

    found = Dispatch(hlo_operators(jax.jit(call).lower(x).as_text("hlo")))
    assert found.kernels == {"cudnn_rnn_ffi": 1}
    assert found.operators["add"] == 1


# The table and the command.


@pytest.fixture(scope="module")
def stored(require, tmp_path_factory):
    """Run the command once for each cell and backend that shows something of its own."""
    for package in ("keras", "torch", "jax"):
        require(package)
    path = tmp_path_factory.mktemp("dispatch") / "table.json"
    assert main(f"--backend torch --cell GRU -o {path}".split()) == 0
    content = json.loads(path.read_text())
    content |= {"jax": measure("jax", cells=["SimpleRNN"])}
    return {backend: (found, [Row(**one) for one in found["rows"]]) for backend, found in content.items()}


def test_keras_never_has_a_fused_kernel_on_a_cpu(stored):
    for backend, (found, rows) in stored.items():
        assert found["provenance"]["backend"] == backend
        assert found["provenance"]["device"] == "cpu"
        assert found["steps"] == list(STEPS)
        for one in rows:
            assert one.error or (not one.fused and one.loop and not one.kernels), one


def test_every_argument_has_its_row(stored):
    torch_rows, jax_rows = ([(one.layer, one.argument) for one in rows] for _, rows in stored.values())
    assert torch_rows == [
        *(("Keras GRU", name) for name in ARGUMENTS),
        *(("torch.nn.GRU", name) for name in TORCH_ARGUMENTS),
    ]
    foreign = {"reset_after=False", "use_cudnn=False", "recurrent_activation='hard_sigmoid'"}
    assert jax_rows == [("Keras SimpleRNN", name) for name in ARGUMENTS if name not in foreign]


def test_only_what_jax_does_not_know_is_an_error(stored):
    errors = {(backend, one.argument): one.error for backend, (_, rows) in stored.items() for one in rows if one.error}
    assert errors == {("jax", "dtype='float64'"): "ValueError: SimpleRNN computes in float32; expected float64"}


def test_pytorch_writes_the_loop_out_and_jax_only_when_told_to(stored):
    growth = {
        (backend, one.argument): one.operators[1] - one.operators[0]
        for backend, (_, rows) in stored.items()
        for one in rows
        if one.layer.startswith("Keras") and not one.error
    }
    assert all(more >= ADDED for (backend, _), more in growth.items() if backend == "torch")
    assert [argument for (backend, argument), more in growth.items() if backend == "jax" and more] == ["unroll=True"]
    assert growth["torch", "mask, padded at the end"] > 2 * growth["torch", "default"]


def test_without_a_gpu_the_command_says_so_in_one_line(require, capsys, monkeypatch):
    require("keras")
    torch = require("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert main(["--device", "gpu", "--backend", "torch"]) == 1
    assert capsys.readouterr() == ("", "error: device is gpu, but torch computes on cpu here\n")


def test_a_process_on_a_gpu_does_not_pass_for_a_cpu(require):
    require("keras")
    with (
        patch("gru_lib.benchmark.dispatch.rows.device_name", return_value="nvidia-h100"),
        pytest.raises(RuntimeError, match=r"device is cpu, but \w+ computes on nvidia-h100 here"),
    ):
        table("cpu")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dispatched(len, [], backend="numpy"), "backend is 'numpy'; expected one of torch, tensorflow, jax"),
        (lambda: table("tpu"), "device is 'tpu'; expected 'cpu' or 'gpu'"),
        (lambda: table(cells=["GRU", "Elman"]), r"cells has \['Elman'\]; expected some of GRU, LSTM, SimpleRNN"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_process_that_breaks_is_explained(tmp_path, monkeypatch, capsys, require):
    require("torch")
    (tmp_path / "keras.py").write_text("raise ImportError('this copy is broken')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert main(["--backend", "torch"]) == 1
    assert capsys.readouterr().err == "error: ImportError: this copy is broken\n"


def test_a_row_in_words():
    line = str(Row("torch.nn.LSTM", "default", True, False, {"aten::mkldnn_rnn_layer": 1}, [33, 33]))
    assert line.split() == ["torch.nn.LSTM", "default", "yes", "no", "33", "33", "aten::mkldnn_rnn_layer", "x", "1"]
    failed = row("GRU", "default", "torch", lambda _: 1 / 0)
    assert failed == Row("GRU", "default", error="ZeroDivisionError: division by zero")
