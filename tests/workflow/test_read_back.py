"""Each write is read back, by the fewest requests that prove what is there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from account import Account, task

from taskops.model.change import Delete, Keep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from taskops.model.record import Record
    from taskops.model.resource import Address, Resource

ONE = "export default async () => 1\n"
TWO = "export default async () => 2\n"
HAND = "export default async () => 'by hand'\n"
MANY = 12


@pytest.fixture
def account(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Account]:
    one = Account(tmp_path, getattr(request, "param", {}))
    yield one
    one.close()


def tasks(text: str, *, publish: bool, **fields: Any) -> list[Resource]:
    settings = {"publish": publish}
    return [task(f"t{n}", text, settings=settings, **fields) for n in range(MANY)]


def asked(account: Account, since: int) -> Counter[str]:
    """The requests since then, each by its method and the kind of its path."""
    found: Counter[str] = Counter()
    for request in account.emulator.requests()[since:]:
        parts = request["path"].strip("/").split("/")
        words = {2: "list" if request["method"] == "GET" else "upsert", 3: "task"}
        found[words.get(len(parts), parts[-1])] += 1
    return found


def applied(account: Account, wanted: list[Resource]) -> Counter[str]:
    since = len(account.emulator.requests())
    report = account.apply(wanted)
    assert {outcome.status for outcome in report.outcomes} == {"applied"}
    return asked(account, since)


def planned(account: Account, wanted: list[Resource]) -> Counter[str]:
    since = len(account.emulator.requests())
    plan = account.plan(wanted)
    assert (plan.effective, plan.problems) == ((), ())
    return asked(account, since)


def records(account: Account) -> dict[Address, Record]:
    return dict(account.ledger().read().records)


def test_new_drafts_are_all_read_back_in_one_listing(account: Account) -> None:
    wanted = tasks(ONE, publish=False, description="d")

    assert applied(account, wanted) == {"list": 2, "upsert": MANY}

    assert planned(account, wanted) == {"list": 1}
    for resource in wanted:
        record = records(account)[resource.address]
        assert (record.draft, record.live) == (resource.digest, None)


def test_what_goes_live_is_read_back_where_it_is_live(account: Account) -> None:
    wanted = tasks(ONE, publish=True, description="d")

    assert applied(account, wanted) == {
        "list": 2,
        "upsert": MANY,
        "deploy": MANY,
        "latest": MANY,
    }

    assert planned(account, wanted) == {"list": 1}
    for resource in wanted:
        record = records(account)[resource.address]
        assert record.draft == record.live == resource.digest


@pytest.mark.parametrize("publish", [True, False])
def test_an_update_is_looked_at_whole_before_and_not_after(
    account: Account, publish: bool
) -> None:
    account.apply(tasks(ONE, publish=publish))
    wanted = tasks(TWO, publish=publish)

    said = applied(account, wanted)

    # The plan reads both versions, and the apply once more, with the task.
    assert (said["list"], said["task"], said["draft"]) == (2, MANY, 2 * MANY)
    assert said["latest"] == (3 if publish else 2) * MANY
    assert planned(account, wanted) == {"list": 1}


@pytest.mark.parametrize(
    "account",
    [
        {"upsert_writes": "published"},
        {"upsert_writes": "both"},
        {"list_code": "absent"},
        {"list_code": "latest"},
        {"list_configuration": "absent"},
        {"updated_at_on_draft": "no"},
        {"list_cap": "50", "over_limit": "refused"},
        {"description_level": "task"},
        {"description_level": "version"},
        {"defaults_echoed": "yes"},
    ],
    indirect=True,
    ids=lambda behaviours: "-".join(behaviours.values()),
)
@pytest.mark.parametrize("publish", [True, False])
def test_whatever_a_service_shows_the_next_plan_costs_the_listing(
    account: Account, publish: bool
) -> None:
    several = 2 if account.behaviours.get("list_cap") else 1
    for text in (ONE, TWO):
        fields = {"browserConfiguration": {"timeout": {"max_duration": 30}}}
        wanted = tasks(text, publish=publish, description="d", **fields)
        applied(account, wanted)

        assert planned(account, wanted).keys() == {"list"}
        assert planned(account, wanted)["list"] <= 1 + several


def test_a_draft_that_is_edited_before_it_is_seen_is_not_called_applied(
    account: Account,
) -> None:
    edit = {"name": "t3", "draft": {"code": HAND}}
    rule = {"method": "GET", "path": "^/v1/task$", "nth": 2, "do": "edit"}
    account.emulator.set_faults([{**rule, "edit": edit}])

    report = account.apply(tasks(ONE, publish=False))

    statuses = {o.address.name: o.status for o in report.outcomes}
    assert statuses.pop("t3") == "failed"
    assert set(statuses.values()) == {"applied"}


@pytest.mark.parametrize("account", [{"list_code": "latest"}], indirect=True)
def test_a_draft_that_nobody_looked_at_is_looked_at_before_it_is_deleted(
    account: Account,
) -> None:
    edit = {"name": "t3", "draft": {"code": HAND}}
    rule = {"method": "POST", "path": "deploy$", "do": "edit", "when": "after"}
    account.emulator.set_faults([{**rule, "times": MANY, "edit": edit}])
    wanted = tasks(ONE, publish=True)
    applied(account, wanted)
    account.emulator.set_faults([])
    assert planned(account, wanted) == {"list": 1}

    plan = account.plan([r for r in wanted if r.name != "t3"], prune=True)

    (change,) = plan.effective
    assert isinstance(change, Delete)
    assert change.origin == "conflict"


def test_a_task_that_goes_back_to_a_draft_is_looked_at_whole(account: Account) -> None:
    account.apply(tasks(ONE, publish=True))
    since = len(account.emulator.requests())

    plan = account.plan(tasks(ONE, publish=False))

    assert plan.effective == ()
    assert asked(account, since) == {"list": 1, "draft": MANY, "latest": MANY}


@pytest.mark.parametrize("account", [{"visibility_lag": "2"}], indirect=True)
def test_what_is_not_listed_yet_is_looked_at_by_its_id(account: Account) -> None:
    wanted = tasks(ONE, publish=False)

    said = applied(account, wanted)

    assert said["task"] == said["draft"] == said["latest"] == MANY


def test_a_listing_that_fails_costs_looks_and_nothing_else(account: Account) -> None:
    rule = {"method": "GET", "path": "^/v1/task$", "nth": 2}
    account.emulator.set_faults([{**rule, "do": "status", "status": 404}])

    said = applied(account, tasks(ONE, publish=False))

    assert said["task"] == MANY


@pytest.mark.parametrize("account", [{"list_cap": "50"}], indirect=True)
def test_pages_that_are_shorter_than_asked_for_are_all_read(account: Account) -> None:
    settings = {"publish": False}
    wanted = [task(f"t{number}", settings=settings) for number in range(120)]

    assert applied(account, wanted) == {"list": 1 + 3, "upsert": 120}


def test_few_changes_beside_many_tasks_do_not_cost_a_listing(account: Account) -> None:
    for number in range(150):
        account.emulator.edit(name=f"other{number}", draft={"code": ONE})

    said = applied(account, [task("a", settings={"publish": False})])

    assert (said["list"], said["task"]) == (2, 1)


def test_an_update_that_takes_something_away_is_looked_at(account: Account) -> None:
    account.apply(tasks(ONE, publish=False, description="d"))

    said = applied(account, tasks(ONE, publish=False))

    assert said["task"] == 2 * MANY


@pytest.mark.parametrize("account", [{"list_code": "absent"}], indirect=True)
def test_a_row_that_was_trusted_in_vain_is_not_trusted_again(account: Account) -> None:
    account.apply([task("a"), task("b", settings={"publish": False})])
    store = account.emulator.account.store
    (before,) = store.named("b")
    account.emulator.edit(name="b", draft={"code": HAND})
    # A service whose rows do not show that a draft was edited.
    store.put_task(before)

    report = account.apply([task("a")], prune=True)
    plan = account.plan([task("a")], prune=True)

    (outcome,) = report.outcomes
    assert (outcome.status, outcome.stale) == ("failed", True)
    (change,) = plan.effective
    assert isinstance(change, Delete)
    assert change.origin == "conflict"


@pytest.mark.parametrize(
    "account",
    [{"description_level": "both"}, {"description_level": "task"}],
    indirect=True,
)
def test_a_draft_described_otherwise_may_change_what_is_live(account: Account) -> None:
    published = tasks(ONE, publish=True, description="one")
    account.apply(published)
    account.apply(tasks(TWO, publish=False, description="two"))

    told = account.plan(published).effective
    looked = account.plan(published, refresh=True).effective

    assert [change.address for change in told] == [c.address for c in looked]


@pytest.mark.parametrize(
    "account",
    [{"description_accepted": "dropped"}],
    indirect=True,
)
def test_what_a_service_does_not_take_is_named_as_in_a_plan(account: Account) -> None:
    wanted = [task("t", description="what it is for")]

    (outcome,) = account.apply(wanted).outcomes
    (kept,) = account.plan(wanted).changes

    assert outcome.notes == ("the service did not take `description`",)
    assert isinstance(kept, Keep)
    assert kept.note == "the service does not take `description`"
