"""One plot style for the whole book: colours that colour-blind readers can tell apart, the same for the same thing."""

import matplotlib.pyplot as plt

# Okabe & Ito (2008), the palette of the book; every quantity keeps its colour in every figure.
COLOURS = {
    "z": "#0072B2",  # update gate
    "r": "#D55E00",  # reset gate
    "g": "#009E73",  # candidate
    "h": "#333333",  # hidden state
    "note": "#E69F00",
    "GRU": "#0072B2",
    "LSTM": "#009E73",
    "SimpleRNN": "#D55E00",
    "train": "#0072B2",
    "validation": "#E69F00",
}
CYCLE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333"]
DIVERGING = "RdBu_r"  # for signed values, white at zero
SEQUENTIAL = "cividis"  # for values of one sign


def book_style() -> None:
    """Make every figure that follows look like the book's: 7 × 3.5 inches, quiet axes, no frame above and right."""
    plt.rcParams.update(
        {
            "figure.figsize": (7, 3.5),
            "figure.dpi": 110,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": "medium",
            "axes.titlelocation": "left",
            "axes.grid": True,
            "grid.alpha": 0.25,
            "lines.linewidth": 2,
            "legend.frameon": False,
            "image.cmap": SEQUENTIAL,
            "axes.prop_cycle": plt.cycler(color=CYCLE),
        }
    )
