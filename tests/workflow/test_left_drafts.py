"""A service that publishes each write, and leaves somebody's older draft beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from account import task

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
