"""Claims, cells and the page of claims agree: nothing is decided twice in two ways, nothing is decided by nobody."""

import ast
import math
import re
from collections import defaultdict
from itertools import groupby

import numpy as np
import pytest

from gru_lib.book import EvidenceError, claims_table, settle
from gru_lib.book.claims import Claim, load_claims
from tools import claims as tool
from tools import notebooks

CLAIMS = load_claims()
BIBLIOGRAPHY = (notebooks.CHAPTERS / "references.bib").read_text()


def settled():
    """Which notebook calls settle for which claim, and with how many cells."""
    found = defaultdict(list)
    for path in notebooks.notebooks():
        for cell in notebooks.load(path)["cells"]:
            if cell["cell_type"] == "code":
                for call in ast.walk(ast.parse("".join(cell["source"]))):
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "settle":
                        found[call.args[0].value].append((path, cell, call))
    return found


SETTLED = settled()


def test_ids_are_unique_and_name_a_chapter():
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS)
    assert {claim.chapter for claim in CLAIMS} <= {path.stem for path in notebooks.notebooks()}


def test_every_source_has_its_claims_in_one_block():
    blocks = [source for source, _ in groupby(claim.source for claim in CLAIMS)]
    assert blocks == list(tool.TITLES)
    assert all(f"{{{source}," in BIBLIOGRAPHY for source in blocks)


def test_quotations_are_short_and_findings_are_sentences():
    for claim in CLAIMS:
        assert 1 <= len(claim.quote.replace("…", " ").split()) <= 12, claim.id
        assert claim.finding.endswith("."), claim.id
        assert re.search(r"[^.\s]\s*$", claim.decided_by), claim.id


def faults(claim):
    """Say what keeps the notebook that a claim names, and no other, from deciding it in an executed, compared cell."""
    cells = SETTLED.get(claim.id, [])
    homes = {str(path.relative_to(notebooks.CHAPTERS).with_suffix("")) for path, _, _ in cells}
    if homes != ({claim.decided_in} if claim.decided_in else set()):
        yield f"decided in {homes}"
    for _, cell, call in cells:
        shown = "".join("".join(output.get("text", "")) for output in cell["outputs"])
        if f"“{claim.quote}”: {claim.verdict}\n✓ {claim.decided_by}" not in shown:
            yield "the stored output is of another claim or verdict; run `make execute`"
        if not cell["execution_count"] or "nbval-ignore-output" in cell["metadata"].get("tags", []):
            yield "the cell is not executed, or not compared"
        if isinstance(call.args[1], ast.Constant):
            yield "a constant decides nothing"


def test_every_claim_is_decided_where_it_says():
    assert not {claim.id: found for claim in CLAIMS if (found := list(faults(claim)))}


def test_no_cell_settles_what_is_not_on_the_list():
    assert set(SETTLED) <= {claim.id for claim in CLAIMS}


def test_each_reproduction_ends_with_its_claims():
    for chapter in {claim.chapter for claim in CLAIMS}:
        [path] = [path for path in notebooks.notebooks() if path.stem == chapter]
        assert f'claims_table("{chapter}")' in path.read_text().replace('\\"', '"')


def test_the_page_is_the_file():
    assert tool.PAGE.read_text() == tool.page(), "run `make format`"


def test_settle_prints_the_claim_and_fails_when_the_measurement_turns(capsys, monkeypatch):
    claim = Claim("toy-one", "tang2022", "a quotation", "what is measured", "confirmed", "Found.", "reproductions/toy")
    monkeypatch.setattr("gru_lib.book.claims.load_claims", lambda: (claim,))
    settle("toy-one", 0.5, between=(0.4, 0.6), counter={"an LSTM": 0.7})
    assert capsys.readouterr().out == (
        "“a quotation”: confirmed\n✓ what is measured: 0.50 (between 0.4 and 0.6)\n  not so for an LSTM: 0.7\n"
    )
    settle("toy-one", np.True_, counter={"an LSTM": False})
    assert capsys.readouterr().out == "“a quotation”: confirmed\n✓ what is measured\n  not so for an LSTM\n"
    for value, bounds in ((0.7, {"between": (0.4, 0.6)}), (False, {}), (1.0, {"above": 1.0})):
        with pytest.raises(EvidenceError, match=f"what is measured: {value} is not"):
            settle("toy-one", value, **bounds, counter={"an LSTM": 0.7})
    with pytest.raises(ValueError, match="exactly one"):
        settle("toy-one", 0.7, counter={"an LSTM": 0.7})
    with pytest.raises(ValueError, match="an id of"):
        settle("toy-two", True, counter={"an LSTM": False})
    with pytest.raises(ValueError, match="counter of toy-one is empty"):
        settle("toy-one", True, counter={})


def test_a_check_that_its_counter_model_passes_decides_nothing(capsys, monkeypatch):
    claim = Claim("toy-one", "tang2022", "a quotation", "what is measured", "confirmed", "Found.", "reproductions/toy")
    monkeypatch.setattr("gru_lib.book.claims.load_claims", lambda: (claim,))
    settle("toy-one", 0.5, between=(0.4, 0.6), counter={"an LSTM": 0.72, "a constant": 0.1}, unit=" s")
    assert capsys.readouterr().out.splitlines()[2:] == [
        "  not so for an LSTM: 0.72 s",
        "  not so for a constant: 0.1 s",
    ]
    settle("toy-one", True, counter={"an LSTM": np.False_})
    assert capsys.readouterr().out.splitlines()[2:] == ["  not so for an LSTM"]
    for value, bound, other in ((0.5, {"between": (0.4, 0.6)}, 0.45), (True, {}, True)):
        with pytest.raises(EvidenceError, match="an LSTM passes the same check, with"):
            settle("toy-one", value, **bound, counter={"an LSTM": other})
    for value, bound, other in ((0.5, {"above": 0.4}, math.nan), (True, {}, 0), (0.5, {"above": 0.4}, False)):
        with pytest.raises(ValueError, match=r"counter of toy-one, an LSTM, is .*; expected a measurement like"):
            settle("toy-one", value, **bound, counter={"an LSTM": other})


def test_an_open_claim_cannot_be_settled(monkeypatch):
    claim = Claim("toy-one", "tang2022", "a quotation", "a large experiment", "open", "Do it.")
    monkeypatch.setattr("gru_lib.book.claims.load_claims", lambda: (claim,))
    with pytest.raises(ValueError, match="is open"):
        settle("toy-one", True, counter={"an LSTM": False})


@pytest.mark.parametrize(
    ("verdict", "home", "message"),
    [
        ("true", "a/b", "verdict of toy-one is 'true'; expected one of confirmed, refuted"),
        ("open", "a/b", "toy-one is open with decided_in='a/b'; only open ones have none"),
        ("confirmed", "", "toy-one is confirmed with decided_in=''"),
    ],
)
def test_a_claim_that_contradicts_itself_is_rejected(verdict, home, message):
    with pytest.raises(ValueError, match=message):
        Claim("toy-one", "tang2022", "a quotation", "x", verdict, "Found.", home)


def test_the_table_shows_every_claim_of_a_chapter_and_escapes_it():
    table = claims_table("mnist")
    shown = table._repr_html_()
    mine = [claim for claim in load_claims() if claim.chapter == "mnist"]
    assert shown.count("<tr>") == len(mine) + 1
    assert 'href="#claim-mnist-parameters"' in shown
    assert "<em>" not in shown
    with pytest.raises(ValueError, match="expected one of"):
        claims_table("nothing")
