"""How fast a GRU is in each framework: measured in turns, on the same threads, given as ratios.

Used in the chapter *Making it fast*.
"""

from gru_lib.benchmark.comparison import Comparison
from gru_lib.benchmark.runner import compare, compare_tasks
from gru_lib.benchmark.scaling import crossover, scaled_shapes
from gru_lib.benchmark.tasks import SHAPES, Shape, Task, draw_problem

__all__ = [
    "SHAPES",
    "Comparison",
    "Shape",
    "Task",
    "compare",
    "compare_tasks",
    "crossover",
    "draw_problem",
    "scaled_shapes",
]
