"""The implementation on ONNX Runtime: one operator GRU with its state as input and output."""

import numpy as np

from gru_lib.benchmark.implementations.shared import Step, carry_state
from gru_lib.benchmark.tasks import Problem
from gru_lib.frameworks.onnx import session
from gru_lib.porting.files import onnx_write
from gru_lib.porting.stack import StackedGRU
from gru_lib.scratch import GRUWeights


def onnx_runtime(problem: Problem) -> Step:
    """Return the step of ONNX Runtime; without "step" the states of all steps."""
    model = session(
        onnx_write.write(StackedGRU([(GRUWeights(*problem.weights),)], reset_after=True)),
        threads=problem.task.threads,
    )
    x, state = problem.x, [problem.state[0][None]]
    if problem.task.mode == "step":
        advance = carry_state(lambda state: model.run(["Y_h"], {"X": x, "initial_h": state[0]}), state)
        return lambda: [np.squeeze(state, 0) for state in advance()]
    return lambda: model.run(["Y"], {"X": x, "initial_h": state[0]})
