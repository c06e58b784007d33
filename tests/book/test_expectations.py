"""Expectations that can fail."""

import math

import numpy as np
import pytest

from gru_lib.book import EvidenceError, expect


def test_expect_prints_the_band_but_not_the_value(capsys):
    expect("accuracy", 0.95123, between=(0.9, 1.0))
    assert capsys.readouterr().out == "✓ accuracy: between 0.9 and 1.0\n"


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
    assert capsys.readouterr().out == "✓ a over b\n✓ b under a\n"


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
