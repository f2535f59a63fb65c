"""The pages in a real browser: what a reviewer can see, press and print."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from pages import chromium

from taskops.model.change import CodeDifference
from taskops.model.problem import Problem
from taskops.render.html import plan_html
from taskops.render.sheet import Field, Note, Row, Sheet
from taskops.render.timeline import timeline_html
from taskops.render.words import ADOPTED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pages.chromium import Tab

BROWSER = chromium.found() if sys.platform != "win32" else None

# Where a browser is promised its absence is a failure, not a reason to skip.
if BROWSER is None and not os.environ.get("TASKOPS_TESTS_BROWSER"):
    pytest.skip("no chromium on this machine", allow_module_level=True)

EVIL = '"></script><script>window.hurt=1</script><img src=x onerror="window.hurt=1">'
HUNKS = (
    "@@ -7,4 +7,5 @@",
    " /* a comment",
    f"    that goes on {EVIL} */",
    "-const url = 'https://a.example'; // old",
    "+const url = 'https://b.example'; // new",
    "+let added = `${1 + 2}`;",
    " await page.goto(url);",
)


@dataclass(frozen=True, slots=True)
class Applied:
    apply: str = "a1"
    when: float = 1_790_000_000.0
    actor: str = "ada"
    host: str = "laptop"
    run: str = ""
    plan: str = "8c1f0e4b2a91" * 5
    commit: str = "3f2c1ab" * 5
    message: str = "apply: 1 created"
    closed: bool = True


def sheet() -> Sheet:
    code = CodeDifference(2, 1, HUNKS)
    rows = (
        Row("anchor/new-report", "create", "code", "create, publish"),
        Row(
            "anchor/stock-check",
            "update",
            "code",
            EVIL,
            note=EVIL,
            fields=(
                Field(("browserConfiguration", "timeout"), 20, EVIL, "drift"),
                Field(("code",), None, None, "pending", code),
            ),
            risks=("undoes a change made on the service",),
        ),
        Row("anchor/old-report", "delete", "code", "delete"),
    )
    targets = {"anchor": ("https://api.example", "team")}
    counts = {"create": 1, "update": 1, "delete": 1}
    notes = (Note("anchor/kept", EVIL), Note("anchor/taken-over", ADOPTED))
    return Sheet("shop", "production", targets, rows, notes, (), counts, "0" * 64)


@pytest.fixture(scope="module")
def browser() -> Iterator[Tab]:
    assert BROWSER is not None, "a browser was promised, and there is none"
    with chromium.tab(BROWSER) as opened:
        yield opened


@pytest.fixture
def page(browser: Tab, tmp_path: Path) -> Tab:
    """The plan, fresh."""
    browser.complaints.clear()
    browser.requests.clear()
    browser.media()
    browser.width(1280)
    path = tmp_path / "plan.html"
    path.write_text(plan_html(sheet()), "utf-8")
    browser.open(path)
    return browser


SHOWN = "[...document.querySelectorAll('article:not([hidden])')].map(a=>a.className)"


def test_hostile_words_do_nothing_and_nothing_is_fetched(page: Tab) -> None:
    assert page.value("window.hurt") is None
    assert page.complaints == []
    assert [url[:5] for url in page.requests] == ["file:"]
    assert page.value("document.images.length") == 0


def test_code_stands_side_by_side_in_colours(page: Tab) -> None:
    rows = "[...document.querySelectorAll('table.diff tr')]"
    assert page.value(f"{rows}.length") == 6
    cells = f"[...{rows}[3].cells].map(c=>c.textContent)"
    assert page.value(cells) == [
        "9",
        "const url = 'https://a.example'; // old",
        "9",
        "const url = 'https://b.example'; // new",
    ]
    kinds = "[...document.querySelectorAll('table.diff i')].map(i=>i.className)"
    assert set(page.value(kinds)) == {"comment", "string", "keyword"}
    # The second line is inside of the comment that the first one opens.
    assert page.value(f"{rows}[2].querySelector('i').className") == "comment"
    colour = "getComputedStyle(document.querySelector('i.keyword')).color"
    assert page.value(colour) != page.value("getComputedStyle(document.body).color")


def test_changes_are_filtered_by_kind_and_by_words(page: Tab) -> None:
    assert page.value(SHOWN) == ["create", "update", "delete"]

    page.value("document.querySelector('input[value=delete]').click()")
    assert page.value(SHOWN) == ["create", "update"]

    page.press("/")
    for letter in "B.EXAMPLE":
        page.press(letter)
    assert page.value(SHOWN) == ["update"]
    assert page.value("told.textContent") == "1 of 3 shown"

    page.press("Escape")
    assert page.value(SHOWN) == ["create", "update"]


def test_a_keyboard_is_enough(page: Tab) -> None:
    focused = "document.activeElement.closest('article')?.className"
    opened = "document.activeElement.parentElement.open"
    page.press("j")
    assert page.value(focused) == "create"
    page.press("j")
    assert page.value(focused) == "update"
    assert page.value(opened) is True
    page.press("Enter")
    assert page.value(opened) is False
    page.press("k")
    assert page.value(focused) == "create"
    page.press("Tab")
    assert page.value(focused) == "update"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_read_on_its_ground(page: Tab, scheme: str) -> None:
    page.media(scheme=scheme)
    worst = page.value(
        """(()=>{
        const light=c=>{const [r,g,b]=c.match(/[\\d.]+/g).map(Number).map(v=>{
          v/=255;return v<=.04045?v/12.92:((v+.055)/1.055)**2.4;});
          return .2126*r+.7152*g+.0722*b;};
        const ground=e=>{for(;e;e=e.parentElement){
          const c=getComputedStyle(e).backgroundColor;
          if(!c.endsWith(', 0)'))return c;}};
        return Math.min(...[...document.querySelectorAll('main *')].filter(
          e=>[...e.childNodes].some(n=>n.nodeType===3&&n.data.trim())).map(e=>{
          const a=light(getComputedStyle(e).color),b=light(ground(e));
          const [low,high]=[Math.min(a,b),Math.max(a,b)];
          return (high+.05)/(low+.05);}));})()"""
    )
    assert worst >= 4.5


def test_light_and_dark_follow_the_system_and_the_button(page: Tab) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    page.media(scheme="dark")
    dark = page.value(paper)
    page.value("theme.call?document.getElementById('theme').click():0")
    assert dark == "rgb(13, 17, 23)"
    assert page.value(paper) == "rgb(255, 255, 255)"


def test_paper_shows_all_and_wastes_no_ink(page: Tab) -> None:
    page.value("document.getElementById('fold').click()")
    assert page.value("document.querySelectorAll('details[open]').length") == 0
    page.media("print", "dark")
    page.value("dispatchEvent(new Event('beforeprint'))")

    assert page.value("document.querySelectorAll('details:not([open])').length") == 0
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.value(paper) == "rgb(255, 255, 255)"
    assert page.value("getComputedStyle(document.forms[0]).display") == "none"


def test_a_narrow_window_needs_no_scrolling_sideways(page: Tab) -> None:
    page.width(360)

    assert page.value("document.documentElement.scrollWidth") <= 360


def test_what_is_risky_is_named_above_the_rest(page: Tab) -> None:
    told = "[...document.querySelectorAll('main>ul>li')].map(l=>l.textContent)"
    assert page.value(told) == [
        "stock-check: undoes a change made on the service",
        "taken-over: taken over as it is; it was not made from here",
    ]
    # Neither a filter nor a fold stands between the link and what it is about.
    page.value("document.querySelector('input[value=update]').click()")
    assert page.value(SHOWN) == ["create", "delete"]
    page.value("document.links[0].click()")
    assert page.value(SHOWN) == ["create", "update", "delete"]
    top = "document.querySelector(location.hash).getBoundingClientRect().top"
    assert 0 <= page.value(top) < 900


def test_each_kind_says_how_many_it_has(page: Tab) -> None:
    labels = "[...document.querySelectorAll('form label')].map(l=>l.innerText.trim())"
    assert page.value(labels) == ["create 1", "delete 1", "update 1"]


def test_whether_it_can_be_applied_is_said_without_colour(
    browser: Tab, tmp_path: Path
) -> None:
    problems = (
        Problem("the model is not pinned", severity="warning"),
        Problem("it exists", "it differs", hint="adopt it", address="anchor/theirs"),
    )
    path = tmp_path / "plan.html"
    path.write_text(plan_html(replace(sheet(), problems=problems)), "utf-8")
    browser.open(path)

    first = "document.querySelector('main p').textContent"
    assert browser.value(first).startswith("This plan cannot be applied: 1 to create")
    assert browser.value(first).endswith("1 problem, 1 warning")
    boxes = "[...document.querySelectorAll('.problem')].map(b=>b.innerText)"
    told = [text.split("\n") for text in browser.value(boxes)]
    assert [[line for line in lines if line] for lines in told] == [
        ["error: anchor/theirs: it exists", "it differs", "hint: adopt it"],
        ["warning: the model is not pinned"],
    ]


def test_a_narrow_window_shows_each_line_of_code_in_its_whole_width(page: Tab) -> None:
    page.width(400)
    seen = """[...document.querySelectorAll('table.diff td.code')]
        .filter(c=>c.offsetWidth).map(c=>[c.textContent.slice(0,11),c.offsetWidth])"""
    shown = page.value(seen)

    assert [text for text, _ in shown[2:5]] == [
        "const url =",
        "const url =",
        "let added =",
    ]
    # Unchanged lines once, and nothing for the side that has no such line.
    assert len(shown) == 6
    assert min(width for _, width in shown) > 250


def test_a_very_long_name_stays_beside_its_sign(browser: Tab, tmp_path: Path) -> None:
    rows = (Row(f"anchor/{'x' * 255}", "create", "code", "create, publish"),)
    path = tmp_path / "plan.html"
    path.write_text(plan_html(replace(sheet(), rows=rows)), "utf-8")
    browser.width(400)
    browser.open(path)

    first = "document.querySelector(n).getClientRects()[0].top"
    tops = f"['.sign','article .name'].map(n=>{first})"
    sign, name = browser.value(tops)
    assert abs(sign - name) < 8
    assert browser.value("document.documentElement.scrollWidth") <= 400


def test_the_timeline_shows_who_and_when(browser: Tab, tmp_path: Path) -> None:
    first = Applied()
    entries = [
        replace(first, when=first.when + 90_000, actor=EVIL, message=EVIL, run=EVIL),
        replace(first, run="https://ci.example/runs/7?a=1&b=2"),
        replace(first, actor="grace", closed=False),
    ]
    path = tmp_path / "log.html"
    path.write_text(timeline_html(entries, "shop", "production"), "utf-8")
    browser.complaints.clear()

    browser.open(path)

    assert browser.value("window.hurt") is None
    assert browser.complaints == []
    assert browser.value(SHOWN) == ["finished", "finished", "unfinished"]
    days = "[...document.querySelectorAll('h2')].map(h=>h.textContent)"
    assert browser.value(days) == [
        "Tuesday, 22 September 2026",
        "Monday, 21 September 2026",
    ]
    links = "[...document.links].map(a=>a.href)"
    assert browser.value(links) == ["https://ci.example/runs/7?a=1&b=2"]
    browser.value("document.querySelector('input[value=finished]').click()")
    assert browser.value(SHOWN) == ["unfinished"]
    assert (
        browser.value("document.querySelectorAll('section:not([hidden])').length") == 1
    )
