"""A service that publishes each write, and leaves somebody's older draft beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from account import task

from taskops.applying.approval import Approval

if TYPE_CHECKING:
    from account import Account

HAND = "export default async () => 'by hand'\n"


@pytest.mark.parametrize("description", ["yes", "dropped"])
def test_what_was_published_at_once_is_no_conflict_with_the_draft_that_was_left(
    account: Account, description: str
) -> None:
    account.emulator.set_behaviours(
        {"upsert_writes": "published", "description_accepted": description}
    )
    account.emulator.edit(name="watch", new=True, draft={"code": HAND})
    wanted = replace(task("watch", description="Watch it."), publish=False, adopt=True)

    report = account.apply([wanted])

    assert report.exit == 0, report.outcomes
    again = account.plan([wanted])
    assert not again.effective, again.changes


@pytest.mark.parametrize("level", ["both", "version"])
def test_a_draft_described_by_hand_leaves_no_difference_that_never_goes_away(
    account: Account, level: str
) -> None:
    account.emulator.set_behaviours({"description_level": level})
    wanted = task("watch", description="Watch it.")
    account.apply([wanted])
    account.emulator.edit(name="watch", draft={"description": "by hand"})

    digest = account.plan([wanted]).digest
    report = account.apply([wanted], approval=Approval(digest=digest))

    assert report.exit == 0, report.outcomes
    again = account.plan([wanted])
    assert not again.effective, again.changes


def test_the_live_version_is_not_described_as_a_draft_beside_it_is(
    account: Account,
) -> None:
    account.emulator.set_behaviours({"description_level": "version"})
    wanted = task("watch", description="Watch it.")
    account.apply([wanted])
    account.emulator.edit(name="watch", draft={"description": "by hand"})

    plan = account.plan([wanted])

    assert not plan.effective, plan.changes


@pytest.mark.parametrize("configuration", ["replaced", "merged"])
def test_what_only_a_draft_was_set_to_never_goes_live_with_an_update(
    account: Account, configuration: str
) -> None:
    account.emulator.set_behaviours({"configuration": configuration})
    account.apply([task("watch")])
    proxy = {"active": True, "type": "anchor_proxy", "country_code": "no"}
    tried = task("watch", HAND, browserConfiguration={"proxy": proxy, "x402": True})
    account.apply([replace(tried, publish=False)])
    wanted = task("watch", "export default async () => 2\n")

    report = account.apply([wanted])

    assert report.exit == 0, report.outcomes
    assert report.outcomes[0].notes == ()
    store = account.emulator.account.store
    (there,) = store.tasks(deleted=False, limit=-1, offset=0)
    live = store.latest(there["id"])
    assert live is not None
    found = live["browserConfiguration"]
    assert (found.get("x402"), found["proxy"]["active"]) == (False, False)
