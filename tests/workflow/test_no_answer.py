"""A write that got no answer is sent once more, but never over what others wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from account import Account, task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taskops.model.plan import Report
    from taskops.model.resource import Resource

ONE = "export default async () => 1\n"
TWO = "export default async () => 2\n"
HAND = "export default async () => 'by hand'\n"

NO_ANSWER = {"method": "POST", "path": "^/v1/task$", "do": "truncated", "times": 1}
REFUSED = {"method": "POST", "path": "^/v1/task", "do": "status", "times": 1}
LISTED = {"method": "GET", "path": "^/v1/task$", "nth": 1}
LOOKED_AT = {"method": "GET", "path": "latest$", "nth": 2}
"""What is live is asked for by the plan, and again right before the write."""


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    one = Account(tmp_path)
    yield one
    one.close()


def met(account: Account, wanted: Resource, *rules: dict[str, Any]) -> Report:
    """An apply that meets this."""
    account.emulator.set_faults(list(rules))
    report = account.apply([wanted])
    account.emulator.set_faults([])
    return report


def by_hand(moment: dict[str, Any], **edit: Any) -> dict[str, Any]:
    """Somebody edits `t` after such a request."""
    return {**moment, "do": "edit", "when": "after", "edit": {"name": "t", **edit}}


def upserts(account: Account) -> int:
    return sum(c["kind"] == "upsert" for c in account.emulator.commits())


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_task_is_made_once_whether_or_not_the_first_write_arrived(
    account: Account, when: str
) -> None:
    report = met(account, task("t", ONE), {**NO_ANSWER, "when": when})

    assert [o.status for o in report.outcomes] == ["applied"]
    assert upserts(account) == 1
    assert account.plan([task("t", ONE)]).effective == ()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fields", [{}, {"description": "new"}])
def test_so_is_an_update_of_code_or_of_its_fields_alone(
    account: Account, when: str, fields: dict[str, str]
) -> None:
    account.apply([task("t", ONE)])
    wanted = task("t", ONE, **fields) if fields else task("t", TWO)

    report = met(account, wanted, {**NO_ANSWER, "when": when})

    assert [o.status for o in report.outcomes] == ["applied"]
    assert upserts(account) == 2
    assert account.plan([wanted]).effective == ()


def test_what_somebody_made_under_the_name_meanwhile_is_left_alone(
    account: Account,
) -> None:
    hand = by_hand(LISTED, new=True, draft={"code": HAND})

    report = met(account, task("t", ONE), hand, {**NO_ANSWER, "when": "before"})

    (outcome,) = report.outcomes
    assert outcome.status == "unknown"
    assert "is there with other code" in outcome.detail
    assert upserts(account) == 0


@pytest.mark.parametrize("fields", [{}, {"description": "new"}])
def test_what_somebody_edited_meanwhile_is_left_alone(
    account: Account, fields: dict[str, str]
) -> None:
    account.apply([task("t", ONE)])
    hand = by_hand(LOOKED_AT, draft={"description": "by hand"})
    wanted = task("t", ONE, **fields) if fields else task("t", TWO)

    report = met(account, wanted, hand, {**NO_ANSWER, "when": "before"})

    (outcome,) = report.outcomes
    assert outcome.status == "unknown"
    assert "`description` of the draft" in outcome.detail
    assert upserts(account) == 1


def test_what_somebody_deleted_meanwhile_is_not_made_again(account: Account) -> None:
    account.apply([task("t", ONE)])
    hand = by_hand(LOOKED_AT, delete=True)

    report = met(account, task("t", TWO), hand, {**NO_ANSWER, "when": "before"})

    (outcome,) = report.outcomes
    assert outcome.status == "unknown"
    assert "is gone" in outcome.detail
    assert upserts(account) == 1


@pytest.mark.parametrize("status", [400, 401, 409])
def test_a_second_try_that_is_refused_says_nothing_of_the_first(
    account: Account, status: int
) -> None:
    lost = {**NO_ANSWER, "when": "before"}

    report = met(account, task("t", ONE), lost, {**REFUSED, "status": status})

    assert [o.status for o in report.outcomes] == ["unknown"]
    assert [o.status for o in account.apply([task("t", ONE)]).outcomes] == ["applied"]
    assert upserts(account) == 1


def test_nor_does_a_refused_second_rename(account: Account) -> None:
    account.apply([task("t", ONE)])
    wanted = task("new", ONE, settings={"moved_from": "t"})
    name = {"method": "PUT", "path": "^/v1/task/"}

    report = met(
        account,
        wanted,
        {**name, "do": "truncated", "when": "before", "times": 1},
        {**name, "do": "status", "status": 400, "times": 1},
    )

    assert [o.status for o in report.outcomes] == ["unknown"]
    assert [o.status for o in account.apply([wanted]).outcomes] == ["applied"]
    assert account.plan([wanted]).effective == ()


LOST = {"do": "html", "when": "before", "times": 1}
RENAMED = {"method": "PUT", "path": "^/v1/task/", **LOST}
DELETED = {"method": "DELETE", **LOST}


def kinds(account: Account) -> list[str]:
    return [commit["kind"] for commit in account.emulator.commits()]


def test_what_somebody_renamed_meanwhile_is_not_made_anew_under_its_old_name(
    account: Account,
) -> None:
    account.apply([task("t", ONE)])
    hand = by_hand(LOOKED_AT, rename="hand")

    report = met(account, task("t", TWO), hand, {**NO_ANSWER, "when": "before"})

    (outcome,) = report.outcomes
    assert (outcome.status, account.names()) == ("unknown", ["hand"])
    assert "name was `t`, is now `hand`" in outcome.detail


@pytest.mark.parametrize("edit", [{"rename": "hand"}, {"delete": True}])
def test_a_name_that_somebody_gave_meanwhile_stays(
    account: Account, edit: dict[str, Any]
) -> None:
    account.apply([task("t", ONE)])
    wanted = task("new", ONE, settings={"moved_from": "t"})

    report = met(account, wanted, by_hand(LOOKED_AT, **edit), RENAMED)

    assert [o.status for o in report.outcomes] == ["unknown"]
    assert "rename" not in kinds(account)


def test_what_somebody_edited_meanwhile_is_renamed_all_the_same(
    account: Account,
) -> None:
    account.apply([task("t", ONE)])
    wanted = task("new", ONE, settings={"moved_from": "t"})
    hand = by_hand(LOOKED_AT, draft={"description": "by hand"})

    met(account, wanted, hand, RENAMED)

    assert account.names() == ["new"]


@pytest.mark.parametrize(
    "edit", [{"rename": "hand"}, {"draft": {"description": "by hand"}}]
)
def test_what_somebody_edited_meanwhile_is_not_deleted_by_a_second_try(
    account: Account, edit: dict[str, Any]
) -> None:
    account.apply([task("t", ONE), task("other", ONE)])
    account.emulator.set_faults([by_hand(LOOKED_AT, **edit), DELETED])

    report = account.apply([task("other", ONE)], prune=True)

    assert [o.status for o in report.outcomes] == ["unknown"]
    assert "delete" not in kinds(account)
