"""A picture of the ratios: one panel a shape, one bar a peer."""

from pathlib import Path
from typing import Any

from gru_lib.plotting import COLOURS, book_style


def plot(comparisons: list[dict[str, Any]], path: Path) -> None:
    """Draw what `Comparison.to_dict` returned, with quartiles, into a file."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    book_style()
    figure, axes = plt.subplots(1, len(comparisons), figsize=(3.6 * len(comparisons), 3.4), squeeze=False, sharey=True)
    for panel, comparison in zip(axes[0], comparisons, strict=True):
        peers = comparison["peers"]
        ratios = [row["ratio"] for row in peers.values()]
        spread = [
            [abs(row["ratio"] - row["quartiles"][side]) for row in peers.values()] for side in range(2)
        ]  # below and above
        panel.barh(list(peers), ratios, xerr=spread, color=COLOURS["h"], ecolor=COLOURS["note"])
        panel.axvline(1, color=COLOURS["note"], linestyle="--")
        panel.set_title(comparison["shape"])
        panel.set_xlabel(f"time, {comparison['base']} = 1")
    axes[0][0].invert_yaxis()
    figure.savefig(path)
    plt.close(figure)
