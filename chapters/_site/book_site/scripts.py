"""Scripts: a page has those that it needs, and none is waited for."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

FIGURE = re.compile(r"<(gru-[a-z]+)[\s>]")  # each has a script of its own name
SHARED = ("elements.css", "gru.js", "parts.js")
# what a figure needs besides
ALSO = {
    "gru-beginnings": ("gradients.js",),
    "gru-digit": ("digit-reading.js", "unit-squares.js"),
    "gru-explorer": ("cell.css", "unit.js", "equations.js", "cell.js", "unit-chart.js"),
    "gru-flow": ("cell.css", "gru-flow.css", "unit.js", "equations.js", "cell.js"),
    "gru-quiz": ("gru-quiz.css",),
    "gru-review": ("review-reading.js", "word-chart.js"),
    "gru-vanishing": ("gradients.js",),
    "gru-writer": ("gru-writer.css", "writing.js", "unit-squares.js"),
}
SCRIPT = re.compile(r'<script ([^>]*\bsrc="([^"?]+)[^"]*"[^>]*)></script>\s*')
PRELOAD = re.compile(r'<link rel="preload" as="script"[^>]*>\s*')
OPTIONS = "documentation_options.js"
# The policy of policy.py lets no script stand in a page: what these set nobody reads here, and reach.js prints.
SETTING = re.compile(r"<script>DOCUMENTATION_OPTIONS\.[^<]*</script>\s*")
PRINT = 'onclick="window.print()"'
# Sphinx's own search, in place of which search.py has another
UNUSED = {"searchtools.js", "language_data.js", "searchindex.js"}
# what a page must hold for a script to be of use there
USE = {
    "clipboard.min.js": "<pre",
    "copybutton.js": "<pre",
    "design-tabs.js": "sd-tab-set",
}
# The theme's own lets a page without colours stand until all scripts have come.
COLOURS = re.compile(r'<script data-cfasync="false">.*?</script>', re.DOTALL)
SET_COLOURS = """<script>
    {
      for (const name of ["localStorage", "sessionStorage"]) {
        try {
          window[name].length;
        } catch { // refused: nothing is kept, and all else works
          const none = { getItem: () => null, setItem() {}, removeItem() {} };
          Object.defineProperty(window, name, { value: none });
        }
      }
      const page = document.documentElement.dataset;
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      page.mode = localStorage.getItem("mode") || "auto";
      page.theme = page.mode !== "auto" ? page.mode : dark ? "dark" : "light";
      page.whole = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
    }
  </script>"""

# The theme's own search for boxes that scroll lays out the whole page at once.
THEME = "_static/scripts/pydata-sphinx-theme.js"
FIND_BOXES = re.compile(r'(function \w+\(\)\{)(?:return;)?(?=const \w+=\(\)=>\{document\.querySelectorAll\(\["pre",)')


def bring_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document) -> None:
    """Add the scripts of a page's figures."""
    tags = list(dict.fromkeys(FIGURE.findall(context.get("body", ""))))
    if not tags:
        return
    also = [name for tag in tags for name in ALSO.get(tag, ())]
    for name in dict.fromkeys((*SHARED, *also, *(f"{tag}.js" for tag in tags))):
        if name.endswith(".css"):
            app.add_css_file(f"elements/{name}")
        else:
            app.add_js_file(f"elements/{name}", loading_method="defer")


def replace_search_for_boxes(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Leave to reach.js which boxes the keyboard is to scroll."""
    script = out / THEME
    text, places = FIND_BOXES.subn(r"\1return;", script.read_text(encoding="utf-8"))
    if places != 1:
        raise ExtensionError(f"{script.name}: the theme finds boxes that scroll elsewhere")
    script.write_text(text, encoding="utf-8")
    return pages


def defer_scripts(out: Path, pages: dict[Path, str]) -> dict[Path, str]:
    """Set the colours at once, run every other script last, drop those of no use."""

    def deferred(page: Path, text: str) -> str:
        if OPTIONS not in text:
            return text  # not one of the theme's pages
        text, places = COLOURS.subn(SET_COLOURS, text)
        if places != 1:
            raise ExtensionError(f"{page.name}: the theme sets its colours elsewhere")
        text = text.replace("<html ", '<html data-theme="light" ', 1)  # where no script says which

        def script(found: re.Match[str]) -> str:
            attributes, name = found[1], PurePosixPath(found[2]).name
            if name in UNUSED or USE.get(name, "") not in text:
                return ""
            defer = "" if re.search(r"\b(?:defer|async)\b", attributes) else "defer "
            return f"<script {defer}{attributes}></script>\n"

        return SCRIPT.sub(script, PRELOAD.sub("", SETTING.sub("", text))).replace(PRINT, "")

    return {page: deferred(page, text) for page, text in pages.items()}


def setup(app: Sphinx) -> None:
    for name in ("reach.js", "offline.js"):
        app.add_js_file(name, loading_method="defer")
    app.connect("html-page-context", bring_scripts)
