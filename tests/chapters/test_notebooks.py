"""Every notebook is in the one canonical form, has the frame of a chapter, and hides nothing from nbval."""

import ast
import importlib
import json
import re
from importlib.util import find_spec
from itertools import pairwise

from tests.support import ROOT
from tools import notebooks
from tools.notebooks import form, lint, minutes, prose, text_of

NOTEBOOKS = {str(path.relative_to(ROOT)): notebooks.load(path) for path in notebooks.notebooks()}
BUDGETS = json.loads((ROOT / "tests" / "budgets.json").read_text())


# What is looked up and not read through has no frame.
CHAPTERS = {name: notebook for name, notebook in NOTEBOOKS.items() if "/appendix/" not in name}
REFRESHERS = {name: notebook for name, notebook in NOTEBOOKS.items() if "/refreshers/" in name}


def broken(rule, among=NOTEBOOKS):
    """Return what a rule, which yields complaints, says of each notebook."""
    return {name: found for name, notebook in among.items() if (found := list(rule(notebook)))}


def cells(notebook, kind):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def section(notebook, title):
    """Return the text of one `##` section of a chapter; empty if there is none."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", prose(notebook), flags=re.M | re.S)
    return found.group(1) if found else ""


def test_there_are_notebooks_and_each_has_a_budget():
    assert set(NOTEBOOKS) == set(BUDGETS)
    assert NOTEBOOKS


def test_form_is_canonical_and_stable():
    for name, notebook in NOTEBOOKS.items():
        once = form.canonical(json.loads(notebooks.text_of(notebook)))
        assert (ROOT / name).read_text() == notebooks.text_of(once), f"{name}: run `make format`"
        assert form.canonical(json.loads(notebooks.text_of(once))) == once, name


def test_nothing_is_wrong_that_formatting_cannot_mend():
    assert broken(lint.problems) == {}


def test_what_it_imports_of_the_library_is_there():
    def rule(notebook):
        for node in ast.walk(ast.parse("\n".join(cells(notebook, "code")))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("gru_lib"):
                module = importlib.import_module(node.module)
                for name in node.names:
                    if not (hasattr(module, name.name) or find_spec(f"{node.module}.{name.name}")):
                        yield ast.unparse(node)

    assert broken(rule) == {}


def test_ignored_outputs_are_few_and_followed_by_an_expectation():
    code = [cell for notebook in NOTEBOOKS.values() for cell in notebook["cells"] if cell["cell_type"] == "code"]
    ignored = [i for i, cell in enumerate(code) if "nbval-ignore-output" in cell["metadata"].get("tags", [])]
    assert len(ignored) <= lint.IGNORED_SHARE * len(code)
    for i in ignored:
        assert "expect(" in "".join(code[i + 1]["source"]), "".join(code[i]["source"])[:200]


def test_no_cell_escapes_nbval():
    def rule(notebook):
        for cell in notebook["cells"]:
            yield from {"nbval-skip", "skip-execution"} & set(cell["metadata"].get("tags", []))
            yield from re.findall(r"NBVAL_\w+", "".join(cell["source"]))

    assert broken(rule) == {}


def test_frame():
    def rule(notebook):
        text = prose(notebook)
        opening, _, rest = text.partition(":class: objectives\n\n")
        box, _, _ = rest.partition("\n:::")
        points = re.findall(r"^- (.*)", section(notebook, "Summary"), flags=re.M)
        first = next(cell for cell in cells(notebook, "code") if "find_spec" not in cell)
        held = {
            "begins with its title": re.match(r"# \S", text),
            "has one title": len(re.findall(r"^# ", text, flags=re.M)) == 1,
            "asks its question before the box": "?" in opening,
            "shows a picture or something to move before the box": re.search(r"!\[|<gru-", opening)
            or any(len(cell["outputs"]) > 0 for cell in before_the_box(notebook)),
            "has two objectives in a box": len(re.findall(r"^- ", box, flags=re.M)) >= 2,
            "says what comes before": "**Before this:**" in box,
            "has a summary of five points at most": 1 <= len(points) <= 5,
            "ends its summary with a rule of thumb": points and points[-1].startswith("**Rule of thumb.**"),
            "has further reading": section(notebook, "Further reading"),
            "imports in its first code cell": re.search(r"^(import|from) ", first, flags=re.M),
            "sets its one seed there": [re.search(r"^SEED = \d+$", cell, flags=re.M) is not None for cell in [first]]
            + re.findall(r"^SEED = ", "\n".join(cells(notebook, "code")), flags=re.M)
            == [True, "SEED = "],
            "leaves its minutes to the tool": "**Time:**" not in text,
            f"takes {minutes.LONGEST} minutes at most": minutes.length(notebook).minutes <= minutes.LONGEST,
        }
        yield from (what for what, is_so in held.items() if not is_so)

    assert broken(rule, CHAPTERS) == {}


def test_refreshers_are_short_and_a_chapter_leads_to_each():
    links = "".join(prose(notebook) for notebook in CHAPTERS.values())

    def rule(notebook):
        text, length = prose(notebook), minutes.length(notebook)
        opening, _, box = text.partition(":class: objectives\n\n")
        held = {
            "asks its question before the box": "?" in opening,
            "shows a picture before the box": "![" in opening
            or any(cell["outputs"] for cell in before_the_box(notebook)),
            "says who needs it": re.search(r"^\*\*Needed in:\*\* \[", box, flags=re.M),
            "takes ten minutes at most": length.minutes <= 10,
            "has two or three exercises": 2 <= length.exercises <= 3,
            "needs NumPy alone": not re.search(
                r"import (keras|tensorflow|torch|jax|sklearn|pandas)", text_of(notebook)
            ),
        }
        yield from (what for what, is_so in held.items() if not is_so)

    assert broken(rule, REFRESHERS) == {}
    assert [name for name in REFRESHERS if f"refreshers/{name.rpartition('/')[2]})" not in links] == []


def before_the_box(notebook):
    """Return the code cells that stand before the objectives."""
    for cell in notebook["cells"]:
        if ":class: objectives" in "".join(cell["source"]):
            return
        if cell["cell_type"] == "code":
            yield cell


KINDS = ["predict", "change and run", "find the bug", "build"]


def test_exercises_are_a_ladder():
    def rule(notebook):
        titles = re.findall(r"^### Exercise (\d+) \((.*?)\): ", section(notebook, "Exercises"), flags=re.M)
        kinds = [kind for _, kind in titles]
        if [int(number) for number, _ in titles] != list(range(1, len(titles) + 1)):
            yield f"numbers: {titles}"
        if not set(kinds) <= set(KINDS) or kinds != sorted(kinds, key=KINDS.index) or len(set(kinds)) < 3:
            yield f"kinds: {kinds}; expected three at least, in the order {KINDS}"

    assert broken(rule, CHAPTERS) == {}


def test_exercises_have_stub_and_solution():
    """Each one: a stub that says it is open, then a hidden solution that the same check accepts."""

    def rule(notebook):
        titles = re.findall(r"^### Exercise \d+", section(notebook, "Exercises"), flags=re.M)
        outcomes = {}
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code" or not (call := re.search(r'^check\("([^"]+)"', source, flags=re.M)):
                continue
            if source.startswith("# Solution") != ("hide-cell" in cell["metadata"].get("tags", [])):
                yield f"{call.group(1)}: a solution is hidden, and begins with `# Solution`"
            outcomes.setdefault(call.group(1), []).append("".join(cell["outputs"][0]["text"])[0])
        if not 2 <= len(titles) == len(outcomes):
            yield f"{len(titles)} exercises, {len(outcomes)} with a check"
        yield from (f"{name}: {shown}" for name, shown in outcomes.items() if shown != ["○", "✓"])

    assert broken(rule, CHAPTERS | REFRESHERS) == {}


PREDICT = re.compile(r'^<gru-predict answer="(\d)">\n\n(.*?)\n\n</gru-predict>$', flags=re.S)


def test_a_prediction_is_asked_for_before_an_output_that_decides_it():
    def rule(notebook):
        for cell, following in pairwise(notebook["cells"]):
            source = "".join(cell["source"])
            if "<gru-predict" not in source:
                continue
            found = PREDICT.match(source)
            options = re.findall(r"^\d\. ", found.group(2), flags=re.M) if found else []
            if not (2 <= len(options) <= 4 and 1 <= int(found.group(1)) <= len(options)):
                yield f"its form: {source[:80]}"
            if following["cell_type"] != "code" or not following["outputs"]:
                yield f"no output follows: {source[:80]}"

    assert broken(rule) == {}


def test_folded_is_what_serves_the_page_and_not_the_subject():
    for name, notebook in NOTEBOOKS.items():
        visible = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and not minutes.is_folded(cell)]
        shown = [cell for cell in visible if "show-input" not in cell["metadata"].get("tags", [])]
        assert not [source for cell in shown if form.FOLDED.search(source := "".join(cell["source"]))], name


def test_every_exercise_of_the_library_stands_in_a_chapter():
    code = "\n".join(source for notebook in NOTEBOOKS.values() for source in cells(notebook, "code"))
    modules = [path.stem for path in (ROOT / "gru_lib/book/exercises").glob("[!_]*.py")]
    exercises = {
        f"{module}/{name}"
        for module in modules
        for name in getattr(importlib.import_module(f"gru_lib.book.exercises.{module}"), "EXERCISES", {})
    }
    assert exercises == set(re.findall(r'^check\("([^"]+)"', code, flags=re.M))


def test_all_questions_stand_in_a_list_at_the_top_and_lead_into_a_chapter():
    page = NOTEBOOKS["chapters/appendix/questions.ipynb"]
    listed = re.findall(r"^- \[(.*)\]\(#[\w-]+\)$", section(page, "All questions"), flags=re.M)
    asked = [cell for cell in cells(page, "markdown") if "### " in cell]
    assert listed == re.findall(r"^### (.*)$", "\n".join(asked), flags=re.M)
    assert len(listed) == len(asked) >= 40
    assert [
        cell for cell in asked if not re.search(r"^\*\*More:\*\* \[.*\]\(\.\./\w+/\w+\.ipynb", cell, flags=re.M)
    ] == []
