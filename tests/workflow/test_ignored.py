"""`ignore_changes`: fields that others may edit, and git never fights over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from account import Account, task

from taskops.model.change import Keep, Update

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taskops.model.resource import Resource

NEW = "export default async () => 2\n"


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    one = Account(tmp_path)
    yield one
    one.close()


def watch(text: str = "export default async () => 1\n") -> Resource:
    timeout = {"timeout": {"max_duration": 10}}
    ignore = {"ignore": (("browserConfiguration", "timeout"),)}
    return task("watch", text, browserConfiguration=timeout, settings=ignore)


def by_hand(account: Account, which: str, minutes: int) -> None:
    timeout = {"browserConfiguration": {"timeout": {"max_duration": minutes}}}
    account.emulator.edit(name="watch", **{which: timeout})


def minutes(account: Account) -> object:
    store = account.emulator.account.store
    (row,) = store.tasks(deleted=False, limit=-1, offset=0)
    version = store.latest(row["id"])
    assert version is not None
    return version["browserConfiguration"]["timeout"]["max_duration"]


def test_an_edit_of_an_ignored_field_is_nothing_to_note(account: Account) -> None:
    account.apply([watch()])
    by_hand(account, "latest", 33)

    (change,) = account.plan([watch()]).changes

    assert isinstance(change, Keep)
    assert not change.records
    assert "git now has" not in change.note


def test_git_may_change_the_code_beside_an_edited_ignored_field(
    account: Account,
) -> None:
    account.apply([watch()])
    by_hand(account, "latest", 33)

    (change,) = account.plan([watch(NEW)]).changes
    report = account.apply([watch(NEW)])

    assert isinstance(change, Update)
    assert change.origin == "pending"
    assert report.exit == 0, report.outcomes
    assert minutes(account) == 33
    assert account.plan([watch(NEW)]).effective == ()


def test_an_edit_of_more_than_what_is_ignored_is_still_somebodys(
    account: Account,
) -> None:
    account.apply([watch()])
    by_hand(account, "latest", 33)
    account.emulator.edit(name="watch", latest={"code": "export default 3\n"})

    (undone,) = account.plan([watch()]).changes
    (fought,) = account.plan([watch(NEW)]).changes

    assert isinstance(undone, Update)
    assert undone.origin == "drift"
    assert isinstance(fought, Update)
    assert fought.origin == "conflict"


def test_a_draft_whose_ignored_field_would_be_lost_is_a_conflict(
    account: Account,
) -> None:
    account.apply([watch()])
    by_hand(account, "draft", 44)

    (change,) = account.plan([watch(NEW)]).changes

    assert isinstance(change, Update)
    assert change.origin == "conflict"
