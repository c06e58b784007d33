"""One plot style for the whole book: one width, one text size, and the same colour for the same thing."""

import sys
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.colors import LinearSegmentedColormap

# Of `gru_lib.book.figures`, which says how the site shows them; every quantity keeps its colour in every figure.
COLOURS = {
    "z": "#0072b2",  # update gate
    "r": "#d55e00",  # reset gate
    "g": "#009e73",  # candidate
    "h": "#3b4048",  # hidden state
    "note": "#e69f00",
    "muted": "#85898f",
    "GRU": "#0072b2",
    "LSTM": "#009e73",
    "SimpleRNN": "#d55e00",
    "train": "#0072b2",
    "validation": "#e69f00",
}
CYCLE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#3b4048"]
Z, R, INK = COLOURS["z"], COLOURS["r"], COLOURS["h"]

# Of images: nothing is drawn at zero, so that they lie on the ground of the page.
SEQUENTIAL = "book"  # for values of one sign
DIVERGING = "book-signed"
RAMPS: dict[str, Any] = {
    SEQUENTIAL: [f"{Z}00", Z],
    DIVERGING: [(0, Z), (0.5, f"{Z}00"), (0.5, f"{R}00"), (1, R)],
}
for name, ramp in RAMPS.items():
    mpl.colormaps.register(LinearSegmentedColormap.from_list(name, ramp), force=True)

STYLE = {
    "figure.figsize": (6, 3.3),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "font.sans-serif": ["DejaVu Sans"],
    **dict.fromkeys(("axes.titlesize", "legend.fontsize"), "medium"),
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right", "legend.frameon"), False),
    "axes.titlelocation": "left",
    "axes.grid": True,
    "grid.color": INK,
    "grid.alpha": 0.15,
    "lines.linewidth": 2,
    "image.cmap": SEQUENTIAL,
    "image.interpolation": "none",
    "axes.prop_cycle": plt.cycler(color=CYCLE),
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "gru",  # the same figure is the same file
}


def book_style() -> None:
    """Make every figure that follows look like the book's, and a notebook store it as SVG."""
    plt.rcParams.update(STYLE)
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        nameless = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        set_matplotlib_formats("svg", bbox_inches=None, metadata=nameless)  # type: ignore[no-untyped-call]
