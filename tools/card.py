"""Draw the picture that a link to the book shows in a chat, chapters/_site/static/card.png: python -m tools.card."""

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
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
* { margin: 0; box-sizing: border-box }
body { width: 1200px; height: 630px; background: #fcfbf8; color: #2b2f36; position: relative; overflow: hidden;
  font-family: "DejaVu Serif", Charter, Georgia, serif }
.words { position: absolute; left: 72px; top: 0; bottom: 0; width: 520px; display: flex; flex-direction: column;
  justify-content: center }
h1 { font-size: 76px; line-height: 1.08; font-weight: 700; letter-spacing: -.02em }
h2 { font: 400 31px/1.35 system-ui, "DejaVu Sans", sans-serif; color: #565b63; margin-top: 26px }
p { font: 34px "Liberation Serif", "Times New Roman", serif; margin-top: 46px; white-space: nowrap }
p i { margin-right: .04em } .z { color: #00629a } .g { color: #00735a }
.cell { position: absolute; right: 40px; top: 12px; height: 606px; width: 606px }
.edge { position: absolute; left: 0; top: 0; bottom: 0; width: 14px;
  background: linear-gradient(#0072b2 0 33.4%, #d55e00 33.4% 66.7%, #009e73 66.7%) }
</style><div class="edge"></div>
<div class="words"><h1>Gated<br>Recurrent<br>Units</h1><h2>the book that checks itself</h2>
<p><i>h</i>′ = <i class="z">z</i> × <i>h</i> + (1 − <i class="z">z</i>) × <i class="g">g</i></p></div>
CELL"""


def main() -> int:
    """Draw the card; return the exit status."""
    browser = find_browser()
    if browser is None:
        print("✗ No Chromium found.")
        return 1
    # the drawing without its panel and without the equations below it
    cell = re.sub(r'<rect x="1" y="1".*?/>', "", CELL.read_text(encoding="utf-8"))
    cell = re.sub(r"<!-- the same as equations -->.*(?=</svg>)", "", cell, flags=re.S)
    cell = re.sub(r'viewBox="[^"]*" width="\d+" height="\d+"', 'class="cell" viewBox="10 14 620 620"', cell, count=1)
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder) / "card.html", Path(folder) / "card.png"
        page.write_text(PAGE.replace("CELL", cell), encoding="utf-8")
        size = f"--window-size={SIZE[0]},{SIZE[1]}"
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1"]
        command = [browser, *options, size, f"--screenshot={picture}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        drawn = Image.open(io.BytesIO(picture.read_bytes())).convert("RGB").crop((0, 0, *SIZE))
    drawn.quantize(128, dither=Image.Dither.NONE).save(CARD, "PNG", optimize=True)
    print(f"✓ {CARD.relative_to(ROOT)}: {CARD.stat().st_size / 1000:.1f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
