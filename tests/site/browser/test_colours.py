"""By night a figure stands on the ground of the page, and every quantity keeps its hue."""

import colorsys
import io

import pytest

from gru_lib.book.figures import VARIABLES

PAGE = "chapters/foundations/equations.html"
COLOURS = {"z": (0, 114, 178), "r": (213, 94, 0), "g": (0, 158, 115)}  # gru_lib.book.plotting.COLOURS
STRIPES = "".join(
    f'<rect x="{60 * place}" width="60" height="60" fill="rgb{colour}"/>'
    for place, colour in enumerate(((255, 255, 255), *COLOURS.values()))
)
PICTURE = f"""(image) => {{
  image.src = 'data:image/svg+xml,' + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="240" ' +
    'height="60">{STRIPES}</svg>') + '#_images/';
  image.style.width = "240px";
  image.style.height = "60px";
  image.loading = "eager";
}}"""


def luminance(colour):
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_a_picture_keeps_its_hues_and_takes_the_ground_of_the_page(open_page):
    from PIL import Image

    page = open_page(PAGE, color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.whole === 'true'")  # nothing moves any more
    image = page.locator(".bd-article img[src*='_images/']").first
    image.scroll_into_view_if_needed()
    image.evaluate(PICTURE)
    page.wait_for_function("one => one.complete && one.naturalWidth === 240", arg=image.element_handle())
    picture = Image.open(io.BytesIO(image.screenshot())).convert("RGB")
    ground, *found = (picture.getpixel((30 + 60 * place, 30)) for place in range(4))
    assert max(abs(part - wanted) for part, wanted in zip(ground, (0x14, 0x17, 0x1B), strict=True)) <= 3
    for colour, day in zip(found, COLOURS.values(), strict=True):
        assert contrast(colour, ground) > 4.5
        turn = colorsys.rgb_to_hsv(*colour)[0] - colorsys.rgb_to_hsv(*day)[0]
        assert abs((turn + 0.5) % 1 - 0.5) < 0.05


DRAWN = """(colours) => {
  const rgb = (text) => text.match(/\\d+/g).slice(0, 3).map(Number);
  const plot = document.querySelector("svg.plot");
  const parts = [...plot.querySelectorAll(":is(path, use, text):not(defs *)")].map((one) => getComputedStyle(one));
  const drawn = parts.flatMap(({ fill, fillOpacity, stroke }) => [+fillOpacity ? fill : "none", stroke])
    .filter((one) => one !== "none").map(rgb);
  const shown = colours.map((colour) => {
    plot.style.color = `var(${colour})`;
    return rgb(getComputedStyle(plot).color);
  });
  return { drawn, shown };
}"""


def test_a_plot_is_drawn_in_the_colours_of_the_book_by_day_and_in_lighter_ones_by_night(open_page):
    page = open_page(PAGE, color_scheme="light")
    day = page.evaluate(DRAWN, list(VARIABLES.values()))
    hexes = [[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in VARIABLES]
    assert day["shown"] == hexes
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    night = page.evaluate(DRAWN, list(VARIABLES.values()))
    for (*_, ground), found in zip((day["shown"], night["shown"]), (day, night), strict=True):
        assert all(colour in found["shown"] for colour in found["drawn"])
        for colour in found["shown"][:5]:  # what is drawn by lines
            assert contrast(colour, ground) > 2
    used = [place for place, colour in enumerate(day["shown"]) if colour in day["drawn"]]
    assert [night["shown"][place] in night["drawn"] for place in used] == [True] * len(used) and len(used) > 4
    for was, now in list(zip(day["shown"], night["shown"], strict=True))[:4]:
        turn = colorsys.rgb_to_hsv(*now)[0] - colorsys.rgb_to_hsv(*was)[0]
        assert abs((turn + 0.5) % 1 - 0.5) < 0.05


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_gate_has_one_colour_in_every_formula_and_contrast(open_page, scheme):
    page = open_page(PAGE, color_scheme=scheme)
    ask = (
        "gate => [...new Set([...document.querySelectorAll(`.katex-html .gate-${gate}`)].map("
        "one => getComputedStyle(one).color))]"
    )
    ground = (255, 255, 255) if scheme == "light" else (0x14, 0x17, 0x1B)
    for gate, day in COLOURS.items():
        (colour,) = page.evaluate(ask, gate)
        colour = tuple(int(part) for part in colour[4:-1].split(","))
        assert contrast(colour, ground) > 4.5
        turn = colorsys.rgb_to_hsv(*colour)[0] - colorsys.rgb_to_hsv(*day)[0]
        assert abs((turn + 0.5) % 1 - 0.5) < 0.05
