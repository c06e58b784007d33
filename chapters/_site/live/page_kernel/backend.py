"""Matplotlib's backend in the page: Agg, whose `show` sends the figures to the cell."""

from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

from page_kernel import figures

__all__ = ["FigureCanvas", "show"]


def show(*_: object, **__: object) -> None:
    """Send every open figure."""
    figures.show()
