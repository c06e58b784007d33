"""What a recurrent layer really ran: its operators, and whether a fused kernel was among them."""

from gru_lib.benchmark.dispatch.operators import Dispatch, dispatched
from gru_lib.benchmark.dispatch.rows import Row, table

__all__ = ["Dispatch", "Row", "dispatched", "table"]
