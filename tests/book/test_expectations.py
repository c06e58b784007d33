"""Expectations that can fail."""

import configparser
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.book import EvidenceError, expect
from gru_lib.book.expectations import rounded
from tests.support import ROOT


def notebook_patterns():
    patterns = configparser.RawConfigParser()
    patterns.read(ROOT / "tests" / "nbval.cfg", encoding="utf-8")
    return patterns


def test_expect_prints_the_value_first_and_the_band_behind_it(capsys):
    expect("accuracy", 0.95123, between=(0.9, 1.0))
    expect("time", 12.37, between=(10, 15), unit=" ms")
    assert capsys.readouterr().out == "✓ accuracy: 0.95 (between 0.9 and 1.0)\n✓ time: 12.4 ms (between 10 and 15 ms)\n"


@given(st.floats(1e-12, 1e6), st.floats(1e-12, 1e6), st.floats(0, 1))
def test_what_is_printed_differs_from_the_value_by_little_of_the_band(low, width, share):
    value = low + share * width
    assert abs(float(rounded(value, low, low + width)) - value) <= max(0.05 * width, 0.051 * value)


SANITIZERS = [
    (re.compile(pattern["regex"]), pattern["replace"])
    for name, pattern in notebook_patterns().items()
    if name != "DEFAULT"
]


def compared(text):
    """Return what nbval compares of a line."""
    for pattern, replacement in SANITIZERS:
        text = pattern.sub(replacement, text)
    return text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("✓ a: b: 0.41 (between 0.3 and 0.5)", "✓ a: b: 0.4 (between 0.3 and 0.5)"),
        ("✓ a: 12 ms (at most 20 ms)", "✓ a: 9.1 ms (at most 20 ms)"),
        ("✓ a: 0.98 > 0.95\n✓ b: 1 < 2", "✓ a: 0.97 > 0.9\n✓ b: 1.0 < 2.5"),
        ("  not so for an LSTM: 12.3 ms", "  not so for an LSTM: 12 ms"),
    ],
)
def test_nbval_compares_the_sentence_and_the_band_and_not_the_value(one, other):
    assert compared(one) == compared(other)
    assert compared(one) != compared(other.replace("a", "c").replace("LSTM", "RNN"))
    assert compared(one) != compared(re.sub(r"0\.5|20|>|so", "7", other))


@pytest.mark.parametrize("value", [0.89, 1.01, math.nan, math.inf, -math.inf])
def test_expect_rejects_what_is_outside_the_band(value):
    with pytest.raises(EvidenceError, match="accuracy"):
        expect("accuracy", value, between=(0.9, 1.0))


@pytest.mark.parametrize("value", [0.5, 0.4, math.nan])
def test_expect_order_is_strict(value):
    with pytest.raises(EvidenceError, match=r"is not above 0\.5"):
        expect("order", value, above=0.5)
    with pytest.raises(EvidenceError, match="is not below"):
        expect("order", -value, below=-0.5)


def test_expect_accepts_an_order(capsys):
    expect("a over b", 0.6, above=0.5)
    expect("b under a", 0.5, below=0.6)
    assert capsys.readouterr().out == "✓ a over b: 0.60 > 0.50\n✓ b under a: 0.50 < 0.60\n"


@pytest.mark.parametrize("kind", [bool, np.bool_])
def test_a_bool_must_be_true(capsys, kind):
    expect("order", kind(True))
    assert capsys.readouterr().out == "✓ order\n"
    with pytest.raises(EvidenceError, match="order: False is not true"):
        expect("order", kind(False))


@pytest.mark.parametrize(
    ("value", "bounds"), [(1.5, {}), (1.5, {"above": 1, "below": 2}), (True, {"above": 0.5}), (np.True_, {"below": 2})]
)
def test_expect_wants_exactly_one_bound_and_none_for_a_bool(value, bounds):
    with pytest.raises(ValueError, match=f"{len(bounds)} of between, above and below; expected exactly one, none for"):
        expect("x", value, **bounds)
