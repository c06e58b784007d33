"""What the check and the references make of bad input, final states, and functions that offer less."""

# ruff: noqa: ARG005 - what takes arguments need not use them

import json
import time

import numpy as np
import pytest

from gru_lib.conformance.__main__ import main
from gru_lib.relatives import RELATIVES, check_relative
from gru_lib.relatives.conv import ConvGRUWeights
from gru_lib.relatives.decay import GRUDWeights
from gru_lib.relatives.min_gru import MinGRUWeights

forward = RELATIVES["min-gru"].forward


def changed(function):
    """Return a function that calls the reference first."""
    return lambda x, weights, *, h0=None: function(forward(x, weights, h0=h0), x, h0)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda states, x, h0: np.zeros((3, 4)), "returned shape (3, 4); expected (3, 5, 4) [plain, h0]"),
        (lambda states, x, h0: None, "returned None"),
        (lambda states, x, h0: "text", "returned str of dtype"),
        (lambda states, x, h0: states * np.nan, "wrong from step 1: nan instead of"),
        (lambda states, x, h0: (states, states[:, 0]), "the final state is not that of the last step [plain, h0]"),
        (lambda states, x, h0: (states, states[0]), "the final state is not that of the last step [plain, h0]"),
        (
            lambda states, x, h0: (x.fill(0), states)[1],
            "changes its argument x in place",
        ),
    ],
)
def test_what_is_wrong_is_said(function, message):
    report = check_relative("min-gru", changed(function))
    assert not report.passed and message in str(report)
    with pytest.raises(AssertionError, match="is not a min-gru"):
        report.raise_if_failed()


@pytest.mark.parametrize(
    "final", [lambda states: states[:, -1], lambda states: states[None, :, -1], lambda states: None]
)
def test_the_right_final_state_passes_in_any_shape(final):
    check_relative("min-gru", changed(lambda states, x, h0: (states, final(states)))).raise_if_failed()


def test_precision_is_found_or_held_to():
    rough = changed(lambda states, x, h0: states.astype("float32"))
    assert "in float32: all 12 cases agree." in str(check_relative("min-gru", rough))
    assert not check_relative("min-gru", rough, dtype="float64").passed


def test_what_takes_no_h0_is_tested_without():
    report = check_relative("min-gru", lambda x, weights: forward(x, weights))
    assert str(report).endswith("all 6 cases agree.\n  not tested: h0")


def test_what_cannot_be_tested_is_not_judged():
    report = check_relative("min-gru", lambda x, w: w.no_such)
    assert str(report).startswith("? <lambda> could not be tested: it does nothing but raise: AttributeError")
    report = check_relative("min-gru", lambda x, w: time.sleep(1), limit=0.05)
    assert "it gave no answer within 0.05 s" in str(report)
    assert not report.passed and not report.failures


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"relative": "lstm"}, "relative is 'lstm'; expected one of min-gru, "),
        ({"update": "both"}, "update is 'both'; expected one of keeps, overwrites"),
        ({"without": ["gain"]}, "without is 'gain'; expected one of kernel, bias"),
        ({"dtype": "float16"}, "dtype is 'float16'; expected one of float64, float32"),
    ],
)
def test_choices_that_there_are_not(arguments, message):
    with pytest.raises(ValueError, match=message):
        check_relative(**{"relative": "min-gru", "function": forward} | arguments)


def test_weights_that_do_not_fit_together():
    with pytest.raises(ValueError, match=r"bias has shape \(1,\); expected \(8,\) \(m = 2, n = 4\)"):
        MinGRUWeights(np.zeros((2, 8)), np.zeros(1))
    with pytest.raises(ValueError, match=r"kernel has shape \(8,\); expected 2 axes"):
        MinGRUWeights(np.zeros(8), np.zeros(8))
    with pytest.raises(ValueError, match="odd number of rows"):
        ConvGRUWeights(np.zeros((2, 2, 1, 3)), np.zeros((2, 2, 1, 3)), np.zeros(3))
    sizes = GRUDWeights.draw(np.random.default_rng(0), m=2, n=3).sizes
    assert sizes == {"m": 2, "n": 3}


def test_inputs_that_do_not_fit():
    [case, *_] = RELATIVES["gru-d"].cases()
    run = RELATIVES["gru-d"].forward
    with pytest.raises(ValueError, match=r"x has shape \(3, 5, 1\); expected \(3, 5, 2\) \(B, T, m\)"):
        run(case.x[..., :1], case.weights, **case.options)
    with pytest.raises(ValueError, match=r"mask has shape \(3, 5, 1\)"):
        run(case.x, case.weights, **case.options | {"mask": case.options["mask"][..., :1]})
    with pytest.raises(ValueError, match=r"h0 has shape \(1, 3\); expected \(3, 3\)"):
        run(case.x, case.weights, **case.options | {"h0": case.options["h0"][:1]})


@pytest.mark.parametrize(
    ("options", "status", "line"),
    [
        ([], 1, "mistake: z inverted: z = 1 takes the new state"),
        (["--update", "overwrites"], 0, "✓ mine is a min-gru in float64: all 12 cases agree."),
        (["--update", "overwrites", "--dtype", "float32"], 0, "✓ mine is a min-gru in float32: all 12 cases agree."),
        (["--json", "--without", "bias"], 1, '"verdict": "not a min-gru"'),
        (["--reset-before"], 2, "--relative goes without --reset-after"),
        (["--gates", "sigmoid"], 2, "--relative goes without --gates"),
    ],
)
def test_the_command(tmp_path, monkeypatch, capsys, options, status, line):
    (tmp_path / "paper_min_gru.py").write_text(
        "from gru_lib.relatives import RELATIVES\n"
        "def mine(x, weights, *, h0=None):\n"
        "    return RELATIVES['min-gru'].overwriting().forward(x, weights, h0=h0)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["--relative", "min-gru", "paper_min_gru:mine", *options]) == status
    assert line in capsys.readouterr().out


def test_the_command_refuses_what_it_cannot_do(tmp_path, capsys):
    assert (
        main(["--relative", "min-gru", "--badge", str(tmp_path / "badge.json"), "gru_lib.relatives:check_relative"])
        == 2
    )
    assert "--relative goes without --badge" in capsys.readouterr().out
    assert main(["--relative", "lstm", "gru_lib.relatives:check_relative"]) == 2
    assert "expected one of min-gru" in capsys.readouterr().out
    assert main(["--relative", "min-gru", "--command", "true"]) == 2


def test_what_a_function_has_no_place_for_is_left_out():
    def no_bias(x, weights, *, h0=None):
        return RELATIVES["conv-gru"].forward(x, weights.without(["bias"]), h0=h0)

    told = "right if bias had no effect; if there is none in yours: without=('bias',)"
    assert f"  mistake: none of the known ones\n  {told}" in str(check_relative("conv-gru", no_bias))
    report = check_relative("conv-gru", no_bias, without=["bias"])
    assert str(report).endswith("all 14 cases agree.\n  not tested: bias")
    weights = RELATIVES["layer-norm-gru"].cases()[0].without(["gain_x", "bias_x"]).weights
    assert (weights.gain_x == 1).all() and not weights.bias_x.any() and weights.gain_h.std() > 0


@pytest.mark.parametrize(
    ("relative", "mistake", "without"),
    [
        ("gru-d", "mean taken for zero", ("x_mean",)),
        ("layer-norm-gru", "bias left out", ("bias_x", "bias_h")),
        ("layer-norm-gru", "gain and bias left out", ("gain_x", "bias_x", "gain_h", "bias_h")),
    ],
)
def test_a_mistake_may_be_none_where_a_weight_is_missing(relative, mistake, without):
    kind = RELATIVES[relative]
    [parts] = [each.parts for each in kind.mistakes if each.name == mistake]
    report = check_relative(relative, kind.cell(**parts).run)
    assert any(line.endswith(f"without={without!r}") for line in report.evidence)
    check_relative(relative, kind.cell(**parts).run, without=without).raise_if_failed()


def test_what_keeps_state_between_calls_is_found():
    last = {}  # by the number of rows

    def stateful(x, weights):
        states = forward(x, weights, h0=last.get(len(x)))
        last[len(x)] = states[:, -1]
        return states

    assert "when it is called again" in str(check_relative("min-gru", stateful))


def test_the_report_for_programs():
    report = check_relative("min-gru", lambda x, weights: forward(x, weights.without(["bias"])))
    found = report.to_dict()
    assert (found["verdict"], found["cases"], found["failing_cases"]) == ("not a min-gru", 6, 6)
    assert found["evidence"] == list(report.evidence) and found["not_tested"] == ["h0"]
    assert json.dumps(found)
