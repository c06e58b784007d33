"""The plans add up: minutes to sessions, pages and exercises to parts, and everything in the book to somewhere."""

import re
from collections import Counter

import pytest
import yaml

from tests.support import ROOT
from tools import plans as module
from tools.notebooks import load, prose

PLANS, UNUSED = module.load_plans()
SESSIONS = [
    (name, number, session) for name, plan in PLANS.items() for number, session in enumerate(plan["session"], 1)
]
TOTAL = {"one-class": [90], "half-day": [45] * 4, "course": [90] * 6}
AT_HOME = 90  # minutes
sessions = pytest.mark.parametrize(
    "session", [session for *_, session in SESSIONS], ids=[f"{name}-{number}" for name, number, _ in SESSIONS]
)


def taught():
    """Return the chapters that are read in order, with the numbers of their exercises."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [one["file"] for part in contents["parts"] for one in part["chapters"]]
    read = [name for name in files if "/appendix/" not in name or "/refreshers/" in name]
    notebooks = {name.removeprefix("chapters/"): ROOT / f"{name}.ipynb" for name in read}
    pattern = re.compile(r"^### Exercise (\d+)", re.M)
    return {
        name: {int(one) for one in pattern.findall(prose(load(path)))}
        for name, path in notebooks.items()
        if path.exists()
    }


def work(session):
    """Yield whatever a session uses of the book, choices too."""
    homes = [session.get("before", {}), session.get("homework", {})]
    for one in [*session["part"], *homes]:
        yield one
        yield from one.get("choice", [])


def test_each_minute_is_assigned():
    assert {name: [session["minutes"] for session in plan["session"]] for name, plan in PLANS.items()} == TOTAL
    for name, number, session in SESSIONS:
        assert sum(part["minutes"] for part in session["part"]) == session["minutes"], (name, number)


@sessions
def test_what_a_part_uses_fits_into_its_minutes(session):
    too_long = {
        part["what"]: (needed, part["minutes"])
        for part in session["part"]
        if (needed := module.minutes_of(part)) > part["minutes"]
    }
    assert not too_long
    for home in ("before", "homework"):
        assert module.minutes_of(session.get(home, {})) <= AT_HOME


@sessions
def test_a_session_has_objectives_and_a_way_to_be_shorter(session):
    assert len(session["objectives"]) >= 2
    assert session["short"].endswith(".")
    assert 1 <= session["leave_out"] <= len(session["part"])


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_asks_for_nothing_twice(name):
    done = [
        (chapter, number)
        for session in PLANS[name]["session"]
        for one in work(session)
        for chapter, numbers in one.get("exercises", {}).items()
        for number in numbers
    ]
    read = [
        (chapter, section)
        for session in PLANS[name]["session"]
        for one in work(session)
        for chapter, names in one.get("read", {}).items()
        for section in names or [""]
    ]
    assert [one for one, times in Counter(done + read).items() if times > 1] == []


def test_every_chapter_and_every_exercise_is_in_a_plan_or_has_a_reason():
    chapters = taught()
    parts = [one for *_, session in SESSIONS for one in work(session)]
    read = {chapter for one in parts for chapter in one.get("read", {})}
    done = {(chapter, n) for one in parts for chapter, numbers in one.get("exercises", {}).items() for n in numbers}
    left = {(chapter, n) for chapter, one in UNUSED.items() for n in one.get("exercises", chapters.get(chapter, set()))}
    assert all(one["why"] for one in UNUSED.values())
    assert read | {chapter for chapter, one in UNUSED.items() if "exercises" not in one} == set(chapters)
    assert done | left == {(chapter, n) for chapter, numbers in chapters.items() for n in numbers}
    assert not done & left
    assert not read & {chapter for chapter, one in UNUSED.items() if "exercises" not in one}


def test_minutes_are_those_of_the_pages():
    whole = module.minutes_of({"read": {"foundations/forward": []}})
    sections = module.sections("foundations/forward")
    assert whole <= sum(sections.values()) <= whole + len(sections), "each section is rounded up"
    two = {"read": {"foundations/forward": ["One step", "A whole sequence"]}, "exercises": {"foundations/forward": [3]}}
    assert module.minutes_of(two) == sections["One step"] + sections["A whole sequence"] + 5
    assert module.minutes_of({"choice": [{"read": {"foundations/forward": []}}, two]}) == max(
        whole, module.minutes_of(two)
    )


def test_a_section_that_the_chapter_lacks_is_an_error():
    with pytest.raises(KeyError, match="Two steps"):
        module.minutes_of({"read": {"foundations/forward": ["Two steps"]}})
