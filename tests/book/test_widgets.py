"""Figures that follow sliders: they are drawn again, and leave one line of text where no kernel runs."""

import ipywidgets
import matplotlib.pyplot as plt
import pytest

from gru_lib.book.widgets import live


@pytest.fixture
def drawn():
    """Return what was drawn, and a function that draws."""
    seen = []

    def draw(bias=1.5, kind="GRU"):
        seen.append((bias, kind))
        plt.plot([0, bias])

    return seen, draw


def test_a_figure_follows_its_controls(drawn):
    seen, draw = drawn
    figure = live(draw, bias=(-2, 6, 0.5), kind=["GRU", "LSTM"])
    assert seen == [(1.5, "GRU")], "drawn at once, where the defaults of the function say"
    first = bytes(figure.picture.value)
    assert first.startswith(b"\x89PNG")
    figure.controls["bias"].value = 4.0
    figure.controls["kind"].value = "LSTM"
    assert seen[1:] == [(4.0, "GRU"), (4.0, "LSTM")]
    assert bytes(figure.picture.value) != first
    assert figure.picture in figure.box.children


def test_no_figure_stays_open(drawn):
    _, draw = drawn
    before = plt.get_fignums()
    live(draw, bias=(-2.0, 6.0), kind="SimpleRNN")
    assert plt.get_fignums() == before

    def broken(bias=0):
        raise RuntimeError(f"no figure for {bias}")

    with pytest.raises(RuntimeError):
        live(broken, bias=(0, 1))
    assert plt.get_fignums() == before


def test_without_a_kernel_it_is_a_line_of_text(drawn):
    _, draw = drawn
    figure = live(draw, bias=(-2, 6, 0.5), kind=["GRU", "LSTM"])
    bundle = figure._repr_mimebundle_()
    assert bundle["text/plain"] == "In a running notebook: a figure to play with."
    others = set(bundle) - {"text/plain"}
    assert others == {"application/vnd.jupyter.widget-view+json"}, "which the canonical form leaves out"


def test_a_widget_is_taken_as_it_is(drawn):
    _, draw = drawn
    slider = ipywidgets.FloatLogSlider(value=10)
    assert live(draw, bias=slider, kind="GRU").controls["bias"] is slider


@pytest.mark.parametrize(
    ("controls", "words"),
    [
        ({}, r"controls are \[\]; expected one for each argument of draw, \['bias', 'kind'\]"),
        ({"bias": (0, 1)}, r"controls are \['bias'\]"),
        ({"bias": (0, 1), "kind": "GRU", "depth": 3}, r"\['bias', 'depth', 'kind'\]"),
        ({"bias": 1j, "kind": "GRU"}, "control bias is 1j; expected"),
    ],
)
def test_wrong_controls_are_named(drawn, controls, words):
    with pytest.raises(ValueError, match=words):
        live(drawn[1], **controls)
