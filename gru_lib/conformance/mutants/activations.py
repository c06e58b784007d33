"""Mistakes in the functions of a step: another one in the gates, another one for the candidate, approximations."""

from typing import Any

from gru_lib.conformance.mutants.mutant import forward_mutant


def _rational_tanh(ops: Any, a: Any) -> Any:
    a = ops.clip(a, -3, 3)
    return a * (27 + a * a) / (27 + 9 * a * a)


STANDARD = "Use 1 / (1 + exp(-a)) for z and r"
TANH = "Use tanh for the candidate"
ACTIVATION_MUTANTS = (
    forward_mutant(
        "hard-sigmoid-0.2",
        "hard sigmoid 0.2 a + 0.5 in the gates (the default of older versions of Keras)",
        f"{STANDARD}, or recurrent_activation='sigmoid'",
        gate_activation=lambda ops, a: ops.clip(0.2 * a + 0.5, 0, 1),
        source="https://github.com/keras-team/keras/pull/9112",
        convention="gates='hard_sigmoid_0.2'",
    ),
    forward_mutant(
        "hard-sigmoid-6",
        "hard sigmoid a / 6 + 0.5 in the gates",
        STANDARD,
        gate_activation=lambda ops, a: ops.clip(a / 6 + 0.5, 0, 1),
        source="https://github.com/tensorflow/tensorflow/issues/65381",
        convention="gates='hard_sigmoid_6'",
    ),
    forward_mutant(
        "fast-sigmoid",
        "sigmoid approximated by a / (1 + |a|)",
        STANDARD,
        gate_activation=lambda ops, a: 0.5 * a / (1 + ops.abs(a)) + 0.5,
        source="https://github.com/torch/torch7/pull/1027",
    ),
    forward_mutant("gates-tanh", "tanh in the gates", STANDARD, gate_activation=lambda ops, a: ops.tanh(a)),
    forward_mutant(
        "gates-linear",
        "gates without an activation",
        STANDARD,
        gate_activation=lambda _ops, a: a,
        source="https://github.com/YerevaNN/R-NET-in-Keras/issues/14",
    ),
    forward_mutant(
        "candidate-relu",
        "relu for tanh",
        TANH,
        candidate_activation=lambda ops, a: ops.maximum(a, 0),
        source="https://github.com/xiph/rnnoise/issues/58",
        convention="candidate='relu'",
    ),
    forward_mutant(
        "candidate-sigmoid",
        "sigmoid for tanh",
        TANH,
        candidate_activation=lambda ops, a: ops.sigmoid(a),
        source="https://github.com/keras-team/keras/issues/1286",
    ),
    forward_mutant(
        "sigmoid-inside-tanh",
        "sigmoid inside the candidate's tanh",
        TANH + " of the sum itself",
        candidate_activation=lambda ops, a: ops.tanh(ops.sigmoid(a)),
        source="https://github.com/malmaud/TensorFlow.jl/pull/384",
    ),
    forward_mutant("candidate-linear", "candidate without tanh", TANH, candidate_activation=lambda _ops, a: a),
    forward_mutant(
        "candidate-hard-tanh",
        "tanh cut off straight at -1 and 1",
        TANH,
        candidate_activation=lambda ops, a: ops.clip(a, -1, 1),
    ),
    forward_mutant(
        "candidate-softsign", "a / (1 + |a|) for tanh", TANH, candidate_activation=lambda ops, a: a / (1 + ops.abs(a))
    ),
    forward_mutant(
        "candidate-rational",
        "tanh approximated by a (27 + a²) / (27 + 9 a²)",
        "Use an exact tanh to compare; decide afterwards whether the approximation is good enough",
        candidate_activation=_rational_tanh,
        source="https://github.com/certik/fastGPT/issues/25",
    ),
)
