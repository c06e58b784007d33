"""Mistakes on the way through time: initial state, direction, axes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gru_lib.conformance.mutants.mutant import forward_mutant
from gru_lib.conformance.recipe import Sequence, turned, where

BACKWARDS = "With go_backwards turn x and the mask, and leave the states in the order of processing"


def _h0(change: Callable) -> Callable:
    return lambda o, q: q if q.h is None else replace(q, h=change(o, q.h))


def first_row(o: Any, a: Any) -> Any:
    """Give every row what row 0 has."""
    return o.broadcast_to(a[:1], o.shape(a))


def turn_states(o: Any, states: Any, q: Sequence) -> Any:
    """Return the states of a backward walk in the order of x."""
    return o.flip(states, axis=1) if q.backwards else states


def _exchange(o: Any, a: Any) -> Any:
    return None if a is None else o.swapaxes(a, 0, 1)


def _view(o: Any, a: Any) -> Any:
    """Read (B, T, ...) as (T, B, ...) without moving a number, then put the batch first again."""
    return None if a is None else _exchange(o, o.reshape(a, (a.shape[1], -1, *a.shape[2:])))


def _viewed_back(o: Any, states: Any, _q: Sequence) -> Any:
    steps = states.shape[1]
    return o.reshape(_exchange(o, states), (-1, steps, states.shape[2]))


def _one_row(o: Any, q: Sequence) -> tuple[Any, Any]:
    """Read all rows as a single long one."""
    x, mask = turned(o, q)
    return o.reshape(x, (1, -1, x.shape[2])), None if mask is None else o.reshape(mask, (1, -1))


def _remembered(_o: Any, q: Sequence) -> Sequence:
    last = q.memory.get("last")
    fits = last is not None and (last.shape[0], last.dtype) == (q.x.shape[0], q.x.dtype)
    return replace(q, h=last) if q.h is None and fits else q


def _remember(_o: Any, states: Any, q: Sequence) -> Any:
    q.memory["last"] = states[:, -1]
    return states


WALK_MUTANTS = (
    forward_mutant(
        "h0-ignored",
        "initial state ignored",
        "Start from h0 where it is given",
        "h0",
        inputs=lambda _o, q: replace(q, h=None),
        source="https://github.com/nyu-dl/dl4mt-tutorial/pull/65",
    ),
    forward_mutant(
        "h0-first-row",
        "initial state of row 0 used for all rows",
        "Use h0 row by row",
        "h0",
        "rows",
        inputs=_h0(first_row),
    ),
    forward_mutant(
        "h0-reshaped",
        "initial state with rows and units exchanged (reshaped, not transposed)",
        "h0 is (batch, units): transpose, or drop the axis of layers with h0[0]",
        "h0",
        "rows",
        "units",
        inputs=_h0(lambda o, h: o.reshape(o.transpose(h), o.shape(h))),
        source="https://medium.com/mcgill-artificial-intelligence-review/the-dangers-of-reshaping-and-other-fun-mistakes-ive-learnt-from-pytorch-b6a5bdc1c275",
    ),
    forward_mutant(
        "state-shared-by-rows",
        "state carried from the last step of a row to the first step of the next row",
        "Start every row of the batch from its own initial state",
        "rows",
        inputs=_h0(lambda _o, h: h[:1]),
        order=_one_row,
        outputs=lambda o, states, q: o.reshape(states, (q.x.shape[0], q.x.shape[1], -1)),
        source="https://github.com/alibaba/MNN/issues/1573",
    ),
    forward_mutant(
        "state-not-carried",
        "state not carried from step to step",
        "Hand the new state to the next step",
        "steps",
        carry=lambda o, real, new, _h, start: (where(o, real, new, start), start),
        source="https://github.com/tracel-ai/burn/issues/2701",
    ),
    forward_mutant(
        "state-kept",
        "state kept from one call to the next",
        "Start from zeros where no h0 is given; reset the state between independent batches",
        "no h0",
        inputs=_remembered,
        outputs=_remember,
        source="https://github.com/soumith/cudnn.torch/issues/348",
    ),
    forward_mutant(
        "output-before-step",
        "output one step late (the state before the step)",
        "Collect the state after the step",
        carry=lambda o, real, new, h, _start: (h, where(o, real, new, h)),
    ),
    forward_mutant(
        "backwards-ignored",
        "go_backwards ignored",
        BACKWARDS,
        "backwards",
        "steps",
        inputs=lambda _o, q: replace(q, backwards=False),
        source="https://github.com/stanfordmlgroup/nlc/issues/8",
    ),
    forward_mutant(
        "states-in-input-order",
        "states returned in the order of x with go_backwards (as PyTorch and ONNX do)",
        f"{BACKWARDS}; here the first state belongs to the last step of x",
        "backwards",
        "steps",
        outputs=turn_states,
        source="https://github.com/keras-team/keras/issues/1431",
    ),
    forward_mutant(
        "backwards-turns-states",
        "go_backwards turns the states, not the input",
        BACKWARDS,
        "backwards",
        "steps",
        order=lambda _o, q: (q.x, q.mask),
        outputs=turn_states,
    ),
    forward_mutant(
        "batch-time-exchanged",
        "batch and time exchanged",
        "x is (batch, steps, features): PyTorch needs batch_first=True, ONNX a transpose",
        inputs=lambda o, q: replace(q, x=_exchange(o, q.x), mask=_exchange(o, q.mask)),
        outputs=lambda o, states, _q: _exchange(o, states),
        source="https://github.com/google-deepmind/dm-haiku/issues/298",
    ),
    forward_mutant(
        "batch-time-reshaped",
        "batch and time reshaped (view) instead of transposed",
        "Use transpose or swapaxes: reshape mixes the rows",
        "rows",
        "steps",
        inputs=lambda o, q: replace(q, x=_view(o, q.x), mask=_view(o, q.mask)),
        outputs=_viewed_back,
    ),
)
