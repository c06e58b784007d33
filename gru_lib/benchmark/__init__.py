"""How fast a GRU is, beside its peers: measured in turns, on the same threads, given as ratios."""

from gru_lib.benchmark.shapes import SHAPES, Shape
from gru_lib.benchmark.turns import Comparison, compare

__all__ = ["SHAPES", "Comparison", "Shape", "compare"]
