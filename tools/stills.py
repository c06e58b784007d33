"""Draw the still of every interactive figure, from the built site in Chromium: python -m tools.stills [tag …].

A reader without JavaScript sees it, with the figure's caption. It is the figure itself, as it stands at first, without
what one could only press.
"""

import io
import re
import sys
from pathlib import Path

from PIL import Image

from tools import ROOT
from tools.browser import find_browser
from tools.site import HTML

STILLS = ROOT / "chapters" / "_site" / "static" / "stills"
SIZE = {"width": 1280, "height": 1400}
SCALE, COLOURS = 1.5, 48
FIGURE = re.compile(r"<(gru-(?!predict|quiz)[a-z]+)[\s>]")  # questions are text, and need no still
HIDDEN = "button, input, output, textarea, fieldset, label, .book-slider, .book-buttons"
READY = """figure => figure.matches(".book-live") && figure.querySelector(".book-words:not([aria-busy])")?.textContent
  && !/the figure is near/.test(figure.innerText)"""


def pages(folder: Path = HTML) -> dict[str, Path]:
    """Return each figure of the built site with a page that has it."""
    found = {}
    for path in sorted(folder.glob("chapters/**/*.html")):
        for tag in FIGURE.findall(path.read_text(encoding="utf-8")):
            found.setdefault(tag, path)
    return found


def draw(browser: str, figures: dict[str, Path]) -> None:
    """Write a picture of each figure."""
    from playwright.sync_api import sync_playwright

    STILLS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for tag, path in figures.items():
            options = {"device_scale_factor": SCALE, "reduced_motion": "reduce", "color_scheme": "light"}
            page = chromium.new_page(viewport=SIZE, **options)
            page.goto(path.as_uri())
            figure = page.locator(tag).first
            figure.scroll_into_view_if_needed()
            page.wait_for_function(READY, arg=figure.element_handle())
            page.add_style_tag(content=f".book-live :is({HIDDEN}) {{ display: none !important }}")
            page.wait_for_timeout(500)  # fonts, and what glides
            picture = Image.open(io.BytesIO(figure.screenshot())).convert("RGB")
            still = STILLS / f"{tag}.png"
            picture.quantize(COLOURS, dither=Image.Dither.NONE).save(still, "PNG", optimize=True)
            print(f"✓ {still.relative_to(ROOT)}: {still.stat().st_size / 1000:.1f} kB")
        chromium.close()


def main(names: list[str]) -> int:
    """Draw all stills, or those that are named; return the exit status."""
    browser, figures = find_browser(), pages()
    if browser is None or not figures:
        print("✗ No Chromium found." if browser is None else "✗ There is no built site; `make book` builds it.")
        return 1
    if unknown := set(names) - set(figures):
        print(f"✗ no page has {', '.join(sorted(unknown))}; there are {', '.join(figures)}")
        return 2
    draw(browser, {tag: path for tag, path in figures.items() if not names or tag in names})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
