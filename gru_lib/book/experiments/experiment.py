"""What an experiment is: settings, the last of each a seed, and a run that makes numbers of a setting."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gru_lib.book.experiments import counting, memory, text

Setting = tuple[Any, ...]
Finished = tuple[Setting, list[float], float]


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    name : str
    run : callable (setting) -> sequence of floats
    settings : tuple of tuples
        Words and numbers; the last one of each is the seed.
    outcomes : tuple of str
        What the numbers of a run are.
    """

    name: str
    run: Callable[[Any], tuple[float, ...]]
    settings: tuple[Setting, ...]
    outcomes: tuple[str, ...]

    def timed(self, setting: Setting) -> Finished:
        """Return a setting with what its run gives, and the seconds that it took.

        Raises
        ------
        ValueError
            If a number is not finite, or there are not as many as `outcomes`.
        """
        start = time.perf_counter()
        values = [float(value) for value in self.run(setting)]
        if len(values) != len(self.outcomes) or not all(map(math.isfinite, values)):
            raise ValueError(
                f"{self.name} {setting} gave {values}; expected finite numbers: {', '.join(self.outcomes)}"
            )
        return setting, values, time.perf_counter() - start


EXPERIMENTS = {
    one.name: one
    for one in (
        Experiment("memory", memory.run, memory.SETTINGS, ("accuracy",)),
        Experiment("counting", counting.run, counting.SETTINGS, counting.OUTCOMES),
        Experiment("text", text.run, text.SETTINGS, ("bits per letter", "on what it learns from")),
    )
}
