"""Build the website strictly from the committed notebooks, check what it links to, and say where to open it."""

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools import ROOT

HTML = ROOT / "_build" / "html"
ASSETS = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """Collects what one page offers (ids) and what it refers to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.assets: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, links and assets of one element."""
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") in ("canonical", "search", "next", "prev"):
            return
        self.assets += [values[name] for element, name in ASSETS if element == tag and name in values]


def in_the_way() -> bool:
    """Tell, and say, that there is a file where the build's folder goes."""
    if HTML.parent.is_dir() or not HTML.parent.exists():
        return False
    print(f"✗ {HTML.parent} is in the way: what is built goes to a folder of that name. Move it, or delete it.")
    return True


def build() -> bool:
    """Build from nothing, every warning an error; return whether there is a site."""
    shutil.rmtree(HTML.parent, ignore_errors=True)  # a page of yesterday must not hide that today's is missing
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", str(ROOT), "-W", "-n", "--keep-going", "--quiet"]
    return subprocess.run(command, cwd=ROOT).returncode == 0 and (HTML / "index.html").exists()


def broken_references(folder: Path = HTML) -> list[str]:
    """Return the links that lead nowhere inside the site, and the assets that are asked of another host."""
    pages = {path.resolve(): Page(path) for path in folder.rglob("*.html") if "_static" not in path.parts}
    problems = [] if pages else ["there are no pages"]
    for page in pages.values():
        name = page.path.relative_to(folder)
        problems += [f"{name} asks another host for {url}" for url in page.assets if urlsplit(url).netloc]
        for url in page.links + page.assets:
            problem = _problem(page, url, pages)
            problems += [f"{name} links to {url}: {problem}"] if problem else []
    return sorted(set(problems))


def _problem(page: Page, url: str, pages: dict[Path, Page]) -> str:
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        return ""
    target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path.resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.exists():
        return "no such file"
    fragment = unquote(parts.fragment)
    if fragment and target in pages and fragment not in pages[target].ids:
        return "no such place on the page"
    return ""


def main() -> int:
    """Build and check; return the exit status."""
    if in_the_way():
        return 1
    print("Building the site …", flush=True)
    if not build():
        print("\n✗ The site was not built; the reasons are above.")
        return 1
    problems = broken_references()
    if problems:
        print("\n✗ Broken references in the site:", *problems, sep="\n  ")
        return 1
    print(f"\n✓ The book is built. Open it in a browser:\n  {(HTML / 'index.html').as_uri()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
