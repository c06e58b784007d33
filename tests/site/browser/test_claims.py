"""The page of claims: a chip for each verdict, a place for each claim, and a filter."""

from collections import Counter

from gru_lib.book.claims import VERDICTS, load_claims

PAGE = "chapters/beyond/claims.html"
LEFT = """[...document.querySelectorAll(".claim")].filter((one) => one.checkVisibility()).map(
  (one) => one.querySelector("[id]").id)"""
OPEN = "[...document.querySelectorAll('.claim[open] [id]')].map((one) => one.id)"
CLAIMS = list(load_claims())


def test_every_claim_is_a_place_with_a_sign_of_its_verdict(open_page):
    page = open_page(f"{PAGE}#trial-{CLAIMS[-1].id}")
    assert page.evaluate(LEFT) == [f"trial-{claim.id}" for claim in CLAIMS]
    assert page.evaluate(OPEN) == [f"trial-{CLAIMS[-1].id}"], "a link opens what it leads to"
    shown = page.locator(".claim").evaluate_all(
        "all => all.map((one) => [one.querySelector('.chip').textContent, one.lastElementChild.innerText])"
    )
    assert [verdict for verdict, _ in shown] == [claim.verdict for claim in CLAIMS]
    assert page.locator(".claim .decided a").count() == len([claim for claim in CLAIMS if claim.decided_in])
    sign = """(id) => getComputedStyle(
      document.getElementById(`trial-${id}`).parentElement.querySelector(".chip"), "::before").content"""
    signs = {verdict: {page.evaluate(sign, c.id) for c in CLAIMS if c.verdict == verdict} for verdict in VERDICTS}
    assert all(len(one) == 1 for one in signs.values())
    assert len(set.union(*signs.values())) == len(VERDICTS), "no two verdicts have one sign"
    page.get_by_label("Show what was found").check()
    assert len(page.evaluate(OPEN)) == len(CLAIMS)
    assert page.faults == []


def test_the_bar_is_as_long_as_the_verdicts_are_many(open_page):
    page = open_page(PAGE)
    counts = Counter(claim.verdict for claim in CLAIMS)
    parts = page.evaluate(
        "[...document.querySelectorAll('.tally span')].map((one) => [one.innerText, one.offsetWidth])"
    )
    assert [int(text) for text, _ in parts] == [counts[verdict] for verdict in VERDICTS]
    widths = dict(zip(VERDICTS, (width for _, width in parts), strict=True))
    assert abs(widths["confirmed"] / widths["depends"] - counts["confirmed"] / counts["depends"]) < 0.05


def test_the_filter_leaves_what_is_chosen(open_page):
    page = open_page(PAGE, size=(360, 740))
    assert page.evaluate("document.documentElement.scrollHeight") < 13_000, "folded it is read on a phone"
    page.locator(".verdicts").get_by_role("button", name="refuted").click()
    assert page.evaluate(LEFT) == [f"trial-{claim.id}" for claim in CLAIMS if claim.verdict == "refuted"]
    assert page.locator(".claims-filter [role=status]").inner_text().startswith(f"{len(page.evaluate(LEFT))} of ")
    page.select_option("select[name=source]", index=5)
    assert set(page.evaluate(LEFT)) == {
        f"trial-{c.id}" for c in CLAIMS if c.verdict == "refuted" and c.source == CLAIMS[-1].source
    }
    page.evaluate(f"location.hash = 'trial-{CLAIMS[0].id}'")
    page.wait_for_function(f"({LEFT}).length === {len(CLAIMS)}")


def test_without_scripts_all_claims_are_there(open_page):
    page = open_page(f"{PAGE}#trial-{CLAIMS[0].id}", java_script_enabled=False)
    assert page.locator(".claim > summary").count() == len(CLAIMS)
    assert page.locator("select").count() == 0
    assert page.locator(f"#trial-{CLAIMS[0].id}").is_visible(), "the browser opens what a link leads to"
    page.locator(".claim > summary").nth(1).click()
    assert page.locator(f"#trial-{CLAIMS[1].id}").is_visible()
