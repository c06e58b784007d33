"""A plot as a part of a page: SVG whose colours are the variables of the page's style sheets, by day and by night."""

import html
import re

# Okabe & Ito (2008), which colour-blind readers can tell apart; each with the name of its variable.
# What is drawn by these colours changes with the theme of the page; what is drawn by others stays.
VARIABLES = {
    "#0072b2": "--gru-z",  # update gate
    "#d55e00": "--gru-r",  # reset gate
    "#009e73": "--gru-g",  # candidate
    "#e69f00": "--gru-a",  # attention
    "#3b4048": "--gru-h",  # state, and ink
    "#cc79a7": "--gru-p",
    "#56b4e9": "--gru-s",
    "#85898f": "--gru-m",  # muted
    "#ffffff": "--pst-color-background",
}
COLOUR = re.compile("|".join(VARIABLES))
# A style in it would hold for the whole page; figures.css says the same.
NOT_ITS_OWN = re.compile(r"\s*(?:<metadata>.*?</metadata>|<defs>\s*<style\b.*?</style>\s*</defs>)", re.S)
REFERENCE = re.compile(r'(?:url\(#|href="#)([^)"]+)')
IDENTITY = re.compile(r'( id="|url\(#|href="#)([^)"]+)([)"])')


def on_page(svg: str, name: str, label: str) -> str:
    """Return a figure that Matplotlib drew as an element of an HTML page.

    Parameters
    ----------
    svg : str
        The file.
    name : str
        Of the figure on its page; its ids begin with it.
    label : str
        What a screen reader says in its place.

    Examples
    --------
    >>> on_page('<?xml?><svg id="a"><g id="b" style="fill: #0072b2"/><use href="#b"/></svg>', "n", "A bar")
    '<svg class="plot" role="img" aria-label="A bar"><g id="n-b" style="fill: var(--gru-z)"/><use href="#n-b"/></svg>'
    """
    used = set(REFERENCE.findall(svg))

    def own(found: re.Match[str]) -> str:
        before, identity, after = found.groups()
        return f"{before}{name}-{identity}{after}" if identity in used else ""

    svg = IDENTITY.sub(own, NOT_ITS_OWN.sub("", svg[svg.index("<svg") :]))
    svg = COLOUR.sub(lambda found: f"var({VARIABLES[found[0]]})", svg)
    return svg.replace("<svg", f'<svg class="plot" role="img" aria-label="{html.escape(label)}"', 1).strip()
