"""The experiments of *GRU or LSTM?*: ten seeds of each are recorded by `make experiments`, and one is run again."""

from gru_lib.book.experiments.experiment import EXPERIMENTS, Experiment
from gru_lib.book.experiments.records import Record, finished, interval, recorded

__all__ = ["EXPERIMENTS", "Experiment", "Record", "finished", "interval", "recorded"]
