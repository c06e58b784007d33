"""The command and the pytest plugin of the kit."""

import json
import subprocess
import sys

import pytest

from gru_lib.conformance import MUTANTS
from gru_lib.conformance.__main__ import main
from gru_lib.conformance.mutants.needs import shows_in
from gru_lib.conformance.plans import draw_cases
from tests.support import ROOT

pytest_plugins = ["pytester"]

CASES = list(draw_cases())
RIGHT = f"✓ right is a GRU: reset after and reset before, in float64 and float32. All {len(CASES)} cases agree."
GRUS = """
from gru_lib.conformance import MUTANTS
from gru_lib.scratch import gru_backward, gru_forward

print("this is printed while the module is imported")


def right(x, weights, **options):
    print("and this while it is tested")
    return gru_forward(x, weights, **options)


def gradients(x, weights, grad, **options):
    return gru_backward(grad, gru_forward(x, weights, **options)[1])


def original(x, weights):
    return gru_forward(x, weights, reset_after=False)


class Library:
    wrong = staticmethod(MUTANTS["recurrent-bias-outside"].gru())
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with modules to test."""
    (tmp_path / "grus.py").write_text(GRUS, encoding="utf-8")
    (tmp_path / "older.py").write_text("import math; math.no_longer", encoding="utf-8")
    (tmp_path / "broken.py").write_text("raise SystemExit(0)", encoding="utf-8")
    (tmp_path / "nothing.onnx").write_bytes(b"")
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch, capfd):
    """Call the command in that folder; return its exit status and what it printed."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))  # the command puts the current folder first

    def run(*arguments):
        status = main(list(arguments))
        out, err = capfd.readouterr()
        assert err == ""
        return status, out

    yield run
    sys.modules.pop("grus", None)


def test_the_command_in_a_process_of_its_own(folder):
    command = [sys.executable, "-m", "gru_lib.conformance", "grus:Library.wrong"]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": ""}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (1, "")
    assert "  mistake: recurrent bias outside the reset (bias rows added up)" in done.stdout.splitlines()
    assert done.stdout[0] in "✗≈"


def test_the_command_takes_gradients(run):
    assert run("grus:right", "--gradients", "grus:gradients") == (0, f"{RIGHT}\n")


def test_the_command_speaks_json(run):
    status, out = run("grus:Library.wrong", "--json")
    report = json.loads(out)
    assert status == 1
    assert [mistake["id"] for mistake in report["mistakes"]] == ["recurrent-bias-outside"]
    assert report["cases"] == len(CASES) and not report["passed"] and report["failures"]
    assert json.loads(run("grus:right", "--json")[1])["passed"]


def test_the_command_takes_the_other_convention(run):
    assert run("grus:original", "--reset-before")[0] == 0
    assert "original is a GRU: reset before, in" in run("grus:original")[1]
    assert run("grus:original", "--reset-after")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grus:nobody"], "the module grus holds no nobody"),
        (["no.such.module:gru"], "the module no.such.module cannot be imported: ModuleNotFoundError"),
        (["older:gru"], "the module older cannot be imported: AttributeError"),
        (["broken:gru"], "the module broken cannot be imported: SystemExit"),
        (["grus"], "expected module:name"),
        ([":gru"], "expected module:name"),
        (["nowhere.onnx"], "nowhere.onnx is no .onnx file that exists"),
        (["nothing.onnx"], "nothing.onnx: damaged, or no ONNX model"),
        (["math:pi"], "float is no GRU"),
        (["grus:right", "--gradients", "grus:nothing"], "the module grus holds no nothing"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_command_says_what_it_could_not_test(run, require, arguments, message):
    require("onnx")
    status, out = run(*arguments)
    assert status == 2
    assert message in out and len(out.splitlines()) == 1


def test_the_command_tests_pytorch(run, require):
    require("torch")
    status, out = run("torch.nn:GRU")
    assert status == 0 and "✓ GRU is a GRU" in out


# ----- the plugin -----------------------------------------------------------------------------------------------------

TESTS = """
import pytest
from grus import Library, gradients, right


def test_at_once(gru_conformance):
    gru_conformance(gru=right, gradients=gradients)


def test_wrong_at_once(gru_conformance):
    gru_conformance(Library.wrong)


@pytest.mark.gru_conformance(gru=right, gradients=gradients, reset_after=False)
def test_right_case(gru_case):
    gru_case.check()


@pytest.mark.gru_conformance(gru=Library.wrong)
def test_wrong_case(gru_case):
    gru_case.check()


@pytest.mark.gru_conformance(gru=3)
def test_nothing(gru_case):
    gru_case.check()
"""


def test_the_plugin_lists_failures_one_by_one(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(grus=GRUS, test_grus=TESTS)
    monkeypatch.syspath_prepend(str(ROOT))
    result = pytester.runpytest_inprocess("-p", "gru_lib.conformance.plugin", "--strict-markers", "-rf", "-q")
    # one test for all cases fails too, and one that has nothing to test
    before = len(list(draw_cases(reset_after=False)))
    wrong = sum(shows_in(MUTANTS["recurrent-bias-outside"], case) for case in CASES)
    result.assert_outcomes(passed=1 + before + len(CASES) - wrong, failed=1 + wrong + 1)
    output = result.stdout.str()
    assert "mistake: recurrent bias outside the reset" in output
    assert "test_wrong_case[reset after, bias, h0, no mask, forwards, B=4 T=5 m=2 n=3, float64]" in output
    assert "test_nothing[could not be tested]" in output and "int is no GRU" in output


def test_the_plugin_leaves_other_tests_alone(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile("import sys\n\ndef test_mine():\n    assert 'numpy' not in sys.modules")
    result = pytester.runpytest_subprocess("-p", "gru_lib.conformance.plugin", "-q")
    result.assert_outcomes(passed=1)
    assert (
        "gru_conformance(*, gru"
        in pytester.runpytest_subprocess("-p", "gru_lib.conformance.plugin", "--markers").stdout.str()
    )
