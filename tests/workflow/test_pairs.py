"""Whatever the vendors do where they say nothing: after an apply, a plan is empty."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from account import Account, task

from taskops.emulator.behaviours import KNOBS
from taskops.model.values import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taskops.model.resource import Resource

# The others are about generations and agents' runs.
OTHERS = (
    "generate_",
    "generated_",
    "duplicate_names",
    "browser_use_",
    "run_",
    "stable",
)
MINE = {
    name: knob.answers for name, knob in KNOBS.items() if not name.startswith(OTHERS)
}

PROXY = {
    "active": True,
    "type": "custom",
    "server": Secret("http://proxy.example:8080"),
    "username": Secret("somebody"),
    "password": Secret("hush-hush"),
}


def pairs() -> Iterator[dict[str, str]]:
    """Every pair of answers to two questions, other than both being the likeliest."""
    for one, other in itertools.combinations(MINE, 2):
        for mine, theirs in itertools.product(MINE[one][1:], MINE[other][1:]):
            yield {one: mine, other: theirs}


def first() -> list[Resource]:
    full: dict[str, Any] = {
        "initial_url": "https://shop.example",
        "tags": ["a"],
        "recording": {"active": False},
        "proxy": PROXY,
        "timeout": {"max_duration": 30, "idle_timeout": 2},
    }
    return [
        task("full", description="d", browserConfiguration=full),
        task("bare"),
        task("draft", description="x", settings={"publish": False}),
    ]


def second() -> list[Resource]:
    proxy = {"active": True, "type": "anchor_proxy", "country_code": "no"}
    fewer = {"proxy": proxy, "timeout": {"max_duration": 30}}
    return [
        task("full", "export default async () => 2\n", browserConfiguration=fewer),
        task("bare", description="now with one"),
        task("draft", "export default async () => 3\n", settings={"publish": False}),
    ]


def third() -> list[Resource]:
    return [task("full"), task("bare"), task("draft")]


@pytest.mark.parametrize(
    "behaviours", list(pairs()), ids=lambda b: "-".join(b.values())
)
def test_apply_then_plan_is_empty(behaviours: dict[str, str], tmp_path: Path) -> None:
    account = Account(tmp_path, behaviours)
    try:
        for wanted in (first(), second(), third()):
            report = account.apply(wanted)

            assert report.exit == 0, [
                o for o in report.outcomes if o.status != "applied"
            ]
            plan = account.plan(wanted)
            assert plan.effective == (), plan.effective
            assert plan.problems == ()
            assert {o.status for o in report.outcomes} <= {
                "applied",
                "already_satisfied",
            }
    finally:
        account.close()


@pytest.mark.parametrize("name", MINE)
def test_each_answer_alone_converges_and_prunes(name: str, tmp_path: Path) -> None:
    for answer in MINE[name]:
        (tmp_path / answer).mkdir()
        account = Account(tmp_path / answer, {name: answer})
        try:
            account.apply(first())
            report = account.apply(second()[:1], prune=True)

            assert report.exit == 0, report.outcomes
            assert account.plan(second()[:1], prune=True).effective == ()
        finally:
            account.close()
