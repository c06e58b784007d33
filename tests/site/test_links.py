"""The check of the built site finds what it is there to find."""

import pytest

from tools import site

GOOD = '<a href="other.html#here">x</a><img src="a.png"><a href="https://example.org/x">out</a><a href="#top">t</a>'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "index.html").write_text(f'<h1 id="top">t</h1>{GOOD}')
    (tmp_path / "other.html").write_text('<h2 id="here">h</h2>')
    (tmp_path / "a.png").write_text("")
    return tmp_path


def test_a_good_site_has_no_broken_references(folder):
    assert site.broken_references(folder) == []


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="none.html">x</a>', "no such file"),
        ('<a href="other.html#nowhere">x</a>', "no such place"),
        ('<a href="#nowhere">x</a>', "no such place"),
        ('<img src="none.png">', "no such file"),
        ('<script src="https://cdn.example.org/x.js"></script>', "asks another host"),
        ('<link rel="stylesheet" href="//fonts.example.org/x.css">', "asks another host"),
    ],
)
def test_a_broken_reference_is_found(folder, html, problem):
    (folder / "index.html").write_text(html)
    [found] = site.broken_references(folder)
    assert problem in found


def test_an_empty_site_is_a_broken_one(tmp_path):
    assert site.broken_references(tmp_path) == ["there are no pages"]


def test_a_build_that_makes_no_site_has_failed(tmp_path, monkeypatch):
    """A program that ends well without a page, as Jupyter Book can."""
    (tmp_path / "jupyter-book").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "jupyter-book").chmod(0o755)
    monkeypatch.setattr(site.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(site, "HTML", tmp_path / "_build" / "html")
    assert not site.build()
