"""A download that ends: within a time, within a size, and with the file that is in the table or an error."""

import threading
import urllib.request

from gru_lib.datasets.registry import DataFile, DatasetError, verified

SILENCE = 20.0  # seconds without a byte, after which it is given up
DEADLINE = 600.0  # seconds for everything, also for a name server that does not answer


def download(entry: DataFile) -> bytes:
    """Return the file from its address.

    Raises
    ------
    DatasetError
        If it does not come whole and in time.
    """
    outcome: list[bytes | Exception] = []
    thread = threading.Thread(target=_fetch, args=(entry, outcome), daemon=True)
    thread.start()
    thread.join(DEADLINE)
    match outcome:
        case [bytes(content)]:
            return verified(content, entry, "try again")
        case [Exception() as error]:
            raise DatasetError(f"{entry.address} cannot be downloaded ({error})") from error
        case _:
            raise DatasetError(f"{entry.address} did not come within {DEADLINE:g} seconds")


def _fetch(entry: DataFile, outcome: list[bytes | Exception]) -> None:
    try:
        with urllib.request.urlopen(entry.address, timeout=SILENCE) as response:
            outcome.append(response.read(entry.size + 1))
    except Exception as error:
        outcome.append(error)
