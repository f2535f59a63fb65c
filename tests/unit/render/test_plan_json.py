from __future__ import annotations

import json

import pytest
from unit.render import hostile, sheets

from taskops.errors import UsageError
from taskops.model.change import Difference
from taskops.model.problem import Location, Problem
from taskops.model.values import Secret
from taskops.render.plan_json import plan_json, sheet_from_json
from taskops.render.text import plan_text


def test_a_saved_plan_reads_back_as_it_was() -> None:
    problem = Problem("s", "d", Location("f", 1, 2, "$.a"), "h", "warning", "anchor/a")
    sheet = sheets.sheet(
        *sheets.STORY, problems=(problem,), options={"prune": True, "select": ["a"]}
    )
    back = sheet_from_json(plan_json(sheet), "plan.json")
    assert plan_json(back) == plan_json(sheet)
    assert plan_text(back, verbose=True) == plan_text(sheet, verbose=True)


def test_every_secret_is_its_place() -> None:
    told = Difference(("proxy",), Secret(None), Secret("geheim"), "pending")
    text = plan_json(sheets.sheet(sheets.update("a", told)))
    assert "geheim" not in text
    field = json.loads(text)["changes"][0]["fields"][0]
    assert field["before"] == field["after"] == {"sensitive": True}


def test_it_is_canonical() -> None:
    text = plan_json(sheets.sheet(*sheets.STORY))
    data = json.loads(text)
    again = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert text == again + "\n"
    assert data["format_version"] == 1


@pytest.mark.parametrize("text", hostile.ALL)
def test_hostile_text_can_be_written_to_any_stream(text: str) -> None:
    plan_json(sheets.sheet(sheets.update("a"), repository=text)).encode("utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"changes":[', "damaged"),
        ('{"format_version": 2}', "its format is 2"),
        ('{"format_version": 1}', "damaged"),
        ('{"a":' * 100_000, "damaged"),
    ],
)
def test_a_plan_that_is_no_good_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        sheet_from_json(text, "plan.json")
    assert told in raised.value.detail
    assert "taskops plan --out plan.json" in raised.value.hint


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, "name: hello\n"])
def test_what_is_no_plan_is_never_to_be_overwritten_with_one(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        sheet_from_json(text, "hello.yaml")
    assert "not a plan" in raised.value.detail
    assert raised.value.hint == "`taskops plan --out FILE` makes one"


def test_any_field_of_the_wrong_kind_is_refused_in_words() -> None:
    good = json.loads(plan_json(sheets.sheet(*sheets.STORY)))
    for key in good:
        for wrong in (None, [1], {"a": 1}):
            data = json.dumps({**good, key: wrong})
            try:
                plan_text(sheet_from_json(data, "p"), verbose=True)
            except UsageError:
                continue
