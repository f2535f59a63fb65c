"""Each refusal has a sentence of its own, and a way out; nothing was started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from taskops.errors import Exit

if TYPE_CHECKING:
    from agents import Agents

LOCATED = {"detail": [{"loc": ["body", "agentSettings", "llm"], "msg": "unknown"}]}
CAPPED = {
    "detail": {
        "code": "api_key_monthly_spend_limit_reached",
        "message": "monthly limit",
        "cap": "10",
        "spent": "10",
    }
}


def refused(agents: Agents, status: int, body: object) -> tuple[str, str]:
    fault = {
        "method": "POST",
        "do": "status",
        "status": status,
        "body": body,
        "headers": {"Retry-After": "100"} if status == 429 else {},
    }
    agents.account.set_faults([fault])
    outcome = agents.apply_one()
    agents.account.set_faults([])
    assert outcome.status == "failed"
    assert not outcome.wrote
    assert agents.runs() == []
    # What was surely refused may be tried again as if nothing had been.
    assert set(agents.verbs().values()) == {"start"}
    return outcome.detail, outcome.hint


@pytest.mark.parametrize(
    ("status", "body", "detail", "hint"),
    [
        (
            400,
            {"detail": "Session is stopped"},
            "the session is stopped: Session is stopped",
            "leave `browserSettings.sessionId` out",
        ),
        (
            400,
            {"detail": "Agent session already has a running task."},
            "the session is busy: Agent session already has a running task.",
            "wait until its run has ended",
        ),
        (
            400,
            {"detail": "Bad request"},
            "the session is stopped, or is busy with another run: Bad request",
            "wait until its run has ended",
        ),
        (401, {"detail": "no"}, "does not take the key: no", "BROWSER_USE_API_KEY"),
        (
            402,
            CAPPED,
            "spending limit of Browser Use are used up: monthly limit",
            "add credits",
        ),
        (403, {"detail": "no"}, "does not allow this", "BROWSER_USE_API_KEY"),
        (
            404,
            {"detail": "Session not found"},
            "a session or profile that the run names is not there: Session not found",
            "check `browserSettings`",
        ),
        (
            422,
            LOCATED,
            "Browser Use does not take `agentSettings.llm`",
            "correct the manifest",
        ),
        (
            429,
            {"detail": "Too many concurrent sessions"},
            "too many sessions are active at once on Browser Use",
            "--parallelism; the service asks to come back in 100 s",
        ),
    ],
)
def test_refusals_of_browser_use(
    agents: Agents, status: int, body: object, detail: str, hint: str
) -> None:
    agents.browser_use()

    told = refused(agents, status, body)

    assert detail in told[0]
    assert hint in told[1]


@pytest.mark.parametrize(
    ("refusal", "fields", "detail", "hint"),
    [
        (
            (400, {"error": "sessionId of another business"}),
            {},
            "cannot take the run as it is: sessionId of another business",
            "`sessionId`",
        ),
        ((401, {"error": "no"}), {}, "does not take the key", "STABLEBROWSE_API_KEY"),
        ((402, {"error": "pay"}), {}, "wants to be paid first: pay", "plan"),
        ((403, {"error": "no"}), {}, "does not allow this", "STABLEBROWSE_API_KEY"),
        (
            (403, {"error": "no"}),
            {"sessionId": "s"},
            "or the session belongs to another business",
            "leave `sessionId` out",
        ),
        ((404, {"error": "not found"}), {}, "nothing at that", "STABLEBROWSE_BASE_URL"),
        ((422, {"error": "schema"}), {}, "does not take a field", "correct the"),
        ((429, {"error": "rate limit"}), {}, "is asked too often", "100 s"),
        (
            (429, {"error": "limit", "limit": 15, "used": 15}),
            {},
            "monthly quota of StableBrowse is used up: 15 of 15 runs are used",
            "next calendar month",
        ),
    ],
)
def test_refusals_of_stablebrowse(
    agents: Agents,
    refusal: tuple[int, object],
    fields: dict[str, Any],
    detail: str,
    hint: str,
) -> None:
    agents.stablebrowse(**fields)

    told = refused(agents, *refusal)

    assert detail in told[0]
    assert hint in told[1]


def test_a_key_that_is_not_taken_is_exit_4(agents: Agents) -> None:
    agents.stablebrowse()
    agents.account.set_faults([{"method": "POST", "do": "status", "status": 401}])

    assert agents.apply().exit == Exit.AUTHENTICATION


@pytest.mark.parametrize("service", ["browser_use", "stablebrowse"])
def test_a_refused_change_leaves_what_ran_before(agents: Agents, service: str) -> None:
    declare = getattr(agents, service)
    declare()
    agents.apply()
    declare(task="Something else.")
    fault = {"method": "POST", "do": "status", "status": 400, "times": 1}
    agents.account.set_faults([fault])

    assert agents.apply_one().status == "failed"
    declare()

    assert set(agents.verbs().values()) == {"same"}
    assert len(agents.runs()) == 1
