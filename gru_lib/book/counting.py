"""The rival of a model of language: tables that count which letter followed which, as in *Train it yourself*."""

from collections import Counter, defaultdict

import numpy as np


def counting_bits(text: str, held_back: str, longest: int) -> float:
    """Return the bits per letter of counting with contexts of up to `longest` letters.

    Parameters
    ----------
    text : str
        What is counted.
    held_back : str
        What is predicted; its letters must occur in `text`.
    longest : int
        Letters of context; each context's table is mixed with that of the next shorter one.

    Notes
    -----
    Derived in the chapter *Train it yourself*; the weights of the mixture are those of Witten and Bell (1991).

    Examples
    --------
    >>> counting_bits("abababab", "abab", 0), round(counting_bits("abababab", "abab", 1), 2)
    (1.0, 0.37)
    """
    tables: list[dict[str, Counter[str]]] = [defaultdict(Counter) for _ in range(longest + 1)]
    for k, table in enumerate(tables):
        for i in range(k, len(text)):
            table[text[i - k : i]][text[i]] += 1
    probabilities = np.full(len(held_back), 1 / len(set(text)))
    for i, letter in enumerate(held_back):
        for k, table in enumerate(tables[: i + 1]):
            followers = table.get(held_back[i - k : i], Counter())
            if new := len(followers):
                known = followers[letter] + new * probabilities[i]
                probabilities[i] = known / (followers.total() + new)
    return float(-np.log2(probabilities).mean())
