"""The check passes the references, and names every mistake."""

# ruff: noqa: ARG005 - what takes arguments need not use them

import numpy as np
import pytest

from gru_lib.relatives import RELATIVES, check_relative

PAIRS = [(name, mistake) for name, relative in RELATIVES.items() for mistake in relative.mistakes]


@pytest.mark.parametrize("name", RELATIVES)
def test_the_reference_passes_in_float32_too(name):
    run = RELATIVES[name].cell().run
    assert check_relative(name, run).passed

    def single(x, weights, *, h0=None, **inputs):
        weights = {key: value.astype("float32") for key, value in weights.items()}
        inputs = {key: value.astype("float32") for key, value in inputs.items()}
        return run(x.astype("float32"), weights, h0=None if h0 is None else h0.astype("float32"), **inputs)

    check_relative(name, single).raise_if_failed()


@pytest.mark.parametrize(("name", "mistake"), PAIRS, ids=lambda value: getattr(value, "name", value))
def test_every_mistake_is_found_and_named(name, mistake):
    report = check_relative(name, RELATIVES[name].cell(**mistake.parts).run)
    assert not report.passed and mistake.name in str(report)
    assert report.mistakes == (mistake,)


def test_bad_input_is_reported():
    assert "returned shape (3, 4)" in str(check_relative("min-gru", lambda x, w, *, h0=None: np.zeros((3, 4))))
    assert "raised KeyError: 'W'" in str(check_relative("min-gru", lambda x, w, *, h0=None: w["W"]))
    assert "returned None" in str(check_relative("min-gru", lambda x, w, *, h0=None: None))
    assert "none of the known ones" in str(check_relative("gru-d", lambda x, w, *, h0=None, mask, delta: x * np.nan))
    with pytest.raises(ValueError, match=r"relative is 'lstm'; expected one of min-gru, "):
        check_relative("lstm", len)
    with pytest.raises(AssertionError, match="is not a min-gru"):
        check_relative("min-gru", lambda x, w, *, h0=None: x).raise_if_failed()
