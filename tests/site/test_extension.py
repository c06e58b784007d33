"""What makes the built pages light does so, and says so when it cannot."""

import importlib
import re
from types import SimpleNamespace

import pytest

from tests.support import ROOT

EXTENSIONS = ROOT / "chapters" / "_site"


@pytest.fixture
def module(require, monkeypatch):
    """Import one module of the extension; what it needs comes with the `book` extra."""
    for package in ("imagesize", "sphinx", "tinycss2"):
        require(package)
    monkeypatch.syspath_prepend(EXTENSIONS)
    return lambda name: require(f"book_site.{name}")


@pytest.fixture
def fault():
    from sphinx.errors import ExtensionError

    return lambda message: pytest.raises(ExtensionError, match=message)


@pytest.fixture
def out(tmp_path):
    """A folder of a site with one page in a chapter's folder."""
    (tmp_path / "_static" / "scripts").mkdir(parents=True)
    (tmp_path / "_images").mkdir()
    (tmp_path / "chapters").mkdir()
    return tmp_path


def finish(step, out, text, name="chapters/page.html"):
    return step(out, {out / name: text})[out / name]


def test_the_page_that_is_printed_stays_as_it_is(module, out):
    page = out / "chapters" / "index.html"
    page.write_text('<img src="_static/logo.svg">')  # its links begin at the top folder
    app = SimpleNamespace(outdir=out, builder=SimpleNamespace(name="singlehtml", format="html"))
    importlib.import_module(module("icons").__package__).finish_pages(app, None)
    assert page.read_text() == '<img src="_static/logo.svg">'


# Icons

FONTAWESOME = (
    'var p={github:[496,512,[],"f09b","M1 1"]};var p={sun:[512,512,[9728],"f185","M2 2"]};'
    'var p={sun:[512,512,[9728],"f185","M3 3"],"magnifying-glass":[512,513,[128269,"search"],"f002","M4 4z"]}'
)


@pytest.fixture
def icons(module, out):
    (out / "_static/scripts/fontawesome.js").write_text(FONTAWESOME)
    return module("icons").draw_icons


@pytest.mark.parametrize("name", ["magnifying-glass", "search"])
@pytest.mark.parametrize("tag", ["i", "span"])
def test_an_icon_is_drawn_where_it_is_named(icons, out, tag, name):
    page = finish(icons, out, f'<b>x</b><{tag} class="theme fa-solid fa-{name}  fa-lg" data-mode="dark"> </{tag}>')
    assert page == (
        f'<b>x</b><svg class="svg-inline--fa theme fa-{name} fa-lg" aria-hidden="true" data-mode="dark" '
        'viewBox="0 0 512 513"><path fill="currentColor" d="M4 4z"/></svg>'
    )


def test_a_solid_icon_wins_over_an_outlined_one_and_the_script_of_all_icons_goes(icons, out):
    page = finish(
        icons, out, '<script src="_static/scripts/fontawesome.js?digest=5"></script>\n<i class="fas fa-sun"></i>'
    )
    assert "M3 3" in page
    assert "script" not in page


@pytest.mark.parametrize("classes", ["fa-solid fa-nosuch", "fa-solid", "fa-solid fa-sun fa-search"])
def test_an_icon_that_cannot_be_drawn_is_a_fault(icons, out, fault, classes):
    with fault("no drawing for"):
        finish(icons, out, f'<i class="{classes}"></i>')


# Scripts

HEAD = """<script data-cfasync="false">
    document.documentElement.dataset.mode = localStorage.getItem("mode") || "";
  </script>
  <link rel="preload" as="script" href="../_static/scripts/bootstrap.js?digest=5" />
  <script src="../_static/documentation_options.js?v=9"></script>
  <script src="../_static/doctools.js?v=9"></script>
  <script>var inline = 1;</script>
  <script src="../_static/clipboard.min.js?v=a"></script>
  <script data-prefix="x" src="../_static/design-tabs.js?v=f"></script>
  <script src="../_static/searchtools.js"></script>
  <script src="../_static/language_data.js"></script>
  <script src="../searchindex.js"></script>
  <script defer src="../_static/scripts/bootstrap.js?digest=5"></script>
"""


@pytest.fixture
def scripts(module, out):
    (out / "_static/documentation_options.js").write_text("const OPTIONS = {};")
    return module("scripts").defer_scripts


def names(page):
    return re.findall(r'<script ([^>]*)src="[^"]*?([\w.-]+)(?:\?[^"]*)?"', page)


def test_every_script_is_deferred_and_none_is_in_the_page(scripts, out):
    page = finish(scripts, out, HEAD.replace("var inline = 1;", "DOCUMENTATION_OPTIONS.pagename = 'x';"))
    assert names(page) == [("defer ", f"{name}.js") for name in ("documentation_options", "doctools", "bootstrap")]
    assert "pagename" not in page
    assert "preload" not in page


@pytest.mark.parametrize(
    ("content", "script"),
    [("<pre>x</pre>", "clipboard.min.js"), ('<div class="sd-tab-set">', "design-tabs.js")],
)
def test_a_page_keeps_the_script_that_it_needs(scripts, out, content, script):
    found = dict(map(reversed, names(finish(scripts, out, HEAD + content))))
    assert "defer" in found[script]


def test_the_colours_of_a_page_do_not_wait_for_scripts(scripts, out, fault):
    page = finish(scripts, out, HEAD)
    assert "data-cfasync" not in page
    assert "prefers-color-scheme" in page[: page.index("doctools.js")]
    with fault("sets its colours elsewhere"):
        finish(scripts, out, HEAD.replace("data-cfasync", "data-other"))
    lost = "<html><script src='x.js'></script></html>"
    assert finish(scripts, out, lost, "404.html") == lost, "a page that is not of the theme stays as it is"


THEME = 'function N(){const e=1}function I(){const e=()=>{document.querySelectorAll(["pre",".x"])};e()}I();'


@pytest.fixture
def theme(module, out):
    """Write the theme's script, and return what the step makes of it."""
    path = out / "_static/scripts/pydata-sphinx-theme.js"

    def changed(text):
        path.write_text(text)
        assert finish(module("scripts").replace_search_for_boxes, out, "<p>x</p>") == "<p>x</p>"
        return path.read_text()

    return changed


def test_the_theme_does_not_lay_out_the_whole_page_to_find_boxes_that_scroll(theme, fault):
    once = theme(THEME)
    assert once == THEME.replace("function I(){", "function I(){return;")
    assert theme(once) == once, "a second build finds its own work"
    with fault("finds boxes that scroll elsewhere"):
        theme(THEME.replace('"pre"', '"div"'))


# Pictures

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 380" width="640" height="380"></svg>'


@pytest.fixture
def pictures(module, out):
    for name in ("_images/a b.svg", "_images/c.svg", "_static/logo.svg"):
        (out / name).write_text(SVG)
    return module("pictures").place_pictures


def test_pictures_have_a_size_and_all_but_the_first_come_late(pictures, out):
    page = finish(
        pictures,
        out,
        '<img src="../_static/logo.svg" class="logo__image only-light" alt=""/>'
        '<img alt="A &gt; b" src="../_images/a%20b.svg" /><img alt="c" src="../_images/c.svg" class="z">',
    )
    assert page == (
        '<img src="../_static/logo.svg" class="logo__image only-light" alt="" width="640" height="380" />'
        '<img alt="A &gt; b" src="../_images/a%20b.svg" decoding="async" width="640" height="380" />'
        '<img alt="c" src="../_images/c.svg" class="z" decoding="async" loading="lazy" width="640" height="380" />'
    )


@pytest.mark.parametrize(
    "picture",
    [
        '<img alt="x" src="../_images/c.svg" width="12" />',
        '<img alt="x" src="../_static/images/logo_binder.svg" />',
        '<img alt="_" src="data:image/png;base64,AAAA" />',
    ],
)
def test_other_pictures_stay_as_they_are(pictures, out, picture):
    assert finish(pictures, out, picture) == picture


@pytest.mark.parametrize("name", ["none.png", "empty.png"])
def test_a_picture_without_a_size_is_a_fault(pictures, out, fault, name):
    (out / "_images" / "empty.png").write_text("")
    with fault("how large is"):
        finish(pictures, out, f'<img src="../_images/{name}" />')


PLOT = (
    "<svg><defs><style>*{fill: red}</style></defs>"
    '<g id="axes"><path id="m1" style="stroke: #d55e00"/><use href="#m1"/></g></svg>'
)


def test_a_plot_stands_in_its_page_with_ids_of_its_own_and_the_colours_of_the_page(module, out):
    name = f"_images/{'0a' * 32}.svg"
    (out / name).write_text(f"<?xml version='1.0'?>{PLOT}")
    (out / "_images/diagram.svg").write_text(SVG)
    picture = f'<img alt="A &lt; b" src="../{name}" />'
    diagram = '<img alt="c" src="../_images/diagram.svg" />'
    one, other, last = finish(module("figures").draw_plots, out, f"{picture}\n{picture}\n{diagram}").split("\n")
    assert one == (
        '<svg class="plot" role="img" aria-label="A &lt; b"><g><path id="plot1-m1" style="stroke: var(--gru-r)"/>'
        '<use href="#plot1-m1"/></g></svg>'
    )
    assert other == one.replace("plot1", "plot2")
    assert last == diagram


# Styles


@pytest.fixture
def pruned(module):
    return lambda css, *words: module("styles").pruned(css, set(words)).replace("\n", "")


OF_USE = """.used { color: red }
.unused, .used , p.unused a { color: red }
p [class*=unused] { color: red }
.used:not(.unused) { color: red }
:is(.unused, .used) a { color: red }
@supports (a: b){@media print{.used { c: d }}}
@font-face { font-family: X; src: url(x) }
p { content: "}.unused{"; }"""
OF_NO_USE = """.unused { color: red }
#unused .used { color: red }
.used.unused, #unused { color: red }
.used > .unused:hover::before { color: red }
@media (min-width: 9px) { .unused { color: red } }
/* .used */"""


def test_styles_of_use_are_kept_and_others_go(pruned):
    for css in OF_USE.splitlines():
        assert pruned(css, "used") == css
    for css in OF_NO_USE.splitlines():
        assert pruned(f"{css}@media screen{{.unused {{ }}.used {{ }}}}", "used") == "@media screen{.used { }}", css


@pytest.fixture
def styled(out):
    """A site whose two pages share two style sheets, one of which imports a third; one page has one more."""
    (out / "_static/sub").mkdir()
    (out / "_static/basic.css").write_text("h1 { background: url(file.png) }")
    (out / "_static/file.png").write_text("")
    (out / "_static/sub/theme.css").write_text('@charset "UTF-8";\n@import "../basic.css";\nh2 { src: url("a.woff") }')
    (out / "_static/sub/a.woff").write_text("")
    (out / "_static/book.css").write_text(
        ".named-by-a-script { mask: url('data:x') } .bs-tooltip-auto { a: b } .nowhere { a: b }"
    )
    (out / "_static/figure.css").write_text("gru-figure { color: red }")
    (out / "_static/a.js").write_text("x.classList.add('named-by-a-script')")
    (out / "_static/unused.js").write_text("nowhere")
    head = (
        '<link href="{0}_static/sub/theme.css?digest=1" rel="stylesheet" />\n'
        '<link rel="stylesheet" type="text/css" href="{0}_static/book.css?v=2" />\n'
    )
    return {
        out / "404.html": "<p>no style sheet</p>",
        out / "search.html": head.format(""),
        out / "chapters/page.html": head.format("../")
        + '<link rel="stylesheet" href="../_static/figure.css" />\n<script src="../_static/a.js?v=1"></script>',
    }


def test_shared_style_sheets_are_one(module, out, styled):
    pages = module("styles").join_styles(out, styled)
    bundle = (out / "_static/book-site.css").read_text()
    assert bundle == (
        'h1 { background: url("file.png") }\nh2 { src: url("sub/a.woff") }\n'
        '.named-by-a-script { mask: url("data:x") }\n.bs-tooltip-auto { a: b }\n'
    )
    links = {path.name: re.findall(r'<link [^>]*href="([^"?]+)', text) for path, text in pages.items()}
    assert links == {
        "404.html": [],
        "search.html": ["_static/book-site.css"],
        "page.html": ["../_static/book-site.css", "../_static/figure.css"],
    }


def test_the_address_of_the_bundle_changes_with_it(module, out, styled):
    join = module("styles").join_styles
    before = join(out, styled)[out / "search.html"]
    assert join(out, styled)[out / "search.html"] == before
    (out / "_static/basic.css").write_text("h1 { color: red }")
    assert join(out, styled)[out / "search.html"] != before


def test_a_font_that_is_not_there_is_a_fault(module, out, styled, fault):
    (out / "_static/sub/a.woff").unlink()
    with fault("theme.css asks for a.woff"):
        module("styles").join_styles(out, styled)


def test_pages_without_common_style_sheets_are_a_fault(module, out, styled, fault):
    styled[out / "chapters/new.html"] = '<link rel="stylesheet" href="../_static/other.css" />'
    with fault("share no style sheets"):
        module("styles").join_styles(out, styled)


# What one page needs


class Recorder:
    """What Sphinx offers for scripts and style sheets."""

    def __init__(self):
        self.files = []

    def add_css_file(self, name):
        self.files.append(name)

    def add_js_file(self, name, loading_method):
        self.files.append(f"{name} {loading_method}")


TWO_FIGURES = "<gru-digit>x</gru-digit> <gru-review>y</gru-review> <gru-digit></gru-digit>"
THEIRS = [
    "elements.css",
    "gru.js defer",
    "parts.js defer",
    "digit-reading.js defer",
    "unit-squares.js defer",
    "review-reading.js defer",
    "word-chart.js defer",
    "gru-digit.js defer",
    "gru-review.js defer",
]
WITH_MORE = [*THEIRS[:3], "gradients.js defer", "gru-beginnings.js defer"]


@pytest.mark.parametrize(
    ("name", "body", "files"),
    [
        ("page", "<p>nothing to play with</p>", []),
        ("page", "<code>&lt;gru-digit&gt;</code>", []),
        ("page", TWO_FIGURES, [f"elements/{file}" for file in THEIRS]),
        ("page", "<gru-beginnings>x</gru-beginnings>", [f"elements/{file}" for file in WITH_MORE]),
    ],
)
def test_a_page_brings_the_scripts_that_it_needs(module, name, body, files):
    app = Recorder()
    module("scripts").bring_scripts(app, name, "page.html", {"body": body}, None)
    assert app.files == files


# Stills


@pytest.fixture
def still(out):
    from PIL import Image

    (out / "_static" / "stills").mkdir()
    Image.new("P", (900, 600)).save(out / "_static" / "stills" / "gru-digit.png")
    return out


SAID = "<p><em>On the website a figure to play with stands here: draw a digit.</em></p>"


def test_where_scripts_do_not_run_a_figure_is_its_still(module, still):
    text = finish(module("stills").place_stills, still, f"<gru-digit>{SAID}</gru-digit>")
    [picture] = re.findall(r"<img [^>]*>", text)
    assert re.search(r'src="\.\./_static/stills/gru-digit\.png".* width="600" height="400" loading="lazy"', picture)
    assert "<figcaption>Draw a digit. With" in text
    assert "stands here" not in text
    assert text.startswith("<gru-digit><noscript>")
    assert text.endswith("</noscript></gru-digit>"), "with scripts nothing of it is asked for"
    question = '<gru-predict answer="1"><p>Which?</p></gru-predict>'
    assert finish(module("stills").place_stills, still, question) == question


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        (f"<gru-review>{SAID}</gru-review>", "gru-review has no still; python -m tools.stills"),
        ("<gru-digit>x</gru-digit>", "gru-digit has no caption"),
    ],
)
def test_a_figure_without_a_still_or_a_caption_is_a_fault(module, still, fault, text, lacks):
    with fault(lacks):
        finish(module("stills").place_stills, still, text)


# Quizzes


def test_a_quiz_that_there_is_not_is_a_fault_of_the_page(module, fault):
    directive = object.__new__(module("quizzes").Quiz)
    directive.arguments = ["equation"]
    settings = SimpleNamespace(env=SimpleNamespace(docname="chapters/a"))
    directive.state = SimpleNamespace(document=SimpleNamespace(settings=settings))
    with fault("chapters/a: quiz equation: name is 'equation'; expected one of"):
        directive.run()


# Minutes


def test_minutes_are_those_of_the_notebook_and_stand_where_a_reader_decides(module, fault):
    from docutils import nodes

    minutes = module("minutes")
    env = SimpleNamespace(srcdir=ROOT, docname="chapters/foundations/forward")
    found = minutes.of(env, env.docname)
    assert found == minutes.length(minutes.load(ROOT / "chapters/foundations/forward.ipynb"))
    inliner = SimpleNamespace(document=SimpleNamespace(settings=SimpleNamespace(env=env)))

    def role(text):
        return minutes.Minutes()("minutes", text, text, 1, inliner)[0]

    box = nodes.admonition(classes=["objectives"])
    tree = nodes.section("", box, nodes.paragraph("", "", *role(env.docname)))
    minutes.say_in_the_box(SimpleNamespace(env=env), tree)
    exercises = f"{found.exercise_minutes} for the exercises"
    assert tree.astext().split("\n\n") == [f"Time: {found.minutes} minutes, and {exercises}.", f"{found.minutes} min"]
    with fault("minutes of 'chapters/index', which is no notebook"):
        role("chapters/index")


# Cells


@pytest.fixture
def cell(module):
    """Make a cell as MyST-NB has it, and return the page after its cells were folded."""
    from docutils import nodes
    from docutils.utils import new_document

    cells = module("cells")

    def part(name, *children):
        return nodes.container("", *children, nb_element=f"cell_code_{name}", classes=[f"cell_{name}"])

    def one(source, *outputs, **more):
        code = part("source", nodes.literal_block(source, source))
        shown = [part("output", *outputs)] if outputs else []
        return nodes.container("", code, *shown, nb_element="cell_code", **more)

    def made(source, *outputs, before="words", after=(), builder="html", **more):
        page = new_document("page")
        page += [nodes.paragraph(before, before), one(source, *outputs, **more), *(one(text, **more) for text in after)]
        page.settings.env = SimpleNamespace(app=SimpleNamespace(builder=SimpleNamespace(name=builder)), config=None)
        cells.NameFolds(page).run()
        return page

    return made


def printed(text):
    from docutils import nodes

    return nodes.literal_block(text, text, classes=["output", "stream"])


def picture():
    from docutils import nodes

    return nodes.image(uri="plot.svg")


def table():
    from docutils import nodes

    return nodes.raw("", "<table></table>", format="html")


def folds(page):
    """Return the name of each fold, and of those inside it."""
    names = {}
    for node in page.findall(lambda one: type(one).__name__ == "Fold"):
        names[node["name"]] = [one["name"] for one in node.children if type(one).__name__ == "Fold"]
    return names


@pytest.mark.parametrize(
    ("source", "outputs", "name"),
    [
        ("# Solution: because\nx = 1", [], "Show the solution"),
        ("plt.plot(x)", [picture], "Show the code of the figure"),
        ("frame", [table], "Show the code of the table"),
        ("from a import b\nb()", [], "Show the imports"),
        ("x = 1\ndef f(): pass", [], "Show the function <code>f</code>"),
        (
            "import a\ndef f(): pass\nclass C: pass",
            [],
            "Show the imports and the functions <code>f</code> and <code>C</code>",
        ),
        ("x = 1", [], "Show the code"),
        ("print(x)", [lambda: printed("1")], "Show the code"),
    ],
)
@pytest.mark.parametrize("mode", ["input", "all"])
def test_a_fold_says_what_stands_in_it(cell, source, outputs, name, mode):
    page = cell(source, *(output() for output in outputs), hide_mode=mode)
    assert folds(page) == {name: []}
    assert not any("hide_mode" in one for one in page.findall() if hasattr(one, "attributes")), "MyST-NB folds no more"


def test_folds_that_show_nothing_and_stand_under_one_another_are_one(cell):
    page = cell("import a", after=["def f(): pass", "x = f()", "# Solution\ny = 1"], hide_mode="input")
    assert folds(page) == {"Show the imports and the function <code>f</code>": [], "Show the solution": []}
    joined = page.children[1]
    assert [one.astext() for one in joined.children] == ["import a", "def f(): pass", "x = f()"]
    assert {one["nb_element"] for one in joined.children} == {"cell_code"}, "each is still a cell, which may be live"
    page = cell("import a", picture(), after=["def f(): pass"], hide_mode="input")
    assert list(folds(page)) == ["Show the code of the figure", "Show the function <code>f</code>"]


def test_a_folded_output_says_what_it_is(cell):
    page = cell("kills", table(), hide_mode="input+output")
    assert folds(page) == {"Show the code of the table": [], "Show the table": []}


def test_the_page_that_is_printed_unfolds_as_it_did(cell):
    assert folds(cell("x = 1", hide_mode="input", builder="singlehtml")) == {}


TICK = '<span class="tick">✓</span>'
ONE = "✓ share: 0.41 ms (between 0.3 and 0.5 ms)"
BOTH = f"{ONE}\n✓ nothing is lost"


def test_a_cell_that_only_asserts_is_one_line_with_its_code(cell):
    page = cell("expect('share', x)", printed(f"{BOTH}\n"), hide_mode="input")
    assert folds(page) == {f"{TICK} 2 checks": ["Show the code"], "Show the code": []}
    [checks] = page.children[1].children
    assert [one.get("nb_element") for one in checks.children] == ["cell_code_output", None]
    assert "share: <strong>0.41 ms</strong><small> (between 0.3 and 0.5 ms)" in page.astext()


def test_what_else_a_cell_shows_stays_in_sight(cell):
    page = cell("x = f()\nsettle('a', x)", picture(), printed(f"before\n{BOTH}\nafter"), hide_mode="input")
    assert folds(page) == {"Show the code of the figure": [], f"{TICK} 2 checks": []}
    output = page.children[1].children[1]
    assert [type(one).__name__ for one in output.children] == ["image", "literal_block", "Fold", "literal_block"]
    assert [output.children[place].astext() for place in (1, 3)] == ["before", "after"]


def test_where_figures_come_from_is_small_print(cell):
    origin = "10 runs, recorded by `make record` on 2026-01-01; run again: 0"
    for text in ("Runs on: Keras 3", origin, f"{origin}\nbest: 1"):
        small, *others = cell("runs(f)", printed(text)).children[1].children[-1].children
        assert small["classes"] == ["small-print"]
        assert small.astext() == text.partition("\n")[0].replace("`", "")
        assert [one.astext() for one in others] == ["best: 1"] * text.count("\n")
    again = (
        "10 runs, recorded by `make experiments` on 2026-01-01.\n"
        "run again: a, 0: bits within 0.1 of the record (off by 0)"
    )
    [small] = cell("runs(f)", printed(again)).children[1].children[-1].children
    assert small["classes"] == ["small-print"]
    assert "small-print" not in str(cell("f()", printed("10 runs")))


@pytest.mark.parametrize("source", ["check('a/b', answer)", "print(check_gru(expected))"])
def test_a_tick_of_another_cell_is_no_check(cell, source):
    page = cell(source, printed("✓ a/b: right."), hide_mode="all")
    assert list(folds(page)) == ["Show the code"]
    assert "✓ a/b: right." in page.astext()


@pytest.mark.parametrize(
    ("lines", "name", "inside"),
    [
        ([ONE], f"{TICK} share: <strong>0.41 ms</strong>", "It must be between 0.3 and 0.5 ms."),
        (["✓ a: b: 2e-07 (at most 1e-06)"], f"{TICK} a: b: <strong>2e-07</strong>", "It must be at most 1e-06."),
        (["✓ Adam over SGD: 0.98 > 0.95"], f"{TICK} Adam over SGD: <strong>0.98</strong> &gt; 0.95", ""),
        (["✓ a < b"], f"{TICK} a &lt; b", ""),
        ([ONE, "✓ b"], f"{TICK} 2 checks", "<li>b</li>"),
        (["“a … b”: refuted", ONE], "refuted</strong> “a … b”", "share: <strong>0.41 ms</strong><small> (between"),
        (["“a”: depends", "✓ b", "  not so for an LSTM: 12"], "depends</strong> “a”", "fails for an LSTM: 12."),
        (["“a”: depends", "✓ b", "“c”: refuted", "✓ d"], "“c”", "“a”"),
    ],
)
def test_checks_are_one_line_with_the_verdict_in_sight(module, lines, name, inside):
    checks = module("checks")
    assert all(map(checks.is_check, lines))
    shown, opened = checks.said(lines)
    assert shown.endswith(name) or name in shown
    assert inside in opened
    assert bool(opened) == bool(inside), "a fold without content is none"


@pytest.mark.parametrize("line", ["[1 2 3]", "✗ a: 1", "", "  x"])
def test_other_lines_are_no_checks(module, line):
    assert not module("checks").is_check(line)


def test_a_figure_for_running_notebooks_goes_with_the_words_that_announce_it(cell):
    stub = printed("In a running notebook: a figure to play with.")
    assert cell("live(draw)", stub, before="If you run this notebook, it moves.").astext() == ""
    stub = printed("In a running notebook: a figure to play with.")
    assert cell("live(draw)", stub, before="Other words.").astext() == "Other words."


# Exercises

GITHUB = {"repository_url": "https://github.com/a/b", "repository_branch": "main"}
COLAB = {"launch_buttons": {"colab_url": "https://colab.research.google.com"}}
OPENS = "https://colab.research.google.com/github/a/b/blob/main/chapters/keras/layer.ipynb"


@pytest.fixture
def exercises(module):
    """Return what the step makes of cells, each with its output: an answer's, a solution's and others'."""
    from docutils import nodes
    from docutils.utils import new_document

    def made(*cells, options=None):
        page = new_document("page")
        for source, output, hidden in cells:
            parts = [nodes.container("", nodes.literal_block(text, text)) for text in (source, output)]
            page += nodes.container("", *parts, nb_element="cell_code", hide_mode=hidden)
        builder, config = SimpleNamespace(name="html"), SimpleNamespace(html_theme_options=options or {})
        app = SimpleNamespace(builder=builder, config=config)
        page.settings.env = SimpleNamespace(app=app, config=config, docname="chapters/keras/layer")
        module("exercises").JoinExercises(page).run()
        return page

    return made


STUB = ('answer = ...\ncheck("layer/spread", answer)', "○ layer/spread: not answered yet. Replace the `...`.", "")
MENDED = ('def f(): ...\ncheck("layer/bug", f)', "○ layer/bug: not answered yet. Mend the function.", "")
SOLVED = ('# Solution: twice\ncheck("layer/spread", 2)', "✓ layer/spread: right.", "all")
OTHER = ("x = 1", "", "")


def test_a_stub_and_its_solution_are_one_exercise_that_says_where_it_runs(exercises):
    page = exercises(OTHER, STUB, SOLVED, OTHER, MENDED, SOLVED)
    assert [one.tagname for one in page.children] == ["container", "Exercise", "container", "Exercise"]
    first, second = (one for one in page.children if one.tagname == "Exercise")
    assert (first["name"], second["name"]) == ("layer/spread", "layer/bug")
    assert "not answered yet" not in page.astext()
    assert 'href="../../_sources/chapters/keras/layer.ipynb" download>download' in first.astext()
    assert "There you replace the <code>...</code> and run" in first.astext()
    assert "There you mend the function and run" in second.astext()
    assert "✓ layer/spread: right." in first.astext()


def test_what_is_no_exercise_stays_as_it_is(exercises):
    page = exercises(STUB, OTHER, SOLVED, OTHER)
    assert [one.tagname for one in page.children] == 4 * ["container"]


@pytest.mark.parametrize(("options", "shown"), [(GITHUB | COLAB, True), (GITHUB, False), (COLAB, False)])
def test_colab_is_offered_where_the_repository_is_known(exercises, options, shown):
    assert (f'<a href="{OPENS}">open' in exercises(STUB, SOLVED, options=options).astext()) == shown


# Metadata


def test_a_page_of_questions_tells_search_engines_what_it_answers(module):
    from docutils import nodes
    from docutils.utils import new_document

    def section(title, *parts):
        return nodes.section("", nodes.title(title, title), *parts)

    paragraphs = (nodes.paragraph("", "A bias\nfor each."), nodes.paragraph("", "More: there."))
    tree = new_document("page")
    tree += section("Page", nodes.paragraph("", "About."), section("Group", section("Why 165?", *paragraphs)))
    assert module("metadata").questions(tree) == {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": "Why 165?",
                "acceptedAnswer": {"@type": "Answer", "text": "A bias for each."},
            }
        ],
    }


# Policy


@pytest.fixture
def guarded(module, out):
    step = module("policy").set_policy
    return lambda text: finish(step, out, f'<head><meta charset="utf-8" />{text}</head>')


def test_a_policy_comes_before_all_that_it_governs(module, guarded):
    page = guarded(
        f'{module("scripts").SET_COLOURS}<script src="a.js"></script><script type="application/ld+json">{{}}</script>'
    )
    assert page.index("Content-Security-Policy") < page.index("<script")
    assert "'unsafe-eval'" not in page
    assert "script-src 'self' 'wasm-unsafe-eval' 'sha256-" in page


@pytest.mark.parametrize(
    "inside", ["<script>let x</script>", "<script defer>let x</script>", '<b title="" onclick="x()">']
)
def test_a_page_that_the_policy_would_break_is_a_fault(guarded, fault, inside):
    with fault("has a script in it"):
        guarded(inside)


# How to cite


def test_the_entry_of_bibtex_says_what_the_citation_file_says(module):
    import yaml

    bibtex = module("citation").bibtex
    book = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    entry = bibtex(book, "https://example.org/")
    assert f"title   = {{{{{book['title']}}}}}," in entry
    assert "url     = {https://example.org/}," in entry
    assert f"year    = {{{str(book['date-released'])[:4]}}}," in entry
    released = {
        "authors": [{"family-names": "Cho", "given-names": "K."}],
        "title": "T",
        "version": 1,
        "date-released": "2026-01-02",
    }
    assert "{{Cho, K.}}" in bibtex(released)
    assert "year    = {2026}" in bibtex(released)
    assert "url" not in bibtex(released)


# Heads


@pytest.mark.parametrize(
    ("opening", "described"),
    [
        (
            [
                "It runs. Would a **test** notice? Look below.",
                "A figure.",
                "**The answer in one sentence:** it would not.",
            ],
            "It runs. Would a test notice? It would not.",
        ),
        (["What is it?", "A picture.", "It is a unit with two gates."], "What is it? It is a unit with two gates."),
    ],
)
def test_a_chapter_is_described_by_its_question_and_its_answer(module, opening, described):
    from docutils import nodes
    from docutils.utils import new_document

    def paragraph(text):
        parts = re.split(r"\*\*(.*?)\*\*", text)
        inside = [nodes.strong("", part) if place % 2 else nodes.Text(part) for place, part in enumerate(parts)]
        return nodes.paragraph("", "", *inside)

    box = nodes.admonition("", paragraph("Say what it is."), classes=["objectives"])
    page = new_document("page")
    page += nodes.section("", *map(paragraph, opening), box)
    assert module("metadata").description(page) == described


def test_a_head_has_one_viewport(module, out):
    first, *others = (f'<meta name="viewport" content="{name}" />' for name in "abc")
    pages = module("installed").one_viewport(out, {out / "a.html": "\n ".join([first, *others, "x"])})
    assert list(pages.values()) == [f"{first}\n x"]


def test_a_reference_is_called_what_it_is_called_where_it_is_cited(module):
    from pybtex.database import Entry, Person

    def named(*people):
        return Entry("misc", fields={"year": "1997"}, persons={"author": list(map(Person, people))})

    entries = [named("Hochreiter, S"), named("A, B", "van C, D"), named("A, B", "C, D", "E, F")]
    labels = module("citation").AuthorYear().format_labels(entries)
    assert list(labels) == ["Hochreiter, 1997", "A and van C, 1997", "A et al., 1997"]


def test_a_table_names_its_rows_and_on_a_phone_says_nothing_of_empty_cells(module, out):
    cells = "<tr><td>{}</td><td>a long text, which is read and not compared</td><td>{}</td></tr>"
    table = "<table><thead><tr><th>{}</th><th>What</th><th>Where in the book</th></tr></thead><tbody>{}</tbody></table>"
    rows = cells.format("the GRU", "here") + cells.format("the LSTM", "")
    made = finish(module("tables").set_tables, out, table.format("", rows))
    assert '<th scope="row">the GRU</th>' in made
    assert made.count('data-head="What"') == 2
    assert made.count('data-head="Where in the book"') == 1
    assert 'scope="row"' not in finish(module("tables").set_tables, out, table.format("Network", rows))
