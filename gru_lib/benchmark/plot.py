"""Pictures of what was measured: the ratios, and how time and memory grow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator

from gru_lib.benchmark.growth import SIZES, growing, size
from gru_lib.plotting import COLOURS, book_style

MARKERS = "osD^v<>P"  # colours come round again after seven; nobody has to tell lines by colour alone


def plot(comparisons: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the ratios with their quartiles into a file: one panel a comparison, one bar a peer."""
    book_style()
    inches = (3.6 * len(comparisons), 3.4)
    figure, axes = plt.subplots(1, len(comparisons), figsize=inches, squeeze=False, sharey=True)
    for panel, comparison in zip(axes[0], comparisons, strict=True):
        peers = comparison["peers"]
        ratios = [row["ratio"] for row in peers.values()]
        spread = [
            [abs(row["ratio"] - row["quartiles"][side]) for row in peers.values()] for side in range(2)
        ]  # below and above
        panel.barh(list(peers), ratios, xerr=spread, color=COLOURS["h"], ecolor=COLOURS["note"])
        panel.axvline(1, color=COLOURS["note"], linestyle="--")
        panel.set_title(f"{comparison['shape']} {comparison['cell']}")
        panel.set_xlabel(f"time, {comparison['base']} = 1")
    axes[0][0].invert_yaxis()
    figure.savefig(path)
    plt.close(figure)


def plot_growth(comparisons: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw time and memory of a step against the size that grows, both logarithmic, one line a peer (and cell).

    Raises
    ------
    ValueError
        If not exactly one size grows.
    """
    letter = growing(comparisons)
    book_style()
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.8))
    quantities = (("seconds", 1e3, "ms a step"), ("memory", 1e-6, "memory, MB"))
    for panel, (quantity, unit, label) in zip(axes, quantities, strict=True):
        for number, (name, points) in enumerate(_lines(comparisons, letter, quantity).items()):
            sizes, values = zip(*sorted(points), strict=True)
            scaled = [unit * value for value in values]
            panel.loglog(sizes, scaled, marker=MARKERS[number % len(MARKERS)], label=name)
        panel.set_xticks(sorted({size(comparison, letter) for comparison in comparisons}))
        panel.minorticks_off()
        panel.xaxis.set_major_formatter("{x:g}")
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter("{x:g}")
        panel.set_xlabel(f"{letter}, {SIZES[letter]}")
        panel.set_ylabel(label)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper")
    figure.savefig(path)
    plt.close(figure)


def _lines(comparisons: Sequence[dict[str, Any]], letter: str, quantity: str) -> dict[str, list[tuple[int, float]]]:
    """Return the points of each line; memory that was not measured has none, but keeps its colour."""
    several = len({comparison["cell"] for comparison in comparisons}) > 1
    lines: dict[str, list[tuple[int, float]]] = {}
    for comparison in comparisons:
        for peer, row in comparison["peers"].items():
            name = f"{peer}, {comparison['cell']}" if several else peer
            value = row[quantity]
            lines.setdefault(name, []).append((size(comparison, letter), float("nan") if value is None else value))
    return lines
