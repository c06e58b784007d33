"""How fast a GRU is, beside its peers: measured in turns, on the same threads, given as ratios."""

from gru_lib.benchmark.comparison import Comparison
from gru_lib.benchmark.growth import crossover, grow
from gru_lib.benchmark.shapes import SHAPES, Shape
from gru_lib.benchmark.task import Task
from gru_lib.benchmark.turns import compare

__all__ = ["SHAPES", "Comparison", "Shape", "Task", "compare", "crossover", "grow"]
