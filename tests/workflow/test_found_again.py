"""A start whose answer led nowhere is found under another id, and that one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from account import Account, generated

from taskops.applying import waiting

if TYPE_CHECKING:
    from taskops.model.resource import Resource

NOWHERE = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
ANSWERS = ({"id": NOWHERE}, {"id": NOWHERE, "taskId": NOWHERE})


@pytest.fixture(autouse=True, params=["same", "different"])
def ids(account: Account, request: pytest.FixtureRequest) -> dict[str, str]:
    """A generation may have an id of its own, beside that of its task."""
    behaviour = {"generate_ids": str(request.param)}
    account.emulator.set_behaviours(behaviour)
    return behaviour


@pytest.fixture(autouse=True)
def _soon_lost(monkeypatch: pytest.MonkeyPatch, impatient: None) -> None:
    monkeypatch.setattr(waiting, "LOST", 0.05)


def invoice(prompt: str) -> Resource:
    return generated("invoice", prompt)


def astray(account: Account, answer: dict[str, str], prompt: str) -> None:
    """It is started, and the id that was answered leads nowhere."""
    post = {"method": "POST", "path": "generate$", "when": "after", "times": 1}
    rule = {**post, "do": "status", "status": 200, "body": answer}
    account.emulator.set_faults([rule])
    account.apply([invoice(prompt)], wait=False)
    account.emulator.set_faults([])


def alone(account: Account, prompt: str, paid: int) -> None:
    """Nothing else is there, nothing is left to do, and so often it was paid for."""
    plan = account.plan([invoice(prompt)])
    assert (plan.effective, plan.bookkeeping, plan.problems) == ((), (), ())
    assert account.names() == ["invoice"]
    assert sum(c["kind"] == "generate" for c in account.emulator.commits()) == paid


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("duplicates", ["allowed", "refused"])
def test_what_it_made_is_replaced_by_the_next_revision(
    account: Account, answer: dict[str, str], duplicates: str, ids: dict[str, str]
) -> None:
    account.emulator.set_behaviours({**ids, "duplicate_names": duplicates})
    astray(account, answer, "first")

    report = account.apply([invoice("second")])

    assert report.exit == 0, report.outcomes
    alone(account, "second", 2)


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_it_made_beside_the_old_one_takes_its_place(
    account: Account, answer: dict[str, str]
) -> None:
    account.apply([invoice("first")])
    astray(account, answer, "second")

    report = account.apply([invoice("second")])

    assert report.exit == 0, report.outcomes
    alone(account, "second", 2)


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_it_made_beside_the_old_one_goes_before_the_next_revision(
    account: Account, answer: dict[str, str]
) -> None:
    account.apply([invoice("first")])
    astray(account, answer, "second")

    report = account.apply([invoice("third")])

    assert report.exit == 0, report.outcomes
    alone(account, "third", 3)


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_it_made_beside_the_old_one_goes_when_git_went_back(
    account: Account, answer: dict[str, str]
) -> None:
    account.apply([invoice("first")])
    astray(account, answer, "second")

    report = account.apply([invoice("first")])

    assert report.exit == 0, report.outcomes
    alone(account, "first", 2)


@pytest.mark.parametrize("wanted", ["first", "second", "third"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_found_by_the_next_plan_alone_is_not_left_behind(
    account: Account, answer: dict[str, str], wanted: str, ids: dict[str, str]
) -> None:
    account.apply([invoice("first")])
    astray(account, answer, "second")
    account.emulator.set_behaviours({**ids, "generated_listed": "no"})
    assert account.apply([invoice("second")]).exit == 9
    account.emulator.set_behaviours(ids)

    report = account.apply([invoice(wanted)])

    assert report.exit == 0, report.outcomes
    alone(account, wanted, 3 if wanted == "third" else 2)


@pytest.mark.parametrize("wanted", ["first", "second", "third"])
def test_a_replacement_whose_answer_was_lost_is_not_left_behind(
    account: Account, wanted: str
) -> None:
    account.apply([invoice("first")])
    post = {"method": "POST", "path": "generate$", "when": "after"}
    listings = {"method": "GET", "path": "/v1/task$", "nth": 2}
    account.emulator.set_faults(
        [
            {**post, "do": "status", "status": 504},
            {**listings, "do": "status", "status": 403},
        ]
    )
    assert account.apply([invoice("second")]).exit == 9
    account.emulator.set_faults([])

    report = account.apply([invoice(wanted)])

    assert report.exit == 0, report.outcomes
    alone(account, wanted, 3 if wanted == "third" else 2)
