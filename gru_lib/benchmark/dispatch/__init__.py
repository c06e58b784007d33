"""What a recurrent layer really ran: its operators, and whether a fused kernel was among them.

A room of its own: nothing here measures time, and the rest of the benchmark does without it.
Used in the chapter *Making it fast*.
"""

from gru_lib.benchmark.dispatch.operators import Dispatch, record_dispatch
from gru_lib.benchmark.dispatch.rows import Row, dispatch_table

__all__ = ["Dispatch", "Row", "dispatch_table", "record_dispatch"]
