"""Text as word numbers, by the rules of ``keras.datasets.imdb``."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

START, UNKNOWN = 1, 2
RANK_OFFSET = 3  # the number of a word is its rank plus this; 3 itself is never used

_SEPARATORS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_TO_SPACES = str.maketrans(_SEPARATORS, " " * len(_SEPARATORS))


def split_words(text: str) -> list[str]:
    """Return the words in lower case; punctuation separates, except the apostrophe.

    Examples
    --------
    >>> split_words("Don't miss it!<br />A must-see.")
    ["don't", 'miss', 'it', 'br', 'a', 'must', 'see']
    """
    return [word for word in text.lower().translate(_TO_SPACES).split(" ") if word]


def rank_words(texts: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return the rank of every word, 1 for the most frequent, in order of rank.

    Words of equal frequency are in alphabetical order, so that the order of the texts does not matter.

    Examples
    --------
    >>> rank_words([["the", "film"], ["the", "end"]])
    {'the': 1, 'end': 2, 'film': 3}
    """
    counts = Counter(word for text in texts for word in text)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: rank for rank, word in enumerate(ordered, start=1)}


def number_words(words: Iterable[str], word_index: Mapping[str, int]) -> NDArray[np.int32]:
    """Return 1 for the start and then the words' numbers; a word outside the index is left out, as Keras does."""
    numbers = [word_index[word] + RANK_OFFSET for word in words if word in word_index]
    return np.array([START, *numbers], np.int32)


def cap_vocabulary(numbers: NDArray[np.int32], num_words: int | None) -> NDArray[np.int32]:
    """Return the numbers with 2, unknown, in place of every number from `num_words` on; with None, as they are."""
    return numbers if num_words is None else np.where(numbers < num_words, numbers, np.int32(UNKNOWN))


def decode(numbers: ArrayLike, word_index: Mapping[str, int]) -> str:
    """Return the words of a sequence; padding and start mark are left out, an unknown word is ``[?]``.

    Parameters
    ----------
    numbers : array_like of int, (T,)
        Word numbers: 0 padding, 1 start, 2 unknown, 3 + rank.
    word_index : mapping from word to rank
        In order of rank.

    Raises
    ------
    ValueError
        If `numbers` is not a sequence of integers or holds one that stands for nothing.
    """
    sequence = np.asarray(numbers)
    if sequence.ndim != 1 or (sequence.size and sequence.dtype.kind not in "iu"):
        raise ValueError(
            f"numbers must be one sequence of integers; got shape {sequence.shape}, dtype {sequence.dtype}"
        )
    written = ["", "", "[?]", None, *word_index]
    strange = [n for n in sequence.tolist() if not 0 <= n < len(written) or written[n] is None]
    if strange:
        raise ValueError(f"numbers must be 0 to 2 or 4 to {len(written) - 1}; got {strange[0]}")
    return " ".join(word for n in sequence.tolist() if (word := written[n]))
