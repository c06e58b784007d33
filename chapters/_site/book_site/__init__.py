"""What the site needs beyond settings, one module for each need."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

sys.path.append(str(Path(__file__).parents[3]))  # the tools stand beside the chapters
sys.path.append(str(Path(__file__).parents[1] / "live"))  # and the page's Python reads code as the build does

from book_site import (
    cells,
    citation,
    claims,
    decks,
    exercises,
    formulas,
    front,
    installed,
    live,
    metadata,
    minutes,
    plans,
    previews,
    progress,
    quizzes,
    ready,
    repository_links,
    scripts,
    search,
)
from book_site.accessibility import clear_barriers
from book_site.decks import place_decks
from book_site.figures import draw_plots
from book_site.icons import draw_icons
from book_site.outputs import wrap_outputs
from book_site.pictures import place_pictures
from book_site.policy import set_policy
from book_site.previews import place_previews
from book_site.scripts import defer_scripts, replace_search_for_boxes
from book_site.stills import place_stills
from book_site.styles import join_styles
from book_site.tables import set_tables

PARTS = (
    progress,  # before those whose scripts use its script
    exercises,
    cells,
    citation,
    repository_links,
    formulas,
    front,
    installed,
    live,
    claims,
    decks,
    metadata,
    minutes,
    plans,
    previews,
    quizzes,
    ready,
    scripts,
    search,
)
# in this order: a style that only an icon needs is known once the icon is drawn
FINISH = (
    formulas.colour_gates,
    place_previews,
    wrap_outputs,
    set_tables,
    clear_barriers,
    installed.one_viewport,
    draw_icons,
    replace_search_for_boxes,
    defer_scripts,
    draw_plots,
    place_stills,
    place_pictures,
    join_styles,
    place_decks,
    set_policy,
    installed.list_files,
)


def finish_pages(app: Sphinx, exception: Exception | None) -> None:
    """Make the finished pages light; the one that is printed stays as it is."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir).resolve()
    paths = [path for path in out.rglob("*.html") if "_static" not in path.parts]
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    for step in FINISH:
        pages = step(out, pages)
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    for part in PARTS:
        part.setup(app)
    app.connect("build-finished", finish_pages, priority=900)  # after all others
    return {"parallel_read_safe": False, "parallel_write_safe": True}
