"""The small program in C: a GRU as the kit sees it, in eight bits what NumPy computes, and hard to misuse."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from gru_lib.conformance import check_gru
from gru_lib.frameworks.c import compile_c, compiler
from gru_lib.porting.edge import c_header, quantise
from gru_lib.scratch import GRUWeights, gru_forward
from tests.support import ROOT
from tools import notebooks

EXAMPLES = ROOT / "chapters/engineering/examples"
STRICT = ("-O0", "-Wall", "-Wextra", "-pedantic", "-Werror")


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """Return a function that compiles the program with a header, or a program that has been altered."""
    try:
        compiler()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    programs = {}

    def make(header, old="", new=""):
        if (header, old) not in programs:
            folder = tmp_path_factory.mktemp("edge")
            (folder / "edge_weights.h").write_text(header, encoding="utf-8")
            text = (EXAMPLES / "edge_gru.c").read_text(encoding="utf-8")
            assert old in text
            (folder / "edge_gru.c").write_text(text.replace(old, new) if old else text, encoding="utf-8")
            shutil.copy(EXAMPLES / "edge_desk.c", folder)
            programs[header, old] = compile_c(folder / "edge_desk.c", folder / "edge", *STRICT)
        return programs[header, old]

    return make


def draw(m=3, n=5, k=2, seed=0):
    """Return random weights, a random output layer, and inputs (B, T, m) with states to begin in."""
    rng = np.random.default_rng(seed)
    shapes = (m, 3 * n), (n, 3 * n), (2, 3 * n), (n, k), (k,)
    W, U, bias, V, d = (rng.normal(size=shape).astype("float32") for shape in shapes)
    x = rng.uniform(-1, 1, (4, 500, m)).astype("float32")
    return GRUWeights(W, U, bias), V, d, x, rng.uniform(-1, 1, (4, n)).astype("float32")


def ask(program, x, h, k=2):
    """Return what the program says after each step (B, T, k), and the last states."""
    asked = [np.int32(len(row)).tobytes() + start.tobytes() + row.tobytes() for row, start in zip(x, h, strict=True)]
    done = subprocess.run([program], input=b"".join(asked), capture_output=True, check=True)
    said = np.frombuffer(done.stdout, "float32").reshape(len(x), -1)
    outputs, states = np.split(said, [said.shape[1] - h.shape[1]], axis=1)
    return outputs.reshape(*x.shape[:2], k), states


def test_the_kit_takes_it_for_a_gru_and_names_a_planted_mistake(build):
    build(c_header(*draw()[:3]))  # what skips the test is not for the kit to catch

    def in_c(*planted):
        def gru(x, weights, *, h0=None):
            weights = GRUWeights(*(None if a is None else a.astype("float32") for a in vars_of(weights)))
            n = weights.units
            program = build(c_header(weights, np.eye(n, dtype="float32"), np.zeros(n, "float32")), *planted)
            start = np.zeros((len(x), n)) if h0 is None else h0
            return ask(program, x.astype("float32"), start.astype("float32"), n)

        return gru

    report = check_gru(in_c(), dtype="float32")
    assert report.passed, report
    assert report.convention == "reset after"
    planted = "z * h[i] + (1 - z) * g", "(1 - z) * h[i] + z * g"
    assert [mistake.id for mistake in check_gru(in_c(*planted), dtype="float32").mistakes] == ["update-inverted"]


def vars_of(weights):
    return weights.kernel, weights.recurrent_kernel, weights.bias


def test_it_says_what_the_equations_say_and_hands_the_state_on(build):
    weights, V, d, x, start = draw()
    program = build(c_header(weights, V, d))
    exact = GRUWeights(*(array.astype(float) for array in weights.arrays()))
    states, _ = gru_forward(x.astype(float), exact, h0=start.astype(float))
    outputs, last = ask(program, x, start)
    np.testing.assert_allclose(outputs, states @ V + d, rtol=0, atol=1e-5)
    np.testing.assert_allclose(last, states[:, -1], rtol=0, atol=2e-6)
    first, between = ask(program, x[:, :123], start)
    second, end = ask(program, x[:, 123:], between)
    assert np.array_equal(np.hstack([first, second]), outputs) and np.array_equal(end, last)


def test_an_empty_sequence_has_no_answers_and_leaves_the_state(build):
    weights, V, d, x, start = draw()
    outputs, last = ask(build(c_header(weights, V, d)), x[:, :0], start)
    assert outputs.shape == (4, 0, 2) and np.array_equal(last, start)


def test_eight_bits_are_those_that_numpy_computes(build):
    """In whole numbers of 64 bits, so that nothing overflows, and floats of 64 bits for the rest."""
    weights, V, d, x, start = draw(n=40)
    outputs, last = ask(build(c_header(weights, V, d, x_most=0.9)), x, start)
    unit = float(np.float32(0.9 / 127))

    def narrow(a, unit):
        return np.clip(np.round(a / unit), -127, 127).astype(np.int64)

    def times(a, unit, matrix):
        numbers, scale = quantise(matrix)
        return narrow(a, unit) @ numbers.astype(np.int64) * (unit * scale.astype(float))

    h, n = start.astype(float), 40
    b, c = weights.bias
    for t in range(50):
        a, u = times(x[:, t], unit, weights.kernel) + b, times(h, 1 / 127, weights.recurrent_kernel) + c
        z, r = np.split(1 / (1 + np.exp(-a[:, : 2 * n] - u[:, : 2 * n])), 2, axis=1)
        h = z * h + (1 - z) * np.tanh(a[:, 2 * n :] + r * u[:, 2 * n :])
        wanted = times(h, 1 / 127, V) + d
        # a state that is rounded on the other side of a half moves one answer by one unit of its scale
        assert np.median(np.abs(outputs[:, t] - wanted)) < 1e-5, t
        np.testing.assert_allclose(outputs[:, t], wanted, rtol=0, atol=0.05)
    assert np.abs(last).max() <= 1


def test_eight_bits_are_a_scale_for_each_column():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(20, 6)) * 10.0 ** np.arange(-3, 3)
    matrix[:, 2] = 0
    numbers, scale = quantise(matrix)
    assert numbers.dtype == np.int8 and scale.dtype == np.float32 and scale[2] == 1
    assert (np.abs(numbers).max(axis=0) == [127, 127, 0, 127, 127, 127]).all()
    assert (np.abs(numbers * scale - matrix) <= 0.5001 * scale).all()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (b"\x01\x00", "a request ends too early"),
        (np.int32(-1).tobytes() + bytes(20), "the number of steps is below zero"),
        (np.int32(1).tobytes() + bytes(16), "no state of mine"),
        (np.int32(0).tobytes() + np.full(5, 2, "float32").tobytes(), "no state of mine"),
        (np.int32(2).tobytes() + bytes(20) + bytes(12), "an input is missing"),
        (np.int32(1).tobytes() + bytes(20) + np.full(3, np.nan, "float32").tobytes(), "or no number"),
    ],
    ids=["half a number", "steps below zero", "half a state", "a state above one", "an input short", "nan"],
)
def test_a_request_that_is_none_ends_it(build, asked, said):
    weights, V, d, _, _ = draw()
    done = subprocess.run([build(c_header(weights, V, d, x_most=1.0))], input=asked, capture_output=True)
    assert done.returncode == 1 and said in done.stderr.decode()


def test_a_header_of_another_version_does_not_compile(build):
    weights, V, d, _, _ = draw()
    header = c_header(weights, V, d)
    assert "EDGE_FORMAT 1" in header
    with pytest.raises(ValueError, match=r"(?s)edge_desk\.c cannot be compiled: .*another format.*export it again"):
        build(header.replace("EDGE_FORMAT 1", "EDGE_FORMAT 2"))


def test_where_there_is_no_compiler_it_is_said(monkeypatch, tmp_path):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="there is no C compiler: looked for cc, gcc, clang"):
        compile_c(EXAMPLES / "edge_desk.c", tmp_path / "edge")
    monkeypatch.setenv("CC", "icc-17")
    with pytest.raises(FileNotFoundError, match="looked for icc-17"):
        compiler()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"V": np.zeros((4, 2), "float32")}, r"kernel has shape \(4, 2\); expected \(5, 2\)"),
        ({"d": np.zeros((2, 1), "float32")}, r"bias has shape \(2, 1\); expected \(2,\)"),
        ({"V": np.zeros((5, 2))}, "is float64; expected float32"),
        ({"x_most": 0.0}, "x_most is 0.0; expected a number above zero"),
        ({"x_most": float("nan")}, "x_most is nan"),
        ({"bias": np.zeros(15, "float32")}, r"weights.bias has shape \(15,\); expected \(2, 15\), reset after"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_cannot_be_written_is_refused(change, said):
    weights, V, d, _, _ = draw()
    given = {"V": V, "d": d, "x_most": None, "bias": weights.bias} | change
    weights = GRUWeights(weights.kernel, weights.recurrent_kernel, given["bias"])
    with pytest.raises(ValueError, match=said):
        c_header(weights, given["V"], given["d"], x_most=given["x_most"])


def test_what_has_no_scale_is_refused():
    for matrix in (np.zeros(3), np.array([[np.inf]])):
        with pytest.raises(ValueError, match="matrix has shape"):
            quantise(matrix)


def test_without_biases_they_are_zero(build):
    weights, V, d, x, start = draw()
    weights = GRUWeights(weights.kernel, weights.recurrent_kernel, None)
    outputs, _ = ask(build(c_header(weights, V, d)), x[:, :9], start)
    np.testing.assert_allclose(outputs, gru_forward(x[:, :9], weights, h0=start)[0] @ V + d, rtol=0, atol=1e-5)


def test_what_goes_to_the_chip_is_short_and_stands_in_the_chapter():
    code = re.sub(r"/\*.*?\*/", "", (EXAMPLES / "edge_gru.c").read_text(encoding="utf-8"), flags=re.S)
    assert sum(bool(line.strip()) for line in code.splitlines()) <= 60
    chapter = notebooks.prose(notebooks.load(ROOT / "chapters/engineering/edge.ipynb"))
    assert f"```c\n{(EXAMPLES / 'edge_gru.c').read_text(encoding='utf-8')}```" in chapter
