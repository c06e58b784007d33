"""What the documents say is true: commands exist, paths exist, snippets run, minutes and versions agree."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import gru_lib
from tools import notebooks

ROOT = notebooks.ROOT
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "chapters/appendix/teachers.md")]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, flags=re.M))
ids = lambda path: path.name  # noqa: E731


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), flags=re.M | re.S)


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_make_targets_exist(path):
    named = set(re.findall(r"`?\bmake ([a-z]+)\b`", path.read_text()))
    named |= {one for block in blocks(path, "(?:sh|console)") for one in re.findall(r"\bmake ([a-z]+)", block)}
    assert named <= TARGETS


def test_readme_names_the_two_commands():
    commands = "\n".join(blocks(ROOT / "README.md", "(?:sh|console)"))
    assert "make book" in commands
    assert "make test" in commands


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_named_paths_exist(path):
    for name in re.findall(r"`([\w.-]+(?:/[\w.*-]*)+|[\w-]+\.(?:md|yml|toml|txt|py|json|cff))`", path.read_text()):
        if not name.startswith(("_build", ".venv")):
            assert list(ROOT.glob(name.rstrip("/"))) or list((ROOT / "chapters").glob(name)), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_relative_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_readme_snippets_run():
    snippets = blocks(ROOT / "README.md", "python")
    assert snippets
    for snippet in snippets:
        lines = re.findall(r"^(?:>>> |\.\.\. )(.*)$", snippet, flags=re.M)
        code = "\n".join(lines) if lines else snippet
        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        for comment in re.findall(r"print\(.*\)\s+# (.*)$", snippet, flags=re.M):
            assert comment in run.stdout


def test_help_lists_every_target():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in shown.splitlines() if line.startswith("make ")} == TARGETS
    [phony] = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.M)
    assert set(phony.split()) == TARGETS


def chapters():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    return [one["file"] for part in toc["parts"] for one in part["chapters"]]


def test_every_notebook_is_a_chapter():
    assert {str(path.relative_to(ROOT).with_suffix("")) for path in notebooks.notebooks()} == {
        name for name in chapters() if (ROOT / f"{name}.ipynb").exists()
    }
    assert all((ROOT / f"{name}.ipynb").exists() or (ROOT / f"{name}.md").exists() for name in chapters())


def minutes_to_read(path):
    text = "".join("".join(cell["source"]) for cell in notebooks.load(path)["cells"])
    return int(re.search(r"\*\*Time:\*\* (\d+) min to read", text).group(1))


@pytest.mark.parametrize("path", notebooks.notebooks(), ids=ids)
def test_front_page_and_chapter_agree_on_the_minutes(path):
    """Each chapter's card on the front page: from its link to the next card."""
    index = (ROOT / "chapters/index.md").read_text()
    link = str(path.relative_to(ROOT / "chapters").with_suffix(""))
    card = next(card for card in re.split(r":{2,}\{grid-item-card\}", index) if f":link: {link}" in card)
    assert f"{minutes_to_read(path)} min" in card


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    [newest, *_] = re.findall(r"^## \[?(\d[\w.]*)\]?", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
    assert project == gru_lib.__version__ == str(citation["version"]) == newest


def test_no_address_of_an_index_and_no_path_of_a_machine():
    hosts = re.compile(r"registry[.]npmjs|pypi[.]org|python[h]osted|deb[.]debian")
    places = re.compile(r"/(home|Users|root|work)/\w+")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in tracked.split("\n"):
        path = ROOT / name
        if name and path.is_file() and path.suffix not in {".gz", ".png", ".woff2"}:
            text = path.read_text(encoding="utf-8")
            assert not hosts.search(text), name
            assert not places.search(text), name
            assert path.stat().st_size < 12_000_000, name


def test_attribution_of_data_is_complete():
    from gru_lib.datasets.registry import DATA_FOLDER, FILES

    shipped = {str(path.relative_to(DATA_FOLDER)) for path in DATA_FOLDER.rglob("*.gz")}
    assert shipped == {entry.path for entry in FILES.values()}
    assert all((Path(DATA_FOLDER) / entry.path).parent.joinpath("LICENSE").exists() for entry in FILES.values())
