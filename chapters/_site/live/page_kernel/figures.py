"""Figures as the page's own: SVG on its colours, or PNG where that is smaller."""

from __future__ import annotations

import base64
import io
import logging
import sys
from itertools import count
from typing import Any

from page_kernel.outputs import Send

LARGEST = 150_000  # characters of SVG; a figure of more becomes a picture of points
LABEL = "The figure that the code above draws now."
_send: Send = print
_numbers = count(1)
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it says that it looks for fonts


def into(send: Send) -> None:
    """Say where figures go that are shown while a cell runs."""
    global _send
    _send = send


def show(send: Send | None = None) -> None:
    """Send every open figure, and close it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        figure = pyplot.figure(number)
        (send or _send)({"output_type": "display_data", "data": {**_picture(figure), "text/plain": repr(figure)}})
    close()


def close() -> None:
    """Close every figure."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


def _picture(figure: Any) -> dict[str, str]:
    from gru_lib.book.figures import on_page  # which brings NumPy; with a figure that is there

    svg, png = io.StringIO(), io.BytesIO()
    figure.savefig(svg, format="svg")
    if len(svg.getvalue()) <= LARGEST:
        return {"image/svg+xml": on_page(svg.getvalue(), f"live{next(_numbers)}", LABEL)}
    figure.savefig(png, format="png", dpi=220)
    return {"image/png": base64.b64encode(png.getvalue()).decode()}
