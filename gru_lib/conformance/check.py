"""Put the cases to a GRU, and judge."""

from collections.abc import Callable, Mapping
from typing import Any

from gru_lib.activations import CANDIDATES, GATES
from gru_lib.conformance.adapters import as_implementations
from gru_lib.conformance.implementation import CannotTestError
from gru_lib.conformance.judge import judge
from gru_lib.conformance.precision import TOLERANCE
from gru_lib.conformance.report import Report
from gru_lib.conformance.run_case import describe_exception

ALLOWED: dict[str, tuple[Any, ...]] = {
    "reset_after": (True, False),
    "bias_rows": (0, 1, 2),
    "gates": tuple(GATES),
    "candidate": tuple(CANDIDATES),
    "update": ("keeps", "overwrites"),
    "dtype": tuple(TOLERANCE),
}


def check_gru(
    gru: Any,
    *,
    gradients: Callable | None = None,
    reset_after: bool | None = None,
    bias_rows: int | None = None,
    gates: str | None = None,
    candidate: str | None = None,
    update: str | None = None,
    weights: str | Callable | None = None,
    dtype: str | None = None,
    limit: float = 60.0,
) -> Report:
    """Tell whether something is a GRU, of which convention and in which precision; if not, which mistake it makes.

    Shown in the chapter *Testing a GRU*.

    Parameters
    ----------
    gru : callable, layer, cell or network of a framework (class or live), command, ONNX model or path
        A callable takes ``(x, weights, *, h0=None, mask=None, reset_after=True, go_backwards=False)`` and returns the
        states (B, T, n), or a tuple of them and the final state (B, n). An option that it does not take is not tested;
        with ``lengths`` (B,) in place of ``mask`` rows are padded at the end only.
        `weights` is a `GRUWeights`, Keras's layout, whose bias is None in some cases. A live model gets other weights
        meanwhile, and its own back.
    gradients : callable, optional
        ``(x, weights, grad_hidden_states, **options)`` -> object with .kernel, .recurrent_kernel, .bias, .x and .h0,
        as far as offered. `weights` come as the GRU gets them; gradients are expected in Keras's layout.
    reset_after : bool, optional
        Test only this one of the two GRUs. By default both where a callable has the choice, else what it is found
        to be; a layer and an ONNX node say themselves what they are, and for a node this overrules it.
    bias_rows : 0, 1 or 2, optional
        With reset after: one row of biases (3n,) stands outside the reset (Flux, Lasagne); two are Keras's. 0: it has
        no biases.
    gates, candidate : str, optional
        Activations: "sigmoid", "hard_sigmoid_0.2" (Keras 2) or "hard_sigmoid_6" (Keras 3); "tanh" or "relu".
    update : str, optional
        "overwrites" if z = 1 takes the new state: the z part of the weights is then negated. By default it "keeps".
    weights : str or callable, optional
        How the weights are handed over: a convention of `gru_lib.porting.port`, such as "pytorch-cell", or a function
        from `GRUWeights` to whatever the GRU takes.
    dtype : str, optional
        "float64", "float32", "float16" or "bfloat16": hold it to this precision. By default it is found out.
    limit : float
        Seconds that one call may take.

    Returns
    -------
    Report
        Print it; or use ``.passed``, ``.mistakes``, ``.raise_if_failed()``. Bad input is reported, never raised.

    Notes
    -----
    The right answers are those of `gru_lib.scratch` in float64. Where an h0 and a mask are given, what stands before
    the first real step of a row is not compared: Keras's own backends disagree about it.

    Examples
    --------
    >>> from gru_lib.scratch import gru_forward
    >>> check_gru(gru_forward).passed
    True
    >>> def careless(x, weights, *, reset_after=True, go_backwards=False, mask=None, h0=None):
    ...     return gru_forward(x, weights, mask=mask, reset_after=reset_after, go_backwards=go_backwards)[0]
    >>> print(check_gru(careless))  # doctest: +ELLIPSIS
    ≈ careless is a GRU but for this: initial state ignored. ... of ... cases fail.
      in common: only with h0...
      mistake: initial state ignored
        remedy: Start from h0 where it is given...
    """
    meant: dict[str, Any] = {"reset_after": reset_after, "bias_rows": bias_rows, "gates": gates}
    meant |= {"candidate": candidate, "update": update, "weights": weights, "dtype": dtype}
    try:
        implementations = as_implementations(gru, gradients, _checked(meant, limit))
    except CannotTestError as error:
        return Report(_name_of(gru), problem=str(error))
    except Exception as error:  # such as a framework that is installed, and broken
        return Report(_name_of(gru), problem=f"preparing it {describe_exception(error)}")
    reports = [judge(implementation, dtype, limit) for implementation in implementations]
    return reports[0] if len(reports) == 1 else Report.of_parts(_name_of(gru), reports)


def _checked(meant: Mapping[str, Any], limit: Any) -> dict[str, Any]:
    """Return what was said, without what was not; CannotTestError if it makes no sense."""
    said = {name: value for name, value in meant.items() if value is not None}
    for name, allowed in ALLOWED.items():
        if name in said and not any(type(said[name]) is type(value) and said[name] == value for value in allowed):
            raise CannotTestError(f"{name} is {said[name]!r}; expected one of {', '.join(map(repr, allowed))}")
    if not isinstance(limit, int | float) or not limit > 0:
        raise CannotTestError(f"limit is {limit!r}; expected a number of seconds above 0")
    return said


def _name_of(gru: Any) -> str:
    try:
        return gru if isinstance(gru, str) else str(gru.__name__)
    except Exception:  # it has no name, or raises when it is asked
        return type(gru).__name__
