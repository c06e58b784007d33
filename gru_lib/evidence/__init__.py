"""Evidence: what a chapter expects, the figures it stores, and the claims of the sources that they decide."""

from gru_lib.evidence.claims import Claim, claims_table, load_claims, settle
from gru_lib.evidence.expectations import EvidenceError, expect
from gru_lib.evidence.provenance import device, provenance, show_backend
from gru_lib.evidence.results import record, recorded, side_by_side

__all__ = [
    "Claim",
    "EvidenceError",
    "claims_table",
    "device",
    "expect",
    "load_claims",
    "provenance",
    "record",
    "recorded",
    "settle",
    "show_backend",
    "side_by_side",
]
