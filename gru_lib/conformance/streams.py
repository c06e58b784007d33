"""Whether something that carries a state answers step by step as it does for whole sequences, as a service uses it.

Here a state is one array with a row for each stream, or a tuple of such arrays, one for each layer for instance.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = Any  # NDArray (B, n), or a tuple of them
Step = Callable[[NDArray, State], tuple[NDArray, State]]
Whole = Callable[[NDArray, State], NDArray]


def stream_differences(step: Step, whole: Whole, x: NDArray, start: State, *, seed: int = 0) -> dict[str, float]:
    """Return how far the answers of streams are from those of the whole sequences, in four uses of a service.

    Used in the chapter *Keep the state*.

    Parameters
    ----------
    step : (x_t (B, m), state) -> (output (B, k), new state)
        One step of B streams.
    whole : (x (B, T, m), state) -> outputs (B, T, k)
        All steps at once, of the same GRU or of one to compare it with; T is any number from 1.
    x : array (B, T, m)
        At least two streams of at least two steps.
    start : array (B, n), or a tuple of them
        The state in which streams begin; one that is not zero sees more.
    seed : int
        Of the times of the resets, and of who comes when.

    Returns
    -------
    dict from a use to its largest absolute difference; nan where an answer is
        - "step by step": all streams together, one step after the other.
        - "reset in mid-batch": every stream but the first begins anew, each at a time of its own.
        - "own pace": at each call the rows stand in another order, and some of them are idle: their answers and new
          states are dropped.
        - "asked twice": each call is made twice, from the same state.

    Raises
    ------
    ValueError
        If x or start has another shape, or a step's outputs have another than the whole's.

    Examples
    --------
    >>> add = lambda x_t, total: (total + x_t, total + x_t)
    >>> add_all = lambda x, total: total[:, None] + x.cumsum(axis=1)
    >>> set(stream_differences(add, add_all, np.ones((3, 4, 2)), np.zeros((3, 2))).values())
    {0.0}
    """
    _check(x, start)
    rng, wanted = np.random.default_rng(seed), whole(x, _each(np.copy, start))
    resets = np.append(x.shape[1], rng.integers(1, x.shape[1], len(x) - 1))  # a time for each stream; the first: never
    return {
        "step by step": _difference(_fold(step, x, start), wanted),
        "reset in mid-batch": _difference(_fold(step, x, start, resets), _begun_anew(whole, x, start, wanted, resets)),
        "own pace": _difference(_own_pace(step, x, start, wanted, rng), wanted),
        "asked twice": _difference(_fold(_twice(step), x, start), wanted),
    }


def _check(x: NDArray, start: State) -> None:
    if x.ndim != 3 or len(x) < 2 or x.shape[1] < 2:
        raise ValueError(f"x has shape {x.shape}; expected (B, T, m) with B and T of at least 2")
    rows = {len(part) for part in (start if isinstance(start, tuple) else (start,))}
    if rows != {len(x)}:
        raise ValueError(f"start has {sorted(rows)} rows; expected one for each of the {len(x)} streams")


def _each(function: Callable[..., NDArray], *states: State) -> State:
    """Apply a function to the arrays that states are made of."""
    if isinstance(states[0], tuple):
        return tuple(function(*parts) for parts in zip(*states, strict=True))
    return function(*states)


def _replaced(state: State, rows: NDArray, new: State) -> State:
    """Return a state with these rows taken from another, of which they are all."""

    def replace(old: NDArray, new: NDArray) -> NDArray:
        array = np.array(old, dtype=np.result_type(old, new))
        array[rows] = new
        return array

    return _each(replace, state, new)


def _fold(step: Step, x: NDArray, start: State, resets: NDArray | None = None) -> NDArray:
    """Return the outputs (B, T, k) of one step after the other; `resets` (B,) says when a stream begins anew."""
    state, outputs = _each(np.copy, start), []
    for t in range(x.shape[1]):
        if resets is not None:
            anew = np.flatnonzero(resets == t)
            state = _replaced(state, anew, _each(lambda part: part[anew], start))  # noqa: B023 - called at once
        output, state = step(x[:, t], state)
        outputs.append(np.array(output))
    return np.stack(outputs, axis=1)


def _begun_anew(whole: Whole, x: NDArray, start: State, wanted: NDArray, resets: NDArray) -> NDArray:
    """Return what is wanted of streams that begin anew at these times."""
    anew = np.array(wanted)
    for t in np.unique(resets[resets < x.shape[1]]):
        rows = resets == t
        anew[rows, t:] = whole(x[:, t:], _each(np.copy, start))[rows]
    return anew


def _own_pace(step: Step, x: NDArray, start: State, wanted: NDArray, rng: np.random.Generator) -> NDArray:
    """Return the outputs of streams of which, at each call, only some have an input, in any order of rows."""
    outputs, state, steps = np.full_like(wanted, np.nan), _each(np.copy, start), x.shape[1]
    at = np.zeros(len(x), int)  # how far each stream has come
    while (at < steps).any():
        order = rng.permutation(len(x))
        given = x[order, np.minimum(at[order], steps - 1)]
        output, new = step(given, _each(lambda part: part[order], state))  # noqa: B023 - called at once
        served = (rng.random(len(x)) < 0.6) & (at[order] < steps)
        rows = order[served]
        outputs[rows, at[rows]] = np.asarray(output)[served]
        state = _replaced(state, rows, _each(lambda part: np.asarray(part)[served], new))  # noqa: B023
        at[rows] += 1
    return outputs


def _twice(step: Step) -> Step:
    def asked_twice(x_t: NDArray, state: State) -> tuple[NDArray, State]:
        step(x_t, state)
        return step(x_t, state)

    return asked_twice


def _difference(found: NDArray, wanted: NDArray) -> float:
    if found.shape != wanted.shape:
        raise ValueError(f"outputs of step have shape {found.shape}; expected that of whole, {wanted.shape}")
    return float(np.abs(found - wanted).max())
