"""What is a word of the search: names and, of one with underscores, its parts; numbers, and what stands close to one.

The index is split here and the question by a script on the search page; both are made of the same two patterns.
What else the page does with a question is in static/search.js.
"""

import json
import re

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

NAMES = r"\w+"
# GRU(64 and ndim=3, 1-z however its minus is written and set apart, 18,048
WHOLES = r"[A-Za-z_]\w*[(=][0-9]+(?!\w)|[0-9]+ ?[-−] ?[a-z](?![A-Za-z])|(?<!\w)[0-9]{1,3}(?:,[0-9]{3})+(?!\w)"
WRITTEN = {" ": "", ",": "", "−": "-"}  # in a whole
SPLITTER = """
var splitQuery = (text) => {
  const found = (pattern) => [...text.matchAll(new RegExp(pattern, "gu"))].map(([all]) => all);
  const wholes = found(WHOLES).map((whole) => whole.replace(/[ ,−]/g, (sign) => (WRITTEN)[sign]));
  const names = found(NAMES);
  const parts = names.filter((name) => name.includes("_")).flatMap((name) => name.split("_"));
  return [...wholes, ...names, ...parts.filter((part) => part)];
};
"""


def for_javascript(pattern: str) -> str:
    r"""Write a pattern for JavaScript, whose \w knows English letters alone."""
    return json.dumps(pattern.replace(r"[A-Za-z_]\w", r"[A-Za-z_][\p{L}\p{N}_]").replace(r"\w", r"[\p{L}\p{N}_]"))


class BookSearch(SearchEnglish):
    """The search of an English book, with the words of this one."""

    js_splitter_code = (
        SPLITTER.replace("WHOLES", for_javascript(WHOLES))
        .replace("NAMES", for_javascript(NAMES))
        .replace("WRITTEN", json.dumps(WRITTEN))
    )

    def split(self, text: str) -> list[str]:
        """Return the words of a text: wholes, names, parts of names."""
        names = re.findall(NAMES, text)
        parts = (part for name in names if "_" in name for part in name.split("_") if part)
        return [*(whole.translate(str.maketrans(WRITTEN)) for whole in re.findall(WHOLES, text)), *names, *parts]


def setup(app: Sphinx) -> None:
    app.add_search_language(BookSearch)
