from __future__ import annotations

import re
from dataclasses import replace

import pytest
from unit.render import hostile, sheets

from taskops.model.change import Change, Difference, Keep
from taskops.model.problem import Location, Problem
from taskops.model.resource import Address
from taskops.model.values import Secret, freeze, frozen
from taskops.render.markdown import BUDGET, plan_markdown


def test_the_verdict_comes_first_and_risks_before_the_rest() -> None:
    text = plan_markdown(sheets.sheet(*sheets.STORY))
    assert text.startswith("**Changes**: 1 to create, 1 to update, 1 to generate")
    risks, table = text.index("### Look at these first"), text.index("| | task |")
    assert risks < table < text.index("<details>")
    assert text.index("- `old-report`: deletes it on the service") < table


def test_a_fence_is_longer_than_any_run_inside() -> None:
    change = sheets.update("a", sheets.code("+````` x", "+</details>"))
    text = plan_markdown(sheets.sheet(change))
    assert "\n``````diff\n" in text
    assert text.count("``````") == 2


def test_a_huge_plan_stays_within_the_budget() -> None:
    lines = [f"+line {number} " + "ä" * 40 for number in range(150)]
    changes = [sheets.update(f"task-{n}", sheets.code(*lines)) for n in range(300)]
    text = plan_markdown(sheets.sheet(*changes))
    assert len(text.encode()) <= BUDGET
    told = re.search(r"\*\*\d+ lines not shown\*\*", text)
    assert told
    assert told.start() < text.index("| | task |")
    assert text.count("<details>") == text.count("</details>") > 0
    assert text.count("```") % 2 == 0
    assert sheets.DIGEST in text


def test_thousands_of_problems_stay_within_the_budget() -> None:
    problems = [Problem("p" * 100, "d" * 500, Location("f.yaml"))] * 5000
    changes = [sheets.create(f"task-{n}") for n in range(5000)]
    text = plan_markdown(sheets.sheet(*changes, problems=tuple(problems)))
    assert len(text.encode()) <= BUDGET
    assert "lines not shown" in text
    assert re.search(r"_\d+ changes not shown\._", text)


@pytest.mark.parametrize("text", hostile.ALL)
def test_hostile_text_stays_text(text: str) -> None:
    differs = Difference((text,), text, text + "!", "pending")
    change = replace(sheets.update("a", differs, sheets.code(f"+{text}")), note=text)
    shown = plan_markdown(
        sheets.sheet(
            change,
            Keep(Address("anchor", text), "same", text),
            problems=(Problem(text, text, Location(text), text, address=text),),
            environment=text,
            repository=text,
            incomplete={text: text},
        )
    )
    fenced = re.compile(r"^(`{3,})diff\n.*?\n\1$", re.DOTALL | re.MULTILINE)
    outside = re.sub(r"(`+).+?\1", "", fenced.sub("", shown))
    assert "<img" not in outside
    assert "@team" not in outside
    assert "http://" not in outside
    assert all(line.isprintable() for line in shown.split("\n") if "\u2060" not in line)


def test_text_that_only_the_service_has_is_told_by_its_size() -> None:
    by_hand = replace(sheets.TIMEOUT, before="sk-typed-by-hand", origin="drift")
    code = replace(sheets.code("-const key = 'by hand'", "+ours"), origin="conflict")
    adopted = replace(sheets.update("b", sheets.TIMEOUT), origin="adopt")

    text = plan_markdown(sheets.sheet(sheets.update("a", by_hand, code), adopted))

    assert "by-hand" not in text
    assert "by hand" not in text
    assert "- (16 characters on the service, not shown)" in text
    assert "- (2 characters on the service, not shown)" in text
    assert "# 1 line that only the service has, not shown" in text
    assert "+ours" in text


def test_what_was_applied_last_is_shown() -> None:
    change = sheets.update("a", sheets.TIMEOUT, sheets.code("-old", "+new"))

    text = plan_markdown(sheets.sheet(change))

    assert "- 20\n+ 10" in text
    assert "-old\n+new" in text


def test_changed_settings_come_before_everything_else() -> None:
    settings = ("@@ -3 +3 @@", "-  deletes: 5", "+  deletes: 500 ```")

    text = plan_markdown(sheets.sheet(*sheets.STORY, settings=settings))

    assert "````diff\n@@ -3 +3 @@\n-  deletes: 5\n+  deletes: 500 ```\n````" in text
    assert text.index("`taskops.yaml` is changed") < text.index("Look at these first")


def test_changed_settings_crowd_out_nothing() -> None:
    settings = tuple(f"+# {'long ' * 1000}{number}" for number in range(60))

    text = plan_markdown(sheets.sheet(*sheets.STORY, settings=settings))

    # The fence is closed, and what follows is there.
    assert text.index("\n```\n\n### Look at these first") > text.index("```diff")


def test_settings_that_cannot_be_seen_are_not_called_changed() -> None:
    settings = ("# not known here: the checkout needs `fetch-depth: 2`",)

    text = plan_markdown(sheets.sheet(*sheets.STORY, settings=settings))

    told = "changed is not known here: the checkout needs `fetch-depth: 2`.\n"
    assert f"Whether `taskops.yaml` is {told}" in text
    assert "is changed\n" not in text


def test_nothing_to_do_says_so() -> None:
    text = plan_markdown(sheets.sheet(Keep(Address("anchor", "a"), "same")))
    assert text.startswith("**No changes**: 1 unchanged\n")


def test_what_brings_back_what_a_hand_deleted_is_to_be_looked_at_first() -> None:
    back = replace(sheets.create("a"), origin="drift", note="deleted on the service")

    first, _, _ = plan_markdown(sheets.sheet(back)).partition("| | task |")

    assert "- `a`: undoes a change made on the service" in first


def test_the_secrets_that_a_new_one_is_given_are_named_first() -> None:
    new = sheets.create("a")
    spec = frozen({"secrets": {"shop_password": "x", "api_key": "y"}})
    given = replace(new, after=replace(new.after, spec=spec))

    text = plan_markdown(sheets.sheet(given))

    told = "- `a`: is given the secrets api\\_key, shop\\_password"
    assert told in text.partition("| | task |")[0]


def test_the_secrets_that_an_update_changes_are_named_first() -> None:
    path = ("browserConfiguration", "proxy", "password")
    differs = Difference(path, Secret("was"), Secret("hunter2"), "pending")
    change = sheets.update("a", differs)

    text = plan_markdown(sheets.sheet(change, replace(change, resend=True)))

    above = text.partition("| | task |")[0]
    assert "- `a`: changes the proxy, changes the secret password\n" in above
    assert "- `a`: changes the proxy, sends again the secret password\n" in above
    assert "hunter2" not in text


@pytest.mark.parametrize("given", [{"shop": Secret("x")}, {"shop": "x"}])
def test_secrets_that_come_or_go_as_a_whole_are_named_too(given: object) -> None:
    old = frozen({"market": "hunter2"})
    differs = Difference(("secrets",), old, freeze(given), "pending")

    text = plan_markdown(sheets.sheet(sheets.update("a", differs)))

    assert "- `a`: changes the secrets market, shop\n" in text


def test_what_is_taken_over_as_it_is_is_named_first() -> None:
    kept = Keep(Address("anchor", "a"), "adopted")

    text = plan_markdown(sheets.sheet(kept, sheets.update("b", sheets.TIMEOUT)))

    told = "### Look at these first\n\n- `a`: taken over as it is; it was not made from"
    assert told in text.partition("| | task |")[0]
    assert text.count("- `a`") == 1


def drift(*changes: Change) -> str:
    return plan_markdown(replace(sheets.sheet(*changes), drift=True))


def test_drift_says_who_moved_what_and_not_what_an_apply_would_do() -> None:
    moved = replace(sheets.update("a", sheets.TIMEOUT), origin="drift")
    kept = Keep(Address("anchor", "b"), "same")

    both = drift(moved, sheets.update("c"), kept)
    merged = drift(sheets.update("c"), kept)

    told = "1 changed on the service, 1 not applied yet, 1 unchanged"
    assert both.startswith(f"**Drift**: {told}\n")
    assert merged.startswith("**Waiting**: 1 not applied yet, 1 unchanged\n")
    assert "| | task | what an apply would do | fields |" in both
    assert drift(kept).startswith("**No drift**: 1 unchanged\n")
