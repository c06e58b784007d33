"""Figures as the page's own: Matplotlib's backend here. A figure is sent as SVG, or as PNG where that is smaller."""

from __future__ import annotations

import base64
import io
import logging
import sys
from typing import Any

from page_kernel.outputs import Send

LARGEST = 150_000  # characters of SVG; a figure of more becomes a picture of points
_send: Send = print
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
    svg, png = io.StringIO(), io.BytesIO()
    figure.savefig(svg, format="svg", bbox_inches="tight")
    if len(svg.getvalue()) <= LARGEST:
        return {"image/svg+xml": svg.getvalue()}
    figure.savefig(png, format="png", bbox_inches="tight", dpi=220)
    return {"image/png": base64.b64encode(png.getvalue()).decode()}
