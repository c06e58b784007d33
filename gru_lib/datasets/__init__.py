"""Data sets of the book, each with its provenance, verified on load."""

from gru_lib.datasets.mnist import load_mnist
from gru_lib.datasets.provenance import DatasetError

__all__ = ["DatasetError", "load_mnist"]
