"""Plans and reports as their published schemas say."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
from account import Account, generated, task

from taskops.manifests.schemas import schema
from taskops.model.values import Secret
from taskops.render.plan_json import plan_json
from taskops.render.report import report_json
from taskops.render.walk import sheet_of

PROXY = {
    "active": True,
    "type": "custom",
    "server": Secret("http://proxy.example:8080"),
    "username": Secret("canary-user"),
    "password": Secret("canary-password"),
}


def check(kind: str, text: str) -> None:
    jsonschema.Draft202012Validator(schema(kind)).validate(json.loads(text))


def test_every_kind_of_change_fits_the_schema_of_a_plan(account: Account) -> None:
    account.apply([task("a"), task("b"), task("c")])
    account.emulator.edit(name="b", latest={"code": "changed by hand"})
    account.emulator.edit(name="other", latest={"code": "somebody's"})
    wanted = [
        task(
            "a", "export default async () => 2\n", browserConfiguration={"proxy": PROXY}
        ),
        task("b"),
        task("new"),
        task("other"),
        generated("written", "do it"),
    ]

    sheet = sheet_of(account.plan(wanted, prune=True))

    assert {row.verb for row in sheet.rows} == {"create", "update", "start", "delete"}
    check("plan", plan_json(sheet))
    assert "canary" not in plan_json(sheet)


def test_a_delete_tells_the_kind_of_what_goes(account: Account) -> None:
    account.apply([task("typed"), generated("written", "do it")])

    rows = sheet_of(account.plan([], prune=True, allow_empty=True)).rows

    assert [row.kind for row in rows] == ["code", "generated"]


def test_an_empty_plan_fits_the_schema_too(account: Account) -> None:
    check("plan", plan_json(sheet_of(account.plan([]))))


def test_every_outcome_fits_the_schema_of_a_report(account: Account) -> None:
    account.emulator.set_faults(
        [{"method": "POST", "do": "status", "status": 400, "nth": 2}]
    )

    report = account.apply([task(name) for name in "abc"])

    assert report.count("failed") == 1
    check("report", report_json(report))
    check("report", report_json(replace(report, interrupted=2)))


def test_the_same_changes_give_the_same_bytes_in_any_order(account: Account) -> None:
    wanted = [task(name) for name in "abcd"]

    one, other = (
        plan_json(sheet_of(account.plan(order))) for order in (wanted, wanted[::-1])
    )

    assert one == other
