"""What the documents say is true: commands exist, paths exist, snippets run, minutes and versions agree."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

import gru_lib
from tests.support import ROOT
from tools import notebooks

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "chapters").glob("*/*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, flags=re.M))


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), flags=re.M | re.S)


def test_make_targets_exist():
    for path in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z]+)\b", path.read_text()))
        named |= {one for block in blocks(path, "(?:sh|console)") for one in re.findall(r"\bmake ([a-z]+)", block)}
        assert named <= TARGETS, path.name


def test_readme_names_the_two_commands():
    commands = "\n".join(blocks(ROOT / "README.md", "(?:sh|console)"))
    assert "make book" in commands
    assert "make test" in commands


def test_named_paths_and_relative_links_lead_somewhere():
    for path in DOCUMENTS:
        text = path.read_text()
        for name in re.findall(r"`([\w.-]+(?:/[\w.*-]*)+|[\w-]+\.(?:md|yml|toml|txt|py|json|cff))`", text):
            if not name.startswith(("_build", ".venv", "build/")):
                assert list(ROOT.glob(name.rstrip("/"))) or list((ROOT / "chapters").glob(name)), name
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
            assert (path.parent / target).exists(), target


def rows_of_readme():
    """Yield of each row of *What is where* the places and the titles of chapters."""
    [part] = re.findall(r"^## What is where$(.*?)^## ", (ROOT / "README.md").read_text(), flags=re.M | re.S)
    for row in re.findall(r"^\| `.*$", part, flags=re.M):
        places, _, *chapters = row.strip("| ").split(" | ")
        yield re.findall(r"`([^`]+)`", places), re.findall(r"\*([^*]+)\*", "".join(chapters))


def test_every_room_has_a_door_in_the_readme():
    places = {place.strip("/") for row, _ in rows_of_readme() for place in row}
    rooms = {path.parent if path.name == "__init__.py" else path for path in ROOT.glob("gru_lib/*/__init__.py")}
    rooms |= {ROOT / name for name in ("gru_lib/layers.py", "chapters", "results", "tests", "tools")}
    assert {str(room.relative_to(ROOT)) for room in rooms} <= places


def test_a_chapter_imports_the_module_that_the_readme_ties_to_it():
    titles = dict(re.findall(r"\[([^]]+)\]\((chapters/[^)]+ipynb)\)", (ROOT / "README.md").read_text()))
    found = [(place, title) for places, chapters in rows_of_readme() for place in places for title in chapters]
    assert len(found) > 10
    for place, title in found:
        dotted = place.strip("/").removesuffix(".py").replace("/", ".")
        package, name = dotted.rsplit(".", 1)
        code = "\n".join("".join(cell["source"]) for cell in notebooks.load(ROOT / titles[title])["cells"])
        assert re.search(rf"{re.escape(dotted)}\b|from {re.escape(package)} import .*\b{name}\b", code), (place, title)


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


def texts():
    """Yield where a text stands, and the text: documents, pages, and the prose of notebooks."""
    for path in [ROOT / "README.md", *notebooks.CHAPTERS.rglob("*.md"), *notebooks.notebooks()]:
        yield path, notebooks.prose(notebooks.load(path)) if path.suffix == ".ipynb" else path.read_text()


def titles():
    """Return the one name of each chapter and page, by its place."""
    pages = {path: text for path, text in texts() if notebooks.CHAPTERS in path.parents}
    return {path: re.search(r"^# (.*)$", text, flags=re.M).group(1) for path, text in pages.items()}


def test_a_chapter_has_one_name_wherever_it_is_linked():
    names = titles()
    wrong = [
        (path.name, label, names[target])
        for path, text in texts()
        for label, link in re.findall(r"(?<!!)\[([^]]+)\]\(([^)#\s:]+\.(?:ipynb|md))\)", text)
        if (target := (path.parent / link).resolve()) in names and label.strip("*") != names[target]
    ]
    assert wrong == []


def test_the_library_calls_a_chapter_by_its_name():
    named = {
        (path.name, " ".join(name.split()))
        for path in (ROOT / "gru_lib").rglob("*.py")
        for name in re.findall(r"\bchapter\s+\*([^*]+)\*", path.read_text())
    }
    assert len(named) > 20
    assert {place for place in named if place[1] not in titles().values()} == set()


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
        if name and path.is_file() and path.suffix not in {".bin", ".gz", ".png", ".woff2"}:
            text = path.read_text(encoding="utf-8")
            assert not hosts.search(text), name
            assert not places.search(text), name
            assert path.stat().st_size < 12_000_000, name


def test_attribution_of_data_is_complete():
    from gru_lib.datasets.registry import DATA_FOLDER, FILES

    shipped = {str(path.relative_to(DATA_FOLDER)) for path in DATA_FOLDER.rglob("*.gz")}
    assert shipped == {entry.path for entry in FILES.values()}
    assert all((Path(DATA_FOLDER) / entry.path).parent.joinpath("LICENSE").exists() for entry in FILES.values())
