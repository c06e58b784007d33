"""Put the cases to a GRU, and judge."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gru_lib.conformance.adapters import as_implementation
from gru_lib.conformance.cases import Case, draw_cases
from gru_lib.conformance.compare import Failure, gradient_failures, state_failure
from gru_lib.conformance.diagnosis import diagnose, diagnose_gradients
from gru_lib.conformance.implementation import CannotTestError, Implementation
from gru_lib.conformance.report import Report
from gru_lib.conformance.run_case import Outcome, describe_exception, run_case

AGAIN = "gives another answer when it is called again: it keeps state between calls, or draws random numbers"


def check_gru(gru: Any, *, gradients: Callable | None = None, reset_after: bool | None = None) -> Report:
    """Tell whether something is a GRU, and if not, which mistake it makes.

    Shown in the chapter *Testing a GRU*.

    Parameters
    ----------
    gru : callable, Keras or PyTorch layer (class or live), ONNX model or path
        A callable takes ``(x, weights, *, h0=None, mask=None, reset_after=True, go_backwards=False)`` and returns the
        states (B, T, n), or a tuple that starts with them. An option that it does not take is not tested.
        `weights` is a `GRUWeights`, Keras's layout. A live model gets other weights meanwhile, and its own back.
    gradients : callable, optional
        ``(x, weights, grad_hidden_states, **options)`` -> object with .kernel, .bias, .x, …, as far as offered.
    reset_after : bool, optional
        Test only this one of the two GRUs. By default both where a callable has the choice, else reset after;
        a layer and an ONNX node say themselves what they are, and for a node this overrules it.

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
    ...     return gru_forward(x, weights, mask=mask, reset_after=reset_after, go_backwards=go_backwards)
    >>> print(check_gru(careless))  # doctest: +ELLIPSIS
    ✗ careless is not a GRU by Keras's equations: ... of 70 cases fail.
      in common: only with h0...
      likely mistake: initial state ignored
        remedy: Start from h0 where it is given...
    """
    try:
        implementation = as_implementation(gru, gradients, reset_after)
    except CannotTestError as error:
        return Report(_name_of(gru), problem=str(error))
    except Exception as error:  # such as a framework that is installed, and broken
        return Report(_name_of(gru), problem=f"preparing it {describe_exception(error)}")
    return _judge(implementation, list(draw_cases(**implementation.fixed)))


def _name_of(gru: Any) -> str:
    return str(gru) if isinstance(gru, str) else getattr(gru, "__name__", type(gru).__name__)


def _judge(implementation: Implementation, cases: Sequence[Case]) -> Report:
    outcomes = [run_case(implementation, case) for case in cases]
    failures = [failure for failure in map(state_failure, outcomes) if failure]
    failures += _repetition(implementation, outcomes)
    not_tested = list(implementation.not_tested)
    # a mistake explains wrong numbers; what only raises, or has another dtype, has none
    mistakes = diagnose(outcomes) if any(failure.step for failure in failures) else ()
    if implementation.gradients is not None and failures:
        not_tested.append("gradients (the states are wrong)")
    elif implementation.gradients is not None:
        outcomes = [run_case(implementation, case, gradients=True) for case in cases]
        failures = [failure for outcome in outcomes for failure in gradient_failures(outcome)]
        mistakes = diagnose_gradients(outcomes) if failures else ()
        not_tested += _missing_gradients(outcomes)
    return Report(implementation.name, "", tuple(cases), tuple(failures), mistakes, tuple(not_tested))


def _repetition(implementation: Implementation, outcomes: Sequence[Outcome]) -> list[Failure]:
    """Call with a case that comes without h0 once more, if there is one, and compare."""
    first = next((outcome for outcome in outcomes if outcome.case.h0 is None), outcomes[0])
    again = run_case(implementation, first.case).states
    if first.states is None or again is None or np.allclose(first.states, again, rtol=1e-6, atol=1e-6):
        return []
    return [Failure(first.case, AGAIN)]


def _missing_gradients(outcomes: Sequence[Outcome]) -> list[str]:
    offered = {name for outcome in outcomes for name in outcome.gradients}
    expected = ("kernel", "recurrent_kernel", "bias", "x", "h0")
    missing = [name for name in expected if name not in offered]
    return [f"gradient of {name} (not offered)" for name in missing] if offered else []
