"""What was dispatched is told as it was: measured on a CPU, and for a GPU by the names that the frameworks use."""

from unittest.mock import Mock, patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_lib.benchmark.dispatch import Dispatch, Row, dispatch_table, record_dispatch
from gru_lib.benchmark.dispatch.__main__ import main
from gru_lib.benchmark.dispatch.layers import ARGUMENTS, TORCH_ARGUMENTS, keras_call, torch_call
from gru_lib.benchmark.dispatch.operators import (
    SEQUENCE_KERNELS,
    STEP_KERNELS,
    graph_operators,
    has_loop,
    hlo_operators,
)
from gru_lib.benchmark.dispatch.rows import STEPS, _calls, measure, measure_row
from gru_lib.records import read_results

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
    assert has_loop(short, long, ADDED) == (more >= ADDED)
    for name in ("While", "while"):
        held = Dispatch(counts | {name: 1})
        assert has_loop(held, held, ADDED)
        with_kernel = Dispatch(counts | {name: 1, "CudnnRNNV3": 1})
        assert not has_loop(with_kernel, with_kernel, ADDED)


# The names, against the frameworks that use them.


def test_names_of_pytorch_exist(require):
    torch = require("torch")
    known = {schema.name for schema in torch._C._jit_get_all_schemas()}
    assert {name for name in SEQUENCE_KERNELS | STEP_KERNELS if name.startswith("aten::")} <= known


def test_names_of_tensorflow_exist(require):
    tf = require("tensorflow")
    assert all(hasattr(tf.raw_ops, name) for name in SEQUENCE_KERNELS if name.startswith("Cudnn"))


# PyTorch's own layers on this CPU.


def on_torch(cell, arguments, steps=STEPS[0]):
    call, given = torch_call(cell, arguments, steps)
    return record_dispatch(call, *given)


@pytest.mark.parametrize("arguments", [{}, {"grad": False}])
def test_onednn_reads_the_sequence_for_an_lstm_and_not_for_a_gru(require, arguments):
    torch = require("torch")
    if not torch.backends.mkldnn.is_available():
        pytest.skip("this PyTorch was built without oneDNN")
    lstm = [on_torch("LSTM", arguments, steps) for steps in STEPS]
    assert lstm[0].kernels == {"aten::mkldnn_rnn_layer": 1}
    assert lstm[0].fused
    assert not has_loop(*lstm, ADDED)
    for cell in ("GRU", "RNN"):
        other = [on_torch(cell, arguments, steps) for steps in STEPS]
        assert not other[0].fused
        assert has_loop(*other, ADDED)
    with torch.backends.mkldnn.flags(enabled=False):  # the kernel taken away for real
        without = [on_torch("LSTM", arguments, steps) for steps in STEPS]
    assert not without[0].fused
    assert has_loop(*without, ADDED)


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

    found = record_dispatch(call, torch.eye(3)).operators
    assert len(made) == 2
    assert found["aten::mm"] == 1
    assert "aten::tanh" not in found


# TensorFlow: Keras is let believe in a GPU, and decides.


def traced(cell, argument):
    import tensorflow as tf

    call, given = keras_call(cell, ARGUMENTS[argument], STEPS[0])
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
@pytest.mark.parametrize(
    "argument", ["default", "use_bias=False", "mask, padded at the end", "mask, padded at the front"]
)
def test_an_argument_stays_on_cudnn_or_leaves_it(argument):
    assert traced("GRU", argument).fused == (argument not in LEAVES)


@pytest.mark.weekly  # it traces 35 layers, and its answer changes only when Keras does
@pytest.mark.usefixtures("believed_gpu")
@pytest.mark.parametrize("argument", ARGUMENTS)
def test_the_arguments_that_leave_cudnn_on_tensorflow(argument):
    for cell in ("GRU", "LSTM") if argument != "reset_after=False" else ("GRU",):
        assert traced(cell, argument).fused == (argument not in LEAVES)


@pytest.mark.usefixtures("believed_gpu")
def test_a_kernel_that_cannot_run_is_an_error_and_not_a_yes():
    found = measure_row("GRU", "default", "tensorflow", lambda steps: keras_call("GRU", {}, steps))
    assert not found.fused
    assert "CudnnRNNV3" in found.error
    assert "Error: " in str(found)


def test_a_loop_is_found_inside_a_graph(require):
    tf = require("tensorflow")

    def count(x):
        return tf.while_loop(lambda i, _: i < 5, lambda i, y: (i + 1, tf.tanh(y)), (0, x))[1]

    found = record_dispatch(count, tf.ones(3), backend="tensorflow").operators
    assert found["Tanh"] == 1
    assert {"While", "StatelessWhile"} & set(found)


# JAX: compiled text.


def test_instructions_are_all_read(require):
    jax = require("jax")

    def call(x, w):
        return jax.lax.scan(lambda h, row: (jax.numpy.tanh(row + h @ w), h.sum()), x[0], x)

    arguments = jax.numpy.ones((7, 4)), jax.numpy.ones((4, 4))
    found = record_dispatch(call, *arguments, backend="jax")
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
def measured(require):
    """Return the rows of few arguments, by backend."""
    for package in ("keras", "torch", "jax"):
        require(package)
    asked = {
        "torch": (["GRU"], ["default", "mask, padded at the end"]),
        "jax": (["SimpleRNN"], ["default", "unroll=True", "dtype='float64'"]),
    }
    found = {backend: measure(backend, cells=cells, arguments=names) for backend, (cells, names) in asked.items()}
    for backend, content in found.items():
        assert (content["provenance"]["backend"], content["provenance"]["device"]) == (backend, "cpu")
        assert content["steps"] == list(STEPS)
    return {backend: [Row(**one) for one in content["rows"]] for backend, content in found.items()}


def check_cpu_rows(backend, rows):
    """Keras has no fused kernel on a CPU; PyTorch writes the loop out, JAX only when told to."""
    for one in rows:
        if one.error:
            cell = one.layer.removeprefix("Keras ")
            expected = ("jax", "dtype='float64'", f"ValueError: {cell} computes in float32; expected float64")
            assert (backend, one.argument, one.error) == expected
            continue
        more = one.operators[1] - one.operators[0]
        assert (one.fused, one.loop, one.kernels) == (False, True, {}), one
        assert more >= ADDED if backend == "torch" else (more > 0) == (one.argument == "unroll=True"), one


def test_keras_never_has_a_fused_kernel_on_a_cpu(measured):
    for backend, rows in measured.items():
        check_cpu_rows(backend, rows)
    assert [(one.layer, one.argument) for one in measured["torch"]] == [
        ("Keras GRU", "default"),
        ("Keras GRU", "mask, padded at the end"),
        ("torch.nn.GRU", "default"),
    ]
    plain, masked, _ = (one.operators[1] - one.operators[0] for one in measured["torch"])
    assert masked > 2 * plain
    assert {one.argument: bool(one.error) for one in measured["jax"]} == {
        "default": False,
        "unroll=True": False,
        "dtype='float64'": True,
    }


@pytest.mark.weekly  # all arguments on two backends take minutes, and their answers change only when Keras does
def test_every_argument_has_its_row_on_a_cpu(require, tmp_path):
    for package in ("keras", "torch", "jax"):
        require(package)
    path = tmp_path / "table.json"
    assert main(f"--backend torch --backend jax --cell GRU -o {path}".split()) == 0
    for backend, content in read_results(path).items():
        rows = [Row(**one) for one in content["rows"]]
        check_cpu_rows(backend, rows)
        expected = [("Keras GRU", name) for name in ARGUMENTS]
        if backend == "torch":
            expected += [("torch.nn.GRU", name) for name in TORCH_ARGUMENTS]
        assert [(one.layer, one.argument) for one in rows] == expected


def test_arguments_that_a_cell_does_not_have_are_left_out(require):
    keras = require("keras")
    foreign = {"reset_after=False", "use_cudnn=False", "recurrent_activation='hard_sigmoid'"}
    calls = _calls(keras.backend.backend(), ["SimpleRNN"])
    assert {name for layer, name, _ in calls if layer == "Keras SimpleRNN"} == set(ARGUMENTS) - foreign


def test_each_backend_is_stored_at_once(tmp_path, monkeypatch, capsys):
    row = {"layer": "Keras GRU", "argument": "default"}
    content = {"provenance": {"versions": {"torch": "2", "keras": "3"}, "device": "cpu"}, "rows": [row]}
    answers = Mock(side_effect=[content, RuntimeError("jax stopped")])
    monkeypatch.setattr("gru_lib.benchmark.dispatch.__main__.measure", answers)
    path = tmp_path / "table.json"
    assert main(f"--backend torch --backend jax -o {path}".split()) == 1
    assert read_results(path) == {"torch": content}
    said = capsys.readouterr()
    assert said.out.startswith("torch 2, Keras 3, cpu\n")
    assert said.err == "error: jax stopped\n"


def test_a_process_on_one_device_does_not_pass_for_the_other(require):
    backend = require("keras").backend.backend()
    for asked, found in {"gpu": "cpu", "cpu": "nvidia-h100"}.items():
        message = f"^device is {asked}, but {backend} computes on {found} here$"
        with (
            patch("gru_lib.benchmark.dispatch.rows.device_name", return_value=found),
            pytest.raises(RuntimeError, match=message),
        ):
            dispatch_table(asked)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: record_dispatch(len, backend="numpy"), "backend is 'numpy'; expected one of torch, tensorflow, jax"),
        (lambda: dispatch_table("tpu"), "device is 'tpu'; expected 'cpu' or 'gpu'"),
        (lambda: dispatch_table(cells=["GRU", "A"]), r"cells has \['A'\]; expected some of GRU, LSTM, SimpleRNN"),
        (lambda: dispatch_table(arguments=["bias=1"]), r"arguments has \['bias=1'\]; expected some of default, act"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("ImportError('this copy is broken')", "ImportError: this copy is broken"),
        ("RuntimeError('no card')", "no card"),
    ],
)
def test_a_process_that_breaks_is_explained(tmp_path, monkeypatch, capsys, error, line):
    (tmp_path / "keras.py").write_text(f"raise {error}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert main(["--backend", "torch"]) == 1
    assert capsys.readouterr().err == f"error: {line}\n"


def test_a_row_in_words():
    line = str(Row("torch.nn.LSTM", "default", True, False, {"aten::mkldnn_rnn_layer": 1}, [33, 33]))
    assert line.split() == ["torch.nn.LSTM", "default", "yes", "no", "33", "33", "aten::mkldnn_rnn_layer", "x", "1"]
    failed = measure_row("GRU", "default", "torch", lambda _: 1 / 0)
    assert failed == Row("GRU", "default", error="ZeroDivisionError: division by zero")
