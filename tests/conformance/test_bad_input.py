"""Whatever is handed to the kit, it reports; it never crashes, and it never passes what is not a GRU."""

# ruff: noqa: ARG001, ARG005 - what takes arguments need not use them

import subprocess
import sys
import threading

import numpy as np
import pytest

from gru_lib.conformance import MUTANTS, check_gru
from gru_lib.conformance.plans import draw_cases
from gru_lib.scratch import GRUWeights, gru_forward


def states(x, weights, **options):
    return gru_forward(x, weights, **options)[0]


def answering(change):
    """A GRU whose answer is changed."""
    return lambda x, weights, **options: change(states(x, weights, **options))


def raising(error):
    def gru(x, weights, **options):
        raise error

    return gru


def changing(name):
    def gru(x, weights, *, h0=None, mask=None, reset_after=True, go_backwards=False):
        answer = states(x, weights, h0=h0, mask=mask, reset_after=reset_after, go_backwards=go_backwards)
        array = {"x": x, "h0": h0, "mask": mask, "kernel": weights.kernel, "bias": weights.bias}[name]
        if array is not None:
            array[...] = ~array if array.dtype == bool else 0
        return answer

    return gru


WRONG = {
    "None": (lambda x, weights: None, "returned None; expected the states (B, T, n)"),
    "text": (lambda x, weights: "states", "returned str of dtype"),
    "objects": (lambda x, weights: [object()], "returned list of dtype object"),
    "empty tuple": (lambda x, weights: (), "returned shape (0,)"),
    "time first": (answering(lambda a: a.swapaxes(0, 1)), "time comes first"),
    "last state": (answering(lambda a: a[:, -1]), "the last state only"),
    "one unit too many": (answering(lambda a: np.pad(a, ((0, 0), (0, 0), (0, 1)))), "expected (B, T, n) = (4, 5, 3)"),
    "integers": (answering(lambda a: a.astype(int)), "wrong from step 1"),
    "NaN": (answering(lambda a: a * np.nan), ": nan instead of"),
    "infinity": (answering(lambda a: a + np.inf), ": inf instead of"),
    "zeros": (answering(np.zeros_like), "wrong from step 1"),
    "x changed": (changing("x"), "changes its argument x in place"),
    "h0 changed": (changing("h0"), "changes its argument h0 in place"),
    "mask changed": (changing("mask"), "changes its argument mask in place"),
    "kernel changed": (changing("kernel"), "changes its argument weights.kernel in place"),
    "bias changed": (changing("bias"), "changes its argument weights.bias in place"),
}


RAISING = {
    "ragged": (lambda x, weights: [[1.0], [1.0, 2.0]], "nothing but raise: ValueError: "),
    "exception": (raising(KeyError("state")), "nothing but raise: KeyError: 'state' (in gru, line "),
    "exception of many lines": (raising(RuntimeError("first\n\tlast")), "RuntimeError: first last (in gru"),
    "exception without words": (raising(NotImplementedError()), "nothing but raise: NotImplementedError: "),
    "exit": (raising(SystemExit(0)), "nothing but raise: SystemExit: 0"),
}


@pytest.mark.parametrize(("gru", "message"), RAISING.values(), ids=RAISING)
def test_what_only_raises_could_not_be_tested(gru, message):
    report = check_gru(gru)
    assert report.verdict == "not tested" and message in str(report) and len(str(report).splitlines()) == 1


def test_a_gru_that_never_returns_is_left_behind():
    calls = []

    def hangs(x, weights, *, h0=None):
        calls.append(1)
        if len(calls) == 12:
            threading.Event().wait(60)
        return states(x, weights)

    report = check_gru(hangs, limit=0.2)
    assert report.verdict == "not tested" and report.cases and not report.passed
    assert "gave no answer within 0.2 s; of 8 cases before" in str(report)  # three calls look for the precision
    assert [mutant.id for mutant in report.mistakes] == ["h0-ignored"]  # the report so far


def test_where_no_thread_can_be_started_a_gru_is_tested_without_a_limit(monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", start)
    assert check_gru(gru_forward).passed
    assert not check_gru(MUTANTS["h0-ignored"].gru()).passed


def test_an_answer_that_changes_with_the_next_call_is_noticed():
    buffers = {}

    def gru(x, weights, **options):
        answer = states(x, weights, **options)
        buffer = buffers.setdefault((answer.shape, answer.dtype), answer)
        buffer[...] = answer
        return buffer

    report = check_gru(gru)
    assert not report.passed and "hand out a copy of the buffer" in str(report)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_precision_is_found_and_can_be_asked_for(dtype):
    def gru(x, weights, *, h0=None):
        arrays = (array.astype(dtype).astype("float32") for array in weights.arrays())
        h, steps = None if h0 is None else h0.astype(dtype).astype("float32"), []
        weights = type(weights)(*arrays)
        for t in range(x.shape[1]):
            h = states(x[:, t : t + 1].astype("float32"), weights, h0=h)[:, 0].astype(dtype).astype("float32")
            steps.append(h)
        return np.stack(steps, axis=1)

    assert (check_gru(gru).verdict, check_gru(gru).precision) == ("gru", dtype)
    asked = check_gru(gru, dtype="float64")
    assert [mutant.id for mutant in asked.mistakes] in ([f"{dtype}-inside"], ["weights-float16"], [])
    assert not asked.passed


@pytest.mark.parametrize("gru", [states], ids=["right"])
def test_another_dtype_is_a_remark(gru):
    report = check_gru(lambda x, weights, **options: gru(x, weights, **options).astype(float))
    assert report.passed and report.remarks == ("returns float64 for float32",)


MEANT = {
    "gates": ({"gates": "hard_sigmoid"}, "gates is 'hard_sigmoid'; expected one of 'sigmoid', 'hard_sigmoid_0.2'"),
    "dtype": ({"dtype": "float80"}, "dtype is 'float80'; expected one of"),
    "weights": ({"weights": "theano"}, "weights is 'theano'; expected one of keras, pytorch"),
    "rows": ({"bias_rows": 3}, "bias_rows is 3; expected one of 0, 1, 2"),
}


@pytest.mark.parametrize(("meant", "message"), MEANT.values(), ids=MEANT)
def test_what_nobody_can_mean_is_refused(meant, message):
    report = check_gru(states, **meant)
    assert report.verdict == "not tested" and message in str(report)


@pytest.mark.parametrize(("gru", "message"), WRONG.values(), ids=WRONG)
def test_wrong_behaviour_fails_and_is_described(gru, message):
    report = check_gru(gru)
    assert report.tested and not report.passed
    assert message in str(report)
    assert report.to_dict()["failing_cases"] == len(report.failing_cases) > 0


NOTHING = {
    "number": (3, "int is no GRU"),
    "None": (None, "NoneType is no GRU"),
    "class": (dict, "the class dict is no GRU"),
    "no arguments": (lambda: 0, "does not fit (too many positional arguments)"),
    "one argument": (lambda x: x, "does not fit (too many positional arguments)"),
    "other keywords": (lambda x, weights, *, size: x, "argument: 'size'"),
    "builtin": (min, "the signature of min cannot be read"),
    "no such file": ("nothing.onnx", "nothing.onnx is no .onnx file that exists"),
    "a word": ("gru", "gru is no .onnx file that exists"),
}


@pytest.mark.parametrize(("gru", "message"), NOTHING.values(), ids=NOTHING)
def test_what_is_no_gru_cannot_be_tested(gru, message):
    report = check_gru(gru)
    assert not report.tested and not report.passed and not report.cases
    assert "could not be tested" in str(report) and message in str(report)
    with pytest.raises(AssertionError, match="could not be tested"):
        report.raise_if_failed()


def test_ctrl_c_stops_the_test():
    with pytest.raises(KeyboardInterrupt):
        check_gru(raising(KeyboardInterrupt()))


def test_a_random_gru_is_found_out():
    rng = np.random.default_rng(0)

    def gru(x, weights, **options):
        return states(x, weights, **options) * (rng.random() < 0.95)

    assert not check_gru(gru).passed

    def late(x, weights, calls=[], **options):  # noqa: B006 - right in every case, then not any more
        calls.append(1)
        return states(x, weights, **options) + (len(calls) > 3 + len(list(draw_cases()))) * x.dtype.type(1)

    assert "gives another answer when it is called again" in str(check_gru(late))


def test_what_a_gru_prints_does_not_mix_with_the_report(capsys):
    def chatty(x, weights, **options):
        print("step")
        return states(x, weights, **options)

    assert check_gru(chatty).passed
    assert capsys.readouterr().out == ""


WRONG_GRADIENTS = {
    "not callable": (3, "could not be tested: gradients is not callable"),
    "signature": (lambda x: x, "could not be tested: <lambda>(x) does not fit"),
    "zero": (0, "could not be tested: gradients is not callable"),
    "fewer options": (
        lambda x, weights, grad, *, h0: None,
        "does not take mask, reset_after, go_backwards, which the GRU",
    ),
    "exception": (lambda *_a, **_k: 1 / 0, "gradients: raised ZeroDivisionError"),
    "shape": (
        lambda x, weights, grad, **_o: type("G", (), {"kernel": weights.kernel.T})(),
        "gradient of kernel: shape (9, 2)",
    ),
    "NaN": (lambda x, weights, grad, **_o: type("G", (), {"x": x * np.nan})(), "gradient of x: is NaN or infinite"),
    "None": (lambda *_a, **_k: None, "gradients: returned nothing"),
}


@pytest.mark.parametrize(("gradients", "message"), WRONG_GRADIENTS.values(), ids=WRONG_GRADIENTS)
def test_wrong_gradients_fail(gradients, message):
    report = check_gru(gru_forward, gradients=gradients)
    assert not report.passed and message in str(report)
    assert report.mistakes == ()


def test_right_numbers_in_a_wrong_form_are_given_no_mistake():
    # without mask and h0, a GRU that ignores both gives the same numbers: that is not what is wrong here
    def gru(x, weights):
        return states(x, weights).astype(np.float64)

    assert check_gru(gru).passed

    def sometimes(x, weights, *, mask=None):
        if mask is not None:
            raise NotImplementedError("no masks")
        return states(x, weights)

    report = check_gru(sometimes)
    assert not report.passed and report.mistakes == ()
    assert report.common == ("only with a mask, and always then",)


def test_importing_the_kit_imports_no_framework():
    code = "import sys, gru_lib.conformance.plugin\nprint('numpy' in sys.modules)\n"
    code += "import gru_lib.conformance.check, gru_lib.conformance.__main__\n"
    code += "print([name for name in ('keras', 'torch', 'onnx', 'tensorflow', 'jax') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "[]"]


def test_after_a_call_that_never_returns_the_report_can_be_printed(capsys):
    done = threading.Event()
    try:
        print(check_gru(lambda x, weights: done.wait(), limit=0.1))
        assert "gave no answer within 0.1 s" in capsys.readouterr().out
    finally:
        done.set()


class SilentError(Exception):
    """Its message cannot be read."""

    def __str__(self):
        raise RuntimeError("no message")


class Nameless:
    """Raises whenever something unknown is asked of it."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __call__(self, x, weights):
        """Answer, if it could be asked."""


def test_what_raises_when_it_is_looked_at_is_reported():
    assert "message cannot be read" in check_gru(raising(SilentError())).problem
    report = check_gru(Nameless())
    assert report.name == "Nameless" and not report.passed


def test_a_view_larger_than_the_memory_is_reported():
    report = check_gru(lambda x, weights: np.broadcast_to(0.0, (10**6, 10**9)))
    assert not report.tested and "MemoryError" in report.problem


def test_masked_entries_are_no_numbers():
    masked = answering(lambda a: np.ma.masked_less(a, 0))
    assert "masked entries" in check_gru(masked).failures[0].message
    assert check_gru(answering(lambda a: np.ma.masked_array(a, False))).passed


@pytest.mark.parametrize("limit", [0, -1, float("nan"), "1", None])
def test_a_limit_is_a_number_of_seconds(limit):
    assert f"limit is {limit!r}" in check_gru(states, limit=limit).problem


def test_what_only_raises_is_left_alone_early_and_may_answer_as_another_gru():
    calls = []

    def raises(x, weights, *, reset_after=True):
        calls.append(1)
        raise ValueError("no")

    assert "after 16 cases it was asked no more" in check_gru(raises).problem and len(calls) < 25

    def one_row(x, weights):
        if weights.bias is None or weights.bias.ndim == 2:
            raise ValueError("no")
        return states(x, weights, reset_after=False)

    assert check_gru(one_row).convention == "reset before"


def test_where_the_first_nan_comes_is_said():
    def gru(x, weights, *, h0=None):
        found = states(x, weights, h0=h0)
        return np.where((np.abs(x).max() > 100) & (np.arange(x.shape[1]) > 1)[:, None], np.nan, found)

    evidence = check_gru(gru, reset_after=True).evidence
    assert "only with large values, and always then; first at step 3 of [reset after, bias, h0, " in evidence[0]


@pytest.mark.parametrize(("bits", "axis"), [(8, None), (8, 0), (8, 1), (4, None)])
def test_weights_on_a_grid_are_described(bits, axis):
    def quantised(array):
        step = np.abs(array).max(axis=axis, keepdims=True) / (2 ** (bits - 1) - 1) + 1e-30
        return (np.round(array / step) * step).astype(array.dtype)

    def gru(x, weights, *, h0=None):
        kernels = quantised(weights.kernel), quantised(weights.recurrent_kernel)
        return states(x, GRUWeights(*kernels, weights.bias), h0=h0)

    report = check_gru(gru, reset_after=True)
    assert report.mistakes == () and f"have {bits} bits" in report.evidence[0] and "off by " in report.evidence[0]
