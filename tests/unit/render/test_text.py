from __future__ import annotations

from dataclasses import replace

import pytest
from unit.render import hostile, sheets

from taskops.model.change import Difference, Keep
from taskops.model.problem import Location, Problem
from taskops.model.resource import Address
from taskops.model.values import Secret
from taskops.render.paint import Look
from taskops.render.text import plan_text
from taskops.render.walk import sheet_of

STORY = """\
anchor (production)  ←  acme/automations @ 3f2c1ab

  + price-watch            create, publish
  ~ stock-check            update
      code                 +2 \u22121 lines
      browserConfiguration.timeout.max_duration   20 → 10
  » invoice                generate
  - old-report             delete

Plan: 1 to create, 1 to update, 1 to generate, 1 to delete, 14 unchanged.   \
digest 8c1f0e4b2a91
Next: taskops apply
"""


def test_a_plan_looks_as_it_was_drawn() -> None:
    sheet = sheets.sheet(*sheets.STORY)
    assert plan_text(sheet, next_command="taskops apply") == STORY


def test_an_update_says_when_what_is_live_stays_as_it_is() -> None:
    change = sheets.update("a", sheets.code())
    draft = replace(change, after=replace(change.after, publish=False), publish=False)
    assert "~ a                      update\n" in plan_text(sheets.sheet(change))
    assert " update the draft\n" in plan_text(sheets.sheet(draft))


def test_a_stream_without_arrows_gets_ascii() -> None:
    text = plan_text(sheets.sheet(*sheets.STORY), Look(ascii=True))
    assert text.isascii()
    assert "20 -> 10" in text


def test_nothing_to_change_has_no_digest_and_says_so() -> None:
    text = plan_text(sheets.sheet(Keep(Address("anchor", "a"), "same")))
    assert text.endswith("\nPlan: nothing to change, 1 unchanged.\n")


def test_colours_only_where_they_are_wanted() -> None:
    sheet = sheets.sheet(*sheets.STORY)
    assert "\x1b[" not in plan_text(sheet)
    assert "\x1b[38;5;33m+ price-watch" in plan_text(sheet, Look(color=True))


def test_lines_of_code_are_shown_on_request() -> None:
    sheet = sheets.sheet(sheets.update("a", sheets.code("@@ -1 +1 @@", "-x", "+y")))
    assert "        -x\n        +y\n" in plan_text(sheet, verbose=True)
    assert "-x" not in plan_text(sheet)


def test_a_value_is_cut_to_the_width() -> None:
    long = Difference(("description",), "a" * 500, "b" * 500, "pending")
    text = plan_text(sheets.sheet(sheets.update("a", long)), Look(width=80))
    assert max(map(len, text.splitlines())) <= 100
    assert "…" in text


def test_a_long_value_is_shown_where_it_differs() -> None:
    start = "sign in and open the page, " * 20
    told = Difference(("user_task",), start + "then stop", start + "then go on", "new")
    text = plan_text(sheets.sheet(sheets.update("a", told)), Look(width=100))
    assert "stop" in text
    assert "go on" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_secret_shows_its_place_only() -> None:
    told = Difference(("proxy",), Secret("old-pass"), Secret("new-pass"), "pending")
    text = plan_text(sheets.sheet(sheets.update("a", told)))
    assert "(sensitive)" in text
    assert "pass" not in text


def test_what_somebody_moved_on_the_service_is_said() -> None:
    drifted = replace(sheets.TIMEOUT, origin="drift")
    change = replace(sheets.update("a", drifted), origin="drift")
    text = plan_text(sheets.sheet(change))
    assert "undoes a change made on the service" in text
    assert "20 → 10   · changed on the service" in text


def test_a_problem_has_its_place_and_ends_with_its_hint() -> None:
    problem = Problem(
        "it exists", "id 1", Location("t/a.yaml", 3, 1), "adopt it", "error", "anchor/a"
    )
    text = plan_text(sheets.sheet(problems=(problem,)))
    assert "  ! anchor/a: it exists\n      id 1\n      t/a.yaml:3:1\n" in text
    assert "      hint: adopt it\n" in text
    assert "; 1 problem." in text


def test_a_warning_is_told_from_what_stops_an_apply_without_colour() -> None:
    odd = Problem("the model is not pinned", severity="warning", address="anchor/a")
    text = plan_text(sheets.sheet(problems=(odd, Problem("it exists"))))
    assert "  ! it exists\n  ! warning: anchor/a: the model is not pinned\n" in text
    assert "; 1 problem, 1 warning." in text


def test_two_services_show_whole_addresses() -> None:
    plan = sheets.plan(sheets.create("a"))
    other = {**plan.targets, "browser_use": plan.targets["anchor"]}
    text = plan_text(sheet_of(replace(plan, targets=other)))
    assert "anchor, browser_use (production)" in text
    assert "+ anchor/a" in text


def test_a_name_as_long_as_allowed_breaks_nothing() -> None:
    text = plan_text(sheets.sheet(sheets.create("n" * 255), sheets.create("b")))
    assert f"  + {'n' * 255} create" in text


@pytest.mark.parametrize("text", hostile.ALL)
def test_hostile_text_stays_text(text: str) -> None:
    differs = Difference((text,), text, text + "!", "pending")
    change = replace(sheets.update("a", differs, sheets.code(f"+{text}")), note=text)
    problem = Problem(text, text, Location(text), text, address=text)
    sheet = sheets.sheet(
        change,
        Keep(Address("anchor", text), "same", text),
        problems=(problem,),
        environment=text,
        repository=text,
        ledger=text,
        incomplete={text: text},
    )
    shown = plan_text(sheet, verbose=True)
    assert all(line.isprintable() for line in shown.split("\n"))
    shown.encode()
