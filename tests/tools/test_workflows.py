"""The workflows give away nothing: actions pinned, no token for third-party code."""

import re

import pytest
import yaml

from tests.support import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def faults(text):
    """Return what a workflow gives away."""
    workflow, found = yaml.safe_load(text), []
    if workflow.get("permissions") != {}:
        found.append("every job has the permissions of the file")
    for line in re.findall(r"uses: (.*)", text):
        if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line):
            found.append(f"not pinned by commit, with its version: {line}")
    for name, job in workflow["jobs"].items():
        steps = job["steps"]
        writes = [right for right, access in job["permissions"].items() if access != "read"]
        if writes and any("checkout" in step.get("uses", "") for step in steps):
            found.append(f"{name} runs what is installed, and may write {writes}")
        for step in steps:
            if "checkout" in step.get("uses", "") and step.get("with", {}).get("persist-credentials") is not False:
                found.append(f"{name} leaves its token in the checkout")
            if "${{" in step.get("run", ""):
                found.append(f"{name} puts an expression into a script")
    return found


def test_workflows_are_tight():
    assert {path.name: faults(path.read_text()) for path in WORKFLOWS} == {path.name: [] for path in WORKFLOWS}
    assert len(WORKFLOWS) == 3


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("permissions: {}", "permissions: {contents: write}", "permissions of the file"),
        (r"@[0-9a-f]{40} # v[\d.]+", "@v4", "not pinned"),
        ("contents: read", "issues: write", "may write"),
        ("persist-credentials: false", "fetch-depth: 1", "leaves its token"),
        ("bash .ci/run check", "echo ${{ github.head_ref }}", "into a script"),
    ],
)
def test_each_rule_can_fail(before, after, complaint):
    text = (ROOT / ".github/workflows/check.yml").read_text()
    assert any(complaint in fault for fault in faults(re.sub(before, after, text)))


def test_a_pull_request_is_checked_quickly_first():
    jobs = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text())["jobs"]
    assert [step["run"] for step in jobs["check"]["steps"] if "run" in step] == ["bash .ci/run check"]
    assert all(job["needs"] == "check" for name, job in jobs.items() if name != "check")
