"""Write the page of all claims, chapters/beyond/claims.md, from gru_lib/book/claims.toml (`make format` does)."""

import sys
from collections import Counter
from itertools import groupby

from gru_lib.book.claims import MEANING, VERDICTS, Claim, load_claims
from tools import ROOT

PAGE = ROOT / "chapters" / "beyond" / "claims.md"
TITLES = {
    "tang2022": "Source 1: *Build a GRU RNN in Keras*",
    "imdb_gru2019": "Source 2: *Deep Learning with Gated recurrent unit (GRU)*",
    "educba2023": "Source 3: *Keras GRU*",
    "binary_gru2023": "Source 4: *Implementing gated recurrent units (GRUs) in Keras*",
    "temperature_gru": "Source 5: *Gated Recurrent Unit (GRU)*",
    "tf_text_generation": "Source 6: *Text generation with an RNN*",
}
INTRODUCTION = """% Written by tools/claims.py from gru_lib/book/claims.toml; `make format` renews it.

# Claims on trial

The six tutorials that this book reproduces make {total} statements that one can test.
Here they stand in their own words, each with a verdict.
{decided} of them are decided by a cell of a chapter, and what was found names it.
That cell runs again on every change of the book, and fails if the measurement no longer supports the verdict.
It also measures something of which the statement is not true, and fails if its check would let that pass.
The other {open} are open: they need a larger experiment, which is named there.

A statement is judged in its whole sentence and at its date.
What was true of an older Keras is *outdated* and not refuted.
Our copies of the first five are text taken from web pages, and lines, pictures and tables were lost on the way.
What only our copy lacks is held against nobody; where an author's own program is public, it counts as the source.

{summary}
"""


def page() -> str:
    """Return the whole page as MyST Markdown."""
    counts = Counter(claim.verdict for claim in load_claims())
    rows = [
        f'| <span class="chip verdict-{verdict}">{verdict}</span> | {counts[verdict]} | {MEANING[verdict]} |'
        for verdict in VERDICTS
    ]
    summary = "\n".join(["| verdict | claims | meaning |", "|---|---|---|", *rows])
    summary = f"{_tally(counts)}\n\n:::{{container}} verdicts\n{summary}\n:::"
    numbers = {"total": counts.total(), "open": counts["open"], "decided": counts.total() - counts["open"]}
    parts = [INTRODUCTION.format(**numbers, summary=summary)]
    for source, group in groupby(load_claims(), key=lambda claim: claim.source):
        table = "\n".join(["| the source says | verdict | what was found |", "|---|---|---|", *map(_row, group)])
        parts.append(f"## {TITLES[source]}\n\n{{cite:t}}`{source}`\n\n:::{{container}} claims\n{table}\n:::\n")
    return "\n".join(parts)


def _tally(counts: Counter[str]) -> str:
    """Draw the verdicts as one bar, each as wide as it is frequent; the table below says the same."""
    parts = [
        f'<span class="verdict-{name}" style="flex-grow: {counts[name]}">{counts[name]}</span>' for name in VERDICTS
    ]
    return f'<div class="tally" aria-hidden="true">{"".join(parts)}</div>'


def _row(claim: Claim) -> str:
    verdict = f"[{claim.verdict}](#claim-{claim.id})" if claim.decided_in else claim.verdict
    cells = (f'<span id="trial-{claim.id}"></span>“{claim.quote}”', verdict, claim.finding)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    """Write the page; return the exit status."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
