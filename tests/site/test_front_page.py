"""The front page: its lines of code do what it says, its numbers were measured, and its map is that of the book."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pytest

from tests.support import ROOT


def test_the_ten_lines_of_the_front_page_learn_what_it_says_and_less_from_twenty_numbers():
    front = (ROOT / "chapters/index.md").read_text()
    [lines] = re.findall(r"^```python\n(.*?)^```", front, flags=re.M | re.S)
    assert len([line for line in lines.splitlines() if line]) <= 10
    seeded = "import keras; keras.utils.set_random_seed(0); keras.config.disable_interactive_logging()\n"
    last = "\nprint(net.history.history['acc'][-1])"
    accuracy = {}
    for numbers in ("10", "20"):
        code = seeded + lines.replace("(2000, 10, 1)", f"(2000, {numbers}, 1)") + last
        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        accuracy[numbers] = float(run.stdout.split()[-1])
    assert accuracy["10"] > 0.9 > accuracy["20"] + 0.1


def results(chapter):
    return json.loads((ROOT / "results" / "cpu.json").read_text())[chapter]


def test_the_three_numbers_of_the_front_page_are_those_that_were_measured():
    front = (ROOT / "chapters/index.md").read_text()
    numbers = re.findall(r"^\*\*(.*)\*\*$", front[front.index("{container} numbers") :], flags=re.M)[:3]

    run = results("gradient_reach")["runs"]["reach-and-accuracy"]
    accuracy = {}
    for setting, (_, share) in zip(run["settings"], run["values"], strict=True):
        kind, steps, _ = ast.literal_eval(setting)
        accuracy.setdefault((kind, steps), []).append(share)
    guesses, right = accuracy["GRU, bias 0", 40], accuracy["GRU, bias 3", 40]
    assert len(guesses) == len(right) == 10
    assert numbers[0] == f"{100 * sum(guesses) / 10:.0f} % → {100 * min(right):.0f} %"
    assert max(guesses) < 0.56

    imdb = results("imdb")
    counted = imdb["figures"]["bag-of-words-30000"]["value"]
    assert numbers[1] == f"{100 * counted:.0f} %"
    repairs = imdb["runs"]["repairs"]
    gru = [values[1] for name, values in zip(repairs["settings"], repairs["values"], strict=True) if "+ mask" in name]
    assert len(gru) == 3
    assert max(gru) < counted, "repaired it stays below"

    claims = tomllib.loads((ROOT / "gru_lib/book/claims.toml").read_text())["claims"]
    verdicts = [claim["verdict"] for claim in claims]
    assert numbers[2] == f"{verdicts.count('confirmed')} of {len(claims)}"
    assert verdicts.count("refuted") == 8, "Eight are refuted"
    assert f"make {len(claims)} statements" in front
    [claim] = [claim["quote"] for claim in claims if claim["id"] == "mnist-lstm-without-output-gate"]
    assert f"“{claim}.”" in front
    assert set(re.findall(r"confirmed|refuted|depends|inconsistent|outdated|open", front)) >= set(verdicts)


@pytest.fixture
def front_page():
    pytest.importorskip("sphinx", reason="the site's tools are not installed; `make test` brings them")
    sys.path.insert(0, str(ROOT / "chapters" / "_site"))
    from book_site import front

    yield front
    sys.path.remove(str(ROOT / "chapters" / "_site"))


def test_the_map_numbers_the_chapters_as_the_sidebar_does(front_page):
    parts = front_page.numbered(ROOT)
    numbers = [number for pages in parts.values() for number in pages.values() if number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert parts["Foundations"]["chapters/foundations/why_gates"] == 1
    assert parts["Keras"]["chapters/keras/layer"] == len(parts["Foundations"]) + 1
    assert set(parts["Appendix"].values()) == {None}
    text = (ROOT / "chapters/index.md").read_text()
    assert set(re.findall(r"^:::\{chapters\} (.*)$", text, flags=re.M)) == set(parts), "every part has its rows"


@pytest.mark.parametrize(
    "lines",
    [
        ["- [Why gates](foundations/why_gates.ipynb): one."],
        ["- [Why](foundations/why_gates.ipynb): one.", "- [Two](foundations/two.ipynb): two."],
        ["- [Two](foundations/two.ipynb): two.", "- [Why gates](foundations/why_gates.ipynb): one."],
    ],
    ids=["missing", "renamed", "exchanged"],
)
def test_a_map_that_is_not_that_of_the_book_is_a_fault(front_page, tmp_path, lines):
    from sphinx.errors import ExtensionError

    (tmp_path / "chapters" / "foundations").mkdir(parents=True)
    files = {"why_gates": "Why gates", "two": "Two"}
    for name, title in files.items():
        (tmp_path / f"chapters/foundations/{name}.md").write_text(f"# {title}\n")
    toc = "".join(f"  - file: chapters/foundations/{name}\n" for name in files)
    (tmp_path / "_toc.yml").write_text(f"parts:\n- caption: Foundations\n  numbered: 1\n  chapters:\n{toc}")
    env = SimpleNamespace(srcdir=tmp_path, docname="chapters/index")
    state = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=env)))
    made = front_page.Chapters("chapters", ["Foundations"], {}, lines, 1, 0, "", state, SimpleNamespace(reporter=None))
    with pytest.raises(ExtensionError, match="Foundations has"):
        made.run()


@pytest.mark.parametrize(
    ("options", "commands"),
    [
        ({"repository_url": "https://github.com/r/gru"}, "git clone https://github.com/r/gru\ncd gru\nmake notebooks"),
        ({}, "make notebooks"),
    ],
)
def test_the_clone_is_that_of_the_repository(front_page, options, commands):
    env = SimpleNamespace(config=SimpleNamespace(html_theme_options=options))
    state = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=env)))
    [block] = front_page.Clone(
        "clone", [], {}, ["make notebooks"], 1, 0, "", state, SimpleNamespace(reporter=None)
    ).run()
    assert block.astext() == commands
