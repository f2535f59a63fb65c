"""A service that answers what no page of it says: nothing is believed by halves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from taskops.errors import Exit, ReadFailed

if TYPE_CHECKING:
    from agents import Agents

    from taskops.model.plan import Outcome

SERVICES = ["browser_use", "stablebrowse"]


def polled(agents: Agents, service: str, **body: Any) -> Outcome:
    """What becomes of a run about which every question is answered with this."""
    getattr(agents, service)()
    fault = {"method": "GET", "path": "/tasks/", "do": "status", "status": 200}
    agents.account.set_faults([{**fault, "body": json.dumps(body)}])
    return agents.apply_one()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "said",
    [None, 5, {"a": 1}, "", "../../other", "..", "a?b", "\u001b[31m", "x" * 201],
    ids=str,
)
def test_an_id_that_can_be_none_is_a_lost_answer(
    agents: Agents, service: str, said: object
) -> None:
    getattr(agents, service)()
    body = json.dumps({"id": said, "taskId": said})
    lost = {"do": "status", "status": 202, "when": "after", "nth": 1, "body": body}
    agents.account.set_faults([{"method": "POST", **lost}])

    assert agents.apply_one().status == "applied"

    (job,) = agents.jobs()
    asked = {r["path"] for r in agents.account.requests() if r["method"] == "GET"}
    assert {path.rpartition("/")[2] for path in asked} == {"tasks", job.poll_id}
    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "it has no `status`"),
        ({"status": None}, "it has no `status`"),
        ({"status": ["finished"]}, "it has no `status`"),
        (
            {"id": "other", "taskId": "other", "status": "finished", "output": "x"},
            "it is about another run",
        ),
    ],
    ids=str,
)
def test_an_answer_that_says_nothing_of_the_run_ends_nothing(
    agents: Agents, service: str, body: dict[str, Any], told: str
) -> None:
    outcome = polled(agents, service, **body)

    assert outcome.status == "failed"
    assert told in outcome.detail
    assert not outcome.result
    agents.account.set_faults([])
    assert set(agents.verbs().values()) == {"wait"}
    assert agents.apply_one().status == "applied"
    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_state_that_nobody_knows_is_waited_for_and_told(
    agents: Agents, service: str
) -> None:
    agents.patience = 3

    outcome = polled(agents, service, status="hibernating")

    assert outcome.status == "in_progress"
    assert "`hibernating`, which is not a state that is known here" in outcome.detail
    assert set(agents.verbs().values()) == {"wait"}


def test_a_state_that_nobody_knows_but_has_an_end_is_no_success(agents: Agents) -> None:
    ended = "2026-01-01T00:00:00Z"

    outcome = polled(agents, "browser_use", status="expired", finishedAt=ended)

    assert outcome.status == "failed"
    assert outcome.detail.startswith("the run ended as `expired`")


def test_a_run_that_outlives_the_wait_is_not_a_success(agents: Agents) -> None:
    agents.patience = 3
    agents.browser_use()
    agents.account.set_behaviours({"run_polls": "1000000"})

    report = agents.apply()

    assert [outcome.status for outcome in report.outcomes] == ["in_progress"]
    assert "the service says: started" in report.outcomes[0].detail
    assert report.outcomes[0].result["session"]
    assert report.exit == Exit.PARTIAL


@pytest.mark.parametrize("said", [False, "false", 0, "no"])
def test_only_a_plain_yes_or_nothing_is_a_success(agents: Agents, said: object) -> None:
    outcome = polled(agents, "browser_use", status="finished", isSuccess=said)

    assert (outcome.status, outcome.detail) == (
        "failed",
        "the agent says that it did not succeed",
    )


@pytest.mark.parametrize("said", [True, None])
def test_a_run_without_a_verdict_of_its_own_is_a_success(
    agents: Agents, said: object
) -> None:
    assert polled(agents, "browser_use", status="finished", isSuccess=said).status == (
        "applied"
    )


@pytest.mark.parametrize("status", [404, 405, 410, 501])
def test_a_stablebrowse_that_lists_nothing_has_its_ledger_alone(
    agents: Agents, status: int
) -> None:
    agents.stablebrowse()
    fault = {"method": "GET", "path": "/tasks$", "do": "status", "status": status}
    agents.account.set_faults([fault])

    assert agents.apply_one().status == "applied"
    assert agents.verbs() == {"price": "same"}


@pytest.mark.parametrize(
    ("service", "body"),
    [
        ("browser_use", {}),
        ("browser_use", {"items": 5, "totalItems": 1}),
        ("browser_use", {"items": [], "totalItems": "many"}),
        ("stablebrowse", {}),
        ("stablebrowse", {"sessions": {"a": 1}}),
    ],
)
def test_a_listing_that_is_none_stops_the_plan(
    agents: Agents, service: str, body: object
) -> None:
    getattr(agents, service)()
    fault = {"method": "GET", "path": "/tasks$", "do": "status", "status": 200}
    agents.account.set_faults([{**fault, "body": json.dumps(body)}])

    with pytest.raises(ReadFailed, match="not in the documented form"):
        agents.apply()

    assert agents.runs() == []


def test_rows_that_are_none_are_passed_over(agents: Agents) -> None:
    agents.browser_use()
    agents.stablebrowse()
    rows = [5, {"metadata": 5}, {"id": 5, "metadata": {"taskops.id": ["p/default"]}}]
    sessions = [5, {"firstTask": 5}, {"firstTask": {"taskId": 5, "task": "Find it."}}]
    body = json.dumps({"items": rows, "totalItems": 1, "sessions": sessions})
    fault = {"method": "GET", "path": "/tasks$", "do": "status", "status": 200}
    agents.account.set_faults([{**fault, "body": body}])

    assert agents.verbs() == {"news": "start", "price": "start"}


def test_a_wrong_address_of_browser_use_is_named(agents: Agents) -> None:
    agents.browser_use()
    fault = {"method": "GET", "path": "/tasks$", "do": "status", "status": 404}
    agents.account.set_faults([fault])

    with pytest.raises(ReadFailed) as wrong:
        agents.plan()

    assert "BROWSER_USE_BASE_URL, which ends in /api/v2" in wrong.value.hint
