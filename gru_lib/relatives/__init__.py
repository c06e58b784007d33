"""Relatives of the GRU: what is left when something is removed, and what became of it when something was added.

Each is a plain loop over time in NumPy, a reference for other implementations, with its own cases and mistakes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gru_lib.relatives.block import BLOCK_GRU, DREAMER_GRU
from gru_lib.relatives.conv import CONV_GRU
from gru_lib.relatives.decay import GRU_D
from gru_lib.relatives.delta_rule import delta_rule
from gru_lib.relatives.hgrn import HGRN_RELATIVE
from gru_lib.relatives.layer_norm import LAYER_NORM_GRU
from gru_lib.relatives.min_gru import MIN_GRU, MIN_GRU_LOG
from gru_lib.relatives.para_gru import PARA_GRU
from gru_lib.relatives.relative import Relative
from gru_lib.relatives.rg_lru import RG_LRU
from gru_lib.relatives.scan import scan

if TYPE_CHECKING:
    from gru_lib.relatives.check import check_relative

RELATIVES = {
    each.name: each
    for each in (
        *(MIN_GRU, MIN_GRU_LOG, PARA_GRU, HGRN_RELATIVE, RG_LRU),
        *(LAYER_NORM_GRU, DREAMER_GRU, BLOCK_GRU, CONV_GRU, GRU_D),
    )
}

__all__ = ["RELATIVES", "Relative", "check_relative", "delta_rule", "scan"]


def __getattr__(name: str) -> Any:
    """Import the check when it is used: it watches the clock in a thread, which a browser has not."""
    if name != "check_relative":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return import_module(f"{__name__}.check").check_relative
