"""Other names for the same tasks with code: one PUT by id, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from account import Account, task

from taskops.model.change import Create, Update

if TYPE_CHECKING:
    from taskops.model.resource import Resource


def there(account: Account) -> dict[str, str]:
    """Ids of the living tasks by name."""
    rows = account.emulator.account.store.tasks(deleted=False, limit=-1, offset=0)
    return {row["name"]: row["id"] for row in rows}


def prefixed(names: list[str], prefix: str) -> list[Resource]:
    return [replace(task(name), name=f"{prefix}{name}") for name in names]


def test_a_changed_prefix_renames_everything_and_uploads_nothing(
    account: Account,
) -> None:
    names = ["a", "b", "c"]
    account.apply(prefixed(names, ""))
    before, since = there(account), len(account.emulator.commits())

    plan = account.plan(prefixed(names, "eu-"))
    report = account.apply(prefixed(names, "eu-"))

    assert [type(c) for c in plan.effective] == [Update] * 3
    assert report.exit == 0, report.outcomes
    assert there(account) == {f"eu-{name}": before[name] for name in names}
    kinds = [c["kind"] for c in account.emulator.commits()[since:]]
    assert kinds == ["rename"] * 3
    assert account.plan(prefixed(names, "eu-")).effective == ()


def test_a_task_that_moved_keeps_its_id_and_needs_no_word_afterwards(
    account: Account,
) -> None:
    account.apply([task("old")])
    number = there(account)["old"]
    moved = task("new", settings={"moved_from": "old"})

    report = account.apply([moved])

    assert report.exit == 0, report.outcomes
    assert there(account) == {"new": number}
    for wanted in (moved, task("new")):
        plan = account.plan([wanted], prune=True)
        assert not plan.effective
        assert not plan.problems


def test_what_moves_and_changes_is_shown_as_it_is_there(account: Account) -> None:
    old = task("old", description="d", browserConfiguration={"x402": True})
    account.apply([replace(old, publish=False)])
    moved = task("new", description="e", settings={"moved_from": "old"})
    wanted = [replace(moved, publish=False)]

    plan = account.plan(wanted)

    (update,) = plan.effective
    assert isinstance(update, Update)
    shown = {d.path[-1]: (d.before, d.after) for d in update.differences}
    assert shown == {
        "description": ("d", "e"),
        "name": ("old", "new"),
        "x402": (True, None),
    }
    assert plan.digest == account.plan(wanted, refresh=True).digest


def test_a_vanished_task_and_a_new_one_with_its_code_are_pointed_out(
    account: Account,
) -> None:
    account.apply([task("old"), task("other", "export default 2\n")])

    plan = account.plan([task("new"), task("other", "export default 2\n")])

    (create,) = plan.effective
    assert isinstance(create, Create)
    assert "to rename it, add `moved_from: old`" in create.note


def test_other_code_is_no_rename(account: Account) -> None:
    account.apply([task("old")])

    (create,) = account.plan([task("new", "export default 2\n")]).effective

    assert isinstance(create, Create)
    assert create.note == ""
