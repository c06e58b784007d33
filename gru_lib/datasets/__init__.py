"""Data sets of the book, each with its provenance, verified on load."""

from gru_lib.datasets.imdb import Imdb, load_imdb
from gru_lib.datasets.mnist import load_mnist
from gru_lib.datasets.registry import DatasetError
from gru_lib.datasets.shakespeare import load_shakespeare
from gru_lib.datasets.temperature import (
    DailyTemperature,
    SyntheticTemperature,
    load_temperature,
    synthetic_temperature,
)

__all__ = [
    "DailyTemperature",
    "DatasetError",
    "Imdb",
    "SyntheticTemperature",
    "load_imdb",
    "load_mnist",
    "load_shakespeare",
    "load_temperature",
    "synthetic_temperature",
]
