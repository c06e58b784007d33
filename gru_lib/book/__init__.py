"""What the chapters alone import: expectations, claims, exercises, tables, plots, and the recorded figures."""

from gru_lib.book.backend import show_backend
from gru_lib.book.claims import claims_table, settle
from gru_lib.book.expectations import EvidenceError, expect
from gru_lib.book.quizzes import quiz
from gru_lib.book.repeated import runs
from gru_lib.book.results import results_table
from gru_lib.records import device, record

__all__ = [
    "EvidenceError",
    "claims_table",
    "device",
    "expect",
    "quiz",
    "record",
    "results_table",
    "runs",
    "settle",
    "show_backend",
]
