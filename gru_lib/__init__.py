"""Helpers shared by the chapters of the GRU book.

Importing this package is instant: it loads no framework.
Each module is imported by name, for example ``from gru_lib.scratch import gru_forward``.
"""

__version__ = "0.1.0"
