"""A test kit for anybody's GRU: hand it over, and learn whether it is one, and if not which mistake it makes."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gru_lib.conformance.adapters.process import process
    from gru_lib.conformance.check import check_gru
    from gru_lib.conformance.mutants import MUTANTS, Mutant
    from gru_lib.conformance.report import Report
    from gru_lib.conformance.streams import stream_differences

__all__ = ["MUTANTS", "Mutant", "Report", "check_gru", "process", "stream_differences"]

HOMES = {
    "check_gru": "check",
    "MUTANTS": "mutants",
    "Mutant": "mutants",
    "Report": "report",
    "process": "adapters.process",
    "stream_differences": "streams",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is used: pytest imports the plugin in this package for everybody."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
