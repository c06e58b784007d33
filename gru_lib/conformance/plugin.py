"""For pytest: a fixture that tests a GRU at once, and a marker that makes every case a test of its own.

    def test_my_gru(gru_conformance):
        gru_conformance(my_gru)

    @pytest.mark.gru_conformance(gru=my_gru)
    def test_my_gru_case_by_case(gru_case):
        gru_case.check()

Nothing of the kit is imported before one of them is used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class GruCase:
    """One case for one implementation; an implementation that cannot be tested has a single case, which fails."""

    name: str
    run: Callable[[], str]

    def check(self) -> None:
        """Raise AssertionError if the case fails."""
        if problem := self.run():
            raise AssertionError(problem)


@pytest.fixture
def gru_conformance() -> Callable[..., None]:
    """Return a function that takes what `check_gru` takes, and raises AssertionError with the report."""
    from gru_lib.conformance import check_gru

    return lambda gru, **options: check_gru(gru, **options).raise_if_failed()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    # by keyword: a mark that is called with nothing but a function takes it for the test that it decorates
    text = "gru_conformance(*, gru, gradients=None, reset_after=None, ...): one `gru_case` for every case of the kit"
    config.addinivalue_line("markers", text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a marked test its cases."""
    marker = metafunc.definition.get_closest_marker("gru_conformance")
    if marker is not None and "gru_case" in metafunc.fixturenames:
        cases = _cases(**marker.kwargs)
        metafunc.parametrize("gru_case", cases, ids=[case.name for case in cases])


def _cases(*, gru: Any, gradients: Callable | None = None, **meant: Any) -> list[GruCase]:
    from gru_lib.conformance.adapters import as_implementations
    from gru_lib.conformance.implementation import CannotTestError
    from gru_lib.conformance.judge import settled_cases

    try:
        implementations = as_implementations(gru, gradients, meant)
    except CannotTestError as error:
        message = str(error)
        return [GruCase("could not be tested", lambda: message)]
    named = len(implementations) > 1
    return [
        GruCase(f"{implementation.name}: {case.name}" if named else case.name, _runner(implementation, case))
        for implementation in implementations
        for case in settled_cases(implementation, meant.get("dtype"))
    ]


def _runner(implementation: Any, case: Any) -> Callable[[], str]:
    from gru_lib.conformance.compare import gradient_failures, state_failure
    from gru_lib.conformance.judge import has_gradients
    from gru_lib.conformance.run_case import run_case

    def run() -> str:
        failure = state_failure(run_case(implementation, case))
        if failure or implementation.gradients is None or not has_gradients(case):
            return str(failure or "")
        return "\n".join(map(str, gradient_failures(run_case(implementation, case, gradients=True))))

    return run
