"""Figures that follow sliders in a running notebook; where no kernel runs, a line of text stands in their place."""

import inspect
import io
from collections.abc import Callable
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt


class Live:
    """A figure and its controls. In a stored notebook, which no kernel keeps alive, it is one line of text."""

    def __init__(self, draw: Callable[..., Any], controls: dict[str, ipywidgets.ValueWidget]) -> None:
        self.draw = draw
        self.controls = controls
        self.picture = ipywidgets.Image(format="png")
        self.box = ipywidgets.VBox([*controls.values(), self.picture])
        for control in controls.values():
            control.observe(self.follow, "value")
        self.follow()

    def follow(self, change: Any = None) -> None:  # noqa: ARG002
        """Draw the figure for the values that the controls have now."""
        figure, file = plt.figure(), io.BytesIO()
        try:
            self.draw(**{name: control.value for name, control in self.controls.items()})
            figure.savefig(file, format="png")
        finally:
            plt.close(figure)
        self.picture.value = file.getvalue()

    def __repr__(self) -> str:
        return "In a running notebook: a figure to play with."

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return self.box._repr_mimebundle_(**kwargs) | {"text/plain": repr(self)}


def live(draw: Callable[..., Any], **controls: Any) -> Live:
    """Return a figure that is drawn again whenever a control moves.

    Parameters
    ----------
    draw : callable
        Takes the values of the controls by name, and draws them with `matplotlib.pyplot`.
        Its default values are where the controls begin.
    controls : dict
        For each argument of `draw` what `ipywidgets.interact` takes: ``(low, high, step)`` for a slider, True or False
        for a box to tick, a list for a choice, text for a field, or a widget.

    Returns
    -------
    Live
        To be the last line of a cell.

    Raises
    ------
    ValueError
        If the controls are not the arguments of `draw`, or one of them is nothing that a widget can be made of.
    """
    arguments = inspect.signature(draw).parameters
    if not controls or set(controls) != set(arguments):
        raise ValueError(
            f"controls are {sorted(controls)}; expected one for each argument of draw, {sorted(arguments)}"
        )
    return Live(draw, {name: _control(name, what, arguments[name].default) for name, what in controls.items()})


def _control(name: str, what: Any, start: Any) -> ipywidgets.ValueWidget:
    control = ipywidgets.interactive.widget_from_abbrev(what, start)
    if control is None:
        raise ValueError(f"control {name} is {what!r}; expected (low, high, step), a bool, a list, text or a widget")
    control.description = name.replace("_", " ")
    return control
