"""Measured figures: what they depend on, and the one place that writes them down."""

from gru_lib.records.provenance import device, provenance
from gru_lib.records.store import RESULTS, read_results, record, record_runs, write_results

__all__ = ["RESULTS", "device", "provenance", "read_results", "record", "record_runs", "write_results"]
