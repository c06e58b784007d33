"""Draw the card that a link to the book shows in a chat, and the icons of the installed book: python -m tools.card."""

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tools import ROOT
from tools.browser import find_browser

CELL = ROOT / "chapters" / "images" / "gru-cell.svg"
CARD = ROOT / "chapters" / "_site" / "static" / "card.png"
SIZE = (1200, 630)
LOGO = ROOT / "chapters" / "_site" / "static" / "logo.svg"
ICONS = ROOT / "chapters" / "_site" / "static" / "icons"
# side in pixels, and how much of it the drawing takes: a system cuts its own shape out of a ground without corners
ICON_KINDS = {"192": (192, 1.0), "512": (512, 1.0), "mask": (512, 0.72), "apple": (180, 0.84)}
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
* { margin: 0; box-sizing: border-box }
body { width: 1200px; height: 630px; background: #fcfbf8; color: #2b2f36; position: relative; overflow: hidden;
  font-family: "DejaVu Serif", Charter, Georgia, serif }
.words { position: absolute; left: 72px; top: 0; bottom: 0; width: 520px; display: flex; flex-direction: column;
  justify-content: center }
h1 { font-size: 76px; line-height: 1.08; font-weight: 700; letter-spacing: -.02em }
h2 { font: 400 31px/1.35 system-ui, "DejaVu Sans", sans-serif; color: #565b63; margin-top: 26px }
p { font: 34px "Liberation Serif", "Times New Roman", serif; margin-top: 46px; white-space: nowrap }
p i { margin-right: .04em } sub { font-size: .62em } .z { color: #00629a } .g { color: #00735a }
.cell { position: absolute; right: 40px; top: 12px; height: 606px; width: 606px }
.edge { position: absolute; left: 0; top: 0; bottom: 0; width: 14px;
  background: linear-gradient(#0072b2 0 33.4%, #d55e00 33.4% 66.7%, #009e73 66.7%) }
</style><div class="edge"></div>
<div class="words"><h1>Gated<br>Recurrent<br>Units</h1><h2>the book that checks itself</h2>
<p><i>h<sub>t</sub></i> = <i class="z">z<sub>t</sub></i> ⊙ <i>h<sub>t−1</sub></i>
+ (1 − <i class="z">z<sub>t</sub></i>) ⊙ <i class="g">g<sub>t</sub></i></p></div>
CELL"""


def shoot(browser: str, page: str, size: tuple[int, int]) -> Image.Image:
    """Return what a page looks like on a window of a size; what it leaves free is transparent."""
    with tempfile.TemporaryDirectory() as folder:
        path, picture = Path(folder) / "page.html", Path(folder) / "page.png"
        path.write_text(page, encoding="utf-8")
        shape = ["--force-device-scale-factor=1", f"--window-size={size[0]},{size[1]}"]
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--default-background-color=00000000",
        ]
        command = [browser, *options, *shape, f"--screenshot={picture}", path.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        return Image.open(io.BytesIO(picture.read_bytes())).crop((0, 0, *size))


def card() -> str:
    """Return the card as a page: the drawing without its panel and without the equations below it."""
    cell = re.sub(r'<rect x="1" y="1".*?/>', "", CELL.read_text(encoding="utf-8"))
    cell = re.sub(r"<!-- the same as equations -->.*(?=</svg>)", "", cell, flags=re.S)
    cell = re.sub(r'viewBox="[^"]*" width="\d+" height="\d+"', 'class="cell" viewBox="10 14 620 620"', cell, count=1)
    return PAGE.replace("CELL", cell)


def icon(side: int, share: float) -> str:
    """Return an icon as a page: the logo, or its drawing on a whole ground that may be cut to any shape."""
    logo = LOGO.read_text(encoding="utf-8").replace(
        'width="64" height="64" role', f'width="{side}" height="{side}" role'
    )
    if share < 1:
        logo = logo.replace('rx="14"', "").replace(
            "<path", f'<g transform="translate(32 32) scale({share}) translate(-33 -34)"><path', 1
        )
        logo = logo.replace("</svg>", "</g></svg>")
    return f"<!DOCTYPE html><style>body {{ margin: 0 }} svg {{ display: block }}</style>{logo}"


def main() -> int:
    """Draw all; return the exit status."""
    browser = find_browser()
    if browser is None:
        print("✗ No Chromium found.")
        return 1
    drawn = {CARD: shoot(browser, card(), SIZE).convert("RGB").quantize(128, dither=Image.Dither.NONE)}
    ICONS.mkdir(exist_ok=True)
    for name, (side, share) in ICON_KINDS.items():
        drawn[ICONS / f"{name}.png"] = shoot(browser, icon(side, share), (side, side)).quantize(32)
    for path, picture in drawn.items():
        picture.save(path, "PNG", optimize=True)
        print(f"✓ {path.relative_to(ROOT)}: {path.stat().st_size / 1000:.1f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
