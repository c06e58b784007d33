"""The ways in: a copy of the book that knows its address offers Colab, Binder and its repository, and can be found."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from tools import ROOT, notebooks
from tools.notebooks import form
from tools.notebooks.lint import problems

URL = "https://github.com/reader/gru-copy"
SITE = "https://reader.github.io/gru-copy/"
NOTEBOOK = notebooks.CHAPTERS / "foundations" / "equations.ipynb"
FRONT = """# A book of one chapter

It has one sentence that is long enough to describe what the book is about. It has another.

- One: 50 min
- Two: 25 min
"""


@pytest.fixture(scope="module")
def links_module():
    pytest.importorskip("sphinx", reason="the site's tools are not installed; `make test` brings them")
    sys.path.insert(0, str(ROOT / "chapters" / "_site"))
    from book_site import repository_links

    yield repository_links
    sys.path.remove(str(ROOT / "chapters" / "_site"))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://github.com/reader/gru-copy", ("reader", "gru-copy")),
        ("https://github.com/reader/gru-copy.git", ("reader", "gru-copy")),
        ("https://x-access-token:secret@github.com/reader/gru.copy/", ("reader", "gru.copy")),
        ("git@github.com:reader/gru-copy.git", ("reader", "gru-copy")),
        ("ssh://git@github.com/reader/gru-copy", ("reader", "gru-copy")),
        ("https://gitlab.com/reader/gru-copy", None),
        ("https://github.com.example.org/reader/gru-copy", None),
        ("https://github.com/reader", None),
        ("", None),
    ],
)
def test_github_is_recognised_in_all_its_forms(links_module, given, found):
    assert links_module.on_github(given) == found


@pytest.mark.parametrize(
    ("stated", "origin", "repository"),
    [
        (URL, "", URL),
        (URL, "git@github.com:somebody/else.git", URL),
        ("", "git@github.com:somebody/else.git", "https://github.com/somebody/else"),
        ("", "https://gitlab.com/somebody/else", None),
        ("", "", None),
    ],
)
def test_the_repository_is_the_stated_one_else_the_origin(links_module, tmp_path, stated, origin, repository):
    (tmp_path / "_config.yml").write_text(f"repository:\n  url: {stated}\n" if stated else "title: A book\n")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    if origin:
        subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", origin], check=True)
    config = SimpleNamespace(html_theme_options={"logo": "x"}, html_baseurl="")
    links_module.settle_addresses(SimpleNamespace(srcdir=tmp_path), config)
    assert config.html_theme_options.get("repository_url") == repository
    assert config.html_theme_options["logo"] == "x"
    assert bool(config.html_baseurl) == bool(repository)


def small_book(folder, url):
    """Build a book of two pages with the settings of the book; return where its site is."""
    pytest.importorskip("jupyter_book")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8")) | {"repository": {"url": url}}
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: chapters/index\nchapters:\n  - file: chapters/one\n")
    for part in ("_site", "references.bib"):
        copy = shutil.copytree if (notebooks.CHAPTERS / part).is_dir() else shutil.copy
        (folder / "chapters").mkdir(exist_ok=True)
        copy(notebooks.CHAPTERS / part, folder / "chapters" / part)
    (folder / "tools").symlink_to(ROOT / "tools")
    (folder / "chapters" / "index.md").write_text(FRONT, encoding="utf-8")
    text = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# One & only\n\nSee."}
    code = {"cell_type": "code", "id": "b", "metadata": {}, "source": "1", "outputs": [], "execution_count": 1}
    notebook = form.canonical({"cells": [text, code]}, url)
    (folder / "chapters" / "one.ipynb").write_text(notebooks.text_of(notebook), encoding="utf-8")
    program = Path(sys.executable).with_name("jupyter-book")
    run = subprocess.run([program, "build", folder, "-W", "-n", "--quiet"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="module", params=["known", pytest.param("unknown", marks=pytest.mark.weekly)])
def book(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    known = request.param == "known"
    return SimpleNamespace(site=small_book(folder, URL if known else ""), known=known)


def links(html):
    return re.findall(r'<a\s[^>]*?href="([^"]+)"', html)


def test_a_notebook_page_has_the_ways_in_that_its_address_allows(book):
    html = (book.site / "chapters" / "one.html").read_text(encoding="utf-8")
    found = links(html)
    assert "../_sources/chapters/one.ipynb" in found
    assert (book.site / "_sources" / "chapters" / "one.ipynb").exists()
    ways = {
        "https://colab.research.google.com/github/reader/gru-copy/blob/main/chapters/one.ipynb",
        "https://mybinder.org/v2/gh/reader/gru-copy/main?urlpath=lab/tree/chapters/one.ipynb",
        URL,
    }
    assert ways <= set(found) if book.known else not re.search(r"colab|mybinder|github\.com", html)
    assert "find_spec" not in html
    front = links((book.site / "chapters" / "index.html").read_text(encoding="utf-8"))
    assert not any("colab" in link for link in front)


def metas(html):
    found = re.findall(r'<meta (?:name|property)="(description|(?:og|twitter):[^"]+)" content="([^"]*)"', html)
    assert len({name for name, _ in found}) == len(found), "said twice"
    return dict(found)


@pytest.mark.parametrize("page", ["chapters/index.html", "index.html"])
def test_the_front_page_can_be_found(book, page):
    html = (book.site / page).read_text(encoding="utf-8")
    found = metas(html)
    title = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
    assert re.search(r"<title>(.*?)</title>", html, re.S)[1].strip() == title == found["og:title"]
    assert found["description"].startswith("It has one sentence that is long")
    canonical = re.findall(r'<link rel="canonical" href="([^"]+)"', html)
    if book.known:
        assert canonical == [found["og:url"]] == [f"{SITE}chapters/index.html"]
        assert found["og:image"] == f"{SITE}_static/card.png"
        assert (book.site / "_static" / "card.png").exists()
    else:
        assert not {"og:image", "og:url", "twitter:card"} & set(found)


def test_search_engines_read_a_course_and_its_parts(book):
    def data(page):
        html = (book.site / page).read_text(encoding="utf-8")
        [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
        return json.loads(text)

    course, part = data("chapters/index.html"), data("chapters/one.html")
    assert course["@type"] == "Course"
    assert course["hasCourseInstance"]["courseWorkload"] == "PT1H15M"
    assert part["name"] == "One & only"
    assert part["isPartOf"]["name"] == course["name"]


def test_a_sitemap_stands_where_the_address_is_known(book):
    not_found = (book.site / "404.html").read_text(encoding="utf-8")
    base = SITE if book.known else ""
    assert links(not_found) == [f"{base}index.html", f"{base}search.html"]
    assert (book.site / "sitemap.xml").exists() == (book.site / "robots.txt").exists() == book.known
    if book.known:
        pages = re.findall(r"<loc>(.*?)</loc>", (book.site / "sitemap.xml").read_text(encoding="utf-8"))
        assert pages == [f"{SITE}chapters/index.html", f"{SITE}chapters/one.html"]
        assert f"Sitemap: {SITE}sitemap.xml" in (book.site / "robots.txt").read_text(encoding="utf-8")


def bringing(notebook):
    return [number for number, cell in enumerate(notebook["cells"]) if cell["id"] == form.BRINGING]


def test_the_first_code_cell_brings_the_library_where_the_address_is_known():
    plain = notebooks.load(NOTEBOOK)
    with_cell = form.canonical(plain, URL)
    [place] = bringing(with_cell)
    assert [cell["cell_type"] for cell in with_cell["cells"][: place + 1]].count("code") == 1
    assert URL in "".join(with_cell["cells"][place]["source"])
    assert problems(with_cell) == []
    again = form.canonical(json.loads(notebooks.text_of(with_cell)), URL)
    assert again == with_cell
    assert form.canonical(with_cell, "") == form.canonical(plain, "")
    assert bringing(form.canonical(plain, "")) == []


def test_the_cell_is_in_the_form_of_the_book(tmp_path):
    path = tmp_path / "cell.py"
    path.write_text(form.BRING.replace("URL", URL), encoding="utf-8")
    for command in (["check", "--ignore=D100"], ["format", "--check"]):  # a notebook has no docstring
        ruff = [sys.executable, "-m", "ruff", *command, "--config", ROOT / "chapters" / "ruff.toml", path]
        run = subprocess.run(ruff, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout


@pytest.mark.weekly
def test_a_notebook_alone_brings_its_library(tmp_path):
    """As on Colab: what the library needs is installed, the library and the rest of the repository are not."""
    pytest.importorskip("keras")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    [packages] = (tmp_path / "venv").glob("[Ll]ib/**/site-packages")
    # A folder on the path, unlike site-packages itself, does not bring what is installed there as editable.
    (packages / "project.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    notebook = form.canonical(notebooks.load(NOTEBOOK), ROOT.as_uri())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    program = "\n".join([*cells[:4], "import gru_lib", "print(gru_lib.__file__)"])
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    # pip without a network; the last one is pip's way of saying that a build uses what is installed
    environment |= {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "MPLBACKEND": "Agg"}
    run = subprocess.run([python, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert Path(run.stdout.split()[-1]).resolve() == (tmp_path / "gru-book/gru_lib/__init__.py").resolve()
    assert (tmp_path / "gru-book" / "results" / "cpu.json").exists()
    missing = subprocess.run([python, "-c", cells[1]], cwd=tmp_path / "venv", env=environment, capture_output=True)
    assert missing.returncode == 0, "installed: another notebook of the session needs no second copy"
