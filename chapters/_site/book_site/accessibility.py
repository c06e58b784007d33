"""What theme, pandas and Markdown put in the way of a screen reader, taken away."""

from __future__ import annotations

import re
from pathlib import Path

# The corner of a table heads nothing; a heading without words is read out all the same.
EMPTY_HEADING = re.compile(r"<th(?: [^>]*)?>(?:<p></p>)?</th>")
ROLES = {
    '<div id="pst-primary-sidebar" ': '<div id="pst-primary-sidebar" role="complementary" aria-label="The book" ',
    # Its name is what stands on it, the keys included.
    'pst-js-only" title="Search" aria-label="Search"': 'pst-js-only" title="Search"',
    # ARIA 1.3 no longer knows the role that docutils gives to the entries of a bibliography.
    'role="doc-biblioentry"': 'role="listitem"',
}


def clear_barriers(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Make empty headings of tables plain cells, the sidebar a landmark, and a bibliography a list."""

    def cleared(text: str) -> str:
        for old, new in ROLES.items():
            text = text.replace(old, new)
        return EMPTY_HEADING.sub("<td></td>", text)

    return {page: cleared(text) for page, text in pages.items()}
