"""A text from which a network learns to write, letter by letter."""

from gru_lib.datasets.registry import read_shipped


def load_shakespeare() -> str:
    """Return passages of Shakespeare's plays, speech by speech: 1,115,394 characters, 65 different ones.

    Raises
    ------
    DatasetError
        If the file is missing, truncated or altered.

    Notes
    -----
    Used in the chapter *Train it yourself*.
    Source: "tiny Shakespeare" of A. Karpathy's char-rnn (2015); see `gru_lib.datasets.registry.FILES`.

    Examples
    --------
    >>> text = load_shakespeare()
    >>> text[:14], len(text), len(set(text))
    ('First Citizen:', 1115394, 65)
    """
    return read_shipped("shakespeare").decode("ascii")
