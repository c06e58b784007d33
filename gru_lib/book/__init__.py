"""What the chapters alone import: expectations, claims, exercises, tables, plots, and the recorded figures."""

from gru_lib.book.backend import show_backend
from gru_lib.book.claims import Claim, claims_table, load_claims, settle
from gru_lib.book.expectations import EvidenceError, expect
from gru_lib.book.results import results_table
from gru_lib.records import device, provenance, record

__all__ = [
    "Claim",
    "EvidenceError",
    "claims_table",
    "device",
    "expect",
    "load_claims",
    "provenance",
    "record",
    "results_table",
    "settle",
    "show_backend",
]
