"""The claims of the six sources, each with the verdict that a cell of the book has reached."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import numpy as np

from gru_lib.book.expectations import EvidenceError, expect, holds
from gru_lib.book.tables import Link, Table

CLAIMS = Path(__file__).with_name("claims.toml")
MEANING = {
    "confirmed": "what was measured agrees with it",
    "refuted": "what was measured contradicts it",
    "depends": "true under conditions that the source does not name; the finding names them",
    "inconsistent": "the source contradicts itself",
    "outdated": "true when it was written, and no longer",
    "open": "it needs a larger experiment, which is named",
}
VERDICTS = tuple(MEANING)


@dataclass(frozen=True)
class Claim:
    """One testable statement of a source.

    Attributes
    ----------
    id : str
        ``<chapter>-<slug>``; the cell that decides it carries this name on the site.
    source : str
        The source's key in ``chapters/references.bib``.
    quote : str
        The source's own words, a dozen at most.
    decided_by : str
        What is computed to decide it.
    verdict : str
        One of `VERDICTS`.
    finding : str
        What was found; for an open claim, the experiment that would decide it.
    decided_in : str
        The notebook, such as ``reproductions/imdb``; empty for an open claim.
    """

    id: str
    source: str
    quote: str
    decided_by: str
    verdict: str
    finding: str
    decided_in: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict of {self.id} is {self.verdict!r}; expected one of {', '.join(VERDICTS)}")
        if bool(self.decided_in) == (self.verdict == "open"):
            raise ValueError(
                f"{self.id} is {self.verdict} with decided_in={self.decided_in!r}; only open ones have none"
            )

    @property
    def chapter(self) -> str:
        """The chapter that reproduces the source."""
        return self.id.partition("-")[0]


@cache
def load_claims() -> tuple[Claim, ...]:
    """Return every claim, in the order of the file: by source, then as the source makes them."""
    return tuple(Claim(**entry) for entry in tomllib.loads(CLAIMS.read_text(encoding="utf-8"))["claims"])


def settle(
    claim: str,
    value: float | bool,
    *,
    between: tuple[float, float] | None = None,
    above: float | None = None,
    below: float | None = None,
    unit: str = "",
    counter: Mapping[str, float | bool],
) -> None:
    """Check the measurement that decides a claim, and print the claim with its stored verdict.

    A check that everything passes decides nothing, so each names at least one thing of which the claim is not true
    (its counter-model), and the same measurement of that must fail.

    Parameters
    ----------
    claim : str
        The claim's id.
    value : float or bool
        The measurement. A bool takes no bound: it must be true.
    between, above, below, unit
        As in `expect`: what the value must satisfy for the stored verdict to stand.
    counter : mapping from a counter-model to its measurement
        Such as ``{"an LSTM": 23808}``, measured as the value was; none of them may satisfy the bound.

    Raises
    ------
    EvidenceError
        If the measurement no longer supports the verdict, or a counter-model supports it too.
    ValueError
        If there is no such claim, if it is open, if the bounds are not as in `expect`, or without a counter-model.

    Examples
    --------
    >>> rnn, gru, lstm = 5952, 18048, 23808
    >>> settle("mnist-parameters", min(gru / rnn, lstm / gru), above=1, counter={"an LSTM in its place": lstm / lstm})
    “more parameters than the Simple RNN … less than the LSTM”: confirmed
    ✓ parameters at 64 units and 28 features, GRU over RNN and LSTM over GRU, the smaller: 1.3 > 1.0
      not so for an LSTM in its place: 1
    """
    found = next((one for one in load_claims() if one.id == claim), None)
    if found is None:
        raise ValueError(f"claim is {claim!r}; expected an id of {CLAIMS.name}")
    if found.verdict == "open":
        raise ValueError(f"claim {claim} is open; expected one with a verdict")
    if not counter:
        raise ValueError(f"counter of {claim} is empty; expected at least one counter-model and its measurement")
    print(f"“{found.quote}”: {found.verdict}")
    expect(found.decided_by, value, between=between, above=above, below=below, unit=unit)
    for model, other in counter.items():
        if isinstance(other, bool | np.bool_) != isinstance(value, bool | np.bool_) or other != other:
            raise ValueError(f"counter of {claim}, {model}, is {other!r}; expected a measurement like {value!r}")
        if holds(other, between, above, below):
            raise EvidenceError(f"{claim}: {model} passes the same check, with {other}; so the check decides nothing")
        shown = "" if isinstance(other, bool | np.bool_) else f": {other:.3g}{unit}"
        print(f"  not so for {model}{shown}")


def claims_table(chapter: str) -> Table:
    """Return the claims of the source that a chapter reproduces, as a table to show.

    Parameters
    ----------
    chapter : str
        Such as ``"mnist"``.

    Raises
    ------
    ValueError
        If no claim belongs to that chapter.
    """
    rows = [one for one in load_claims() if one.chapter == chapter]
    if not rows:
        known = ", ".join(sorted({one.chapter for one in load_claims()}))
        raise ValueError(f"chapter is {chapter!r}; expected one of {known}")
    head = ("The source says", "Verdict", "What was found")
    return Table(head, tuple((f"“{one.quote}”", _verdict(one), one.finding) for one in rows), style="claims")


def _verdict(claim: Claim) -> str | Link:
    """Link a verdict to the cell that decides it; the site gives that cell the anchor."""
    if not claim.decided_in:
        return claim.verdict
    home = PurePosixPath(claim.decided_in)
    page = "" if home.name == claim.chapter else f"../{home}.ipynb"
    return Link(claim.verdict, f"{page}#claim-{claim.id}")
