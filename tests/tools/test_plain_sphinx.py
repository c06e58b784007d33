"""The second builder is set up as the first; that it builds is the weekly run's to show."""

import pytest
import yaml

from tests.support import ROOT
from tools import plain_sphinx

# Jupyter Book's alone, or for paper, or Sphinx's own defaults said again
ELSEWHERE = {
    "comments_config",
    "html_baseurl",
    "latex_engine",
    "myst_url_schemes",
    "pygments_style",
    "use_jupyterbook_latex",
}


def test_sphinx_reads_what_jupyter_book_tells_it():
    config = pytest.importorskip("jupyter_book.config", reason="`make test` brings it")
    book = yaml.safe_load((ROOT / "_config.yml").read_text())
    options = {"latex_individualpages": False}
    theirs = config.get_final_config(user_yaml=book, cli_config=options, sourcedir=ROOT)[0]
    ours = plain_sphinx.configuration(book)

    def said(value):
        return [said(one) for one in value] if isinstance(value, list) else str(value).removeprefix(f"{ROOT}/")

    of_execution = {name for name in theirs if name.startswith("nb_execution")} - {"nb_execution_mode"}  # there is none
    assert set(theirs) - set(ours) <= ELSEWHERE | of_execution
    for name in set(theirs) & set(ours) - {"extensions", "exclude_patterns"}:
        assert said(ours[name]) == said(theirs[name]), name
    assert set(ours["exclude_patterns"]) <= set(theirs["exclude_patterns"])
    assert set(theirs["extensions"]) - set(ours["extensions"]) == plain_sphinx.OF_JUPYTER_BOOK


def test_the_pins_are_those_of_the_book_but_for_what_it_holds_back(monkeypatch):
    monkeypatch.setattr(plain_sphinx, "NEWEST_RELEASES", False)
    asked = dict(one.split("==") for one in plain_sphinx.packages())
    pins = dict(line.split("==") for line in plain_sphinx.CONSTRAINTS.read_text().splitlines() if "==" in line)
    assert {name: asked[name] for name in plain_sphinx.ALIKE} == {name: pins[name] for name in plain_sphinx.ALIKE}
    assert asked["sphinx"].split(".") > pins["Sphinx"].split(".")
    monkeypatch.setattr(plain_sphinx, "NEWEST_RELEASES", True)
    assert plain_sphinx.packages() == list(asked)
