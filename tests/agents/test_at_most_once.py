"""An answer that is lost, at whatever moment: never a second run by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from agents import named, word

from taskops.errors import DamagedLedger, Exit, Guarded
from taskops.model.change import Keep
from taskops.providers.browser_use import search
from taskops.providers.http import door

if TYPE_CHECKING:
    from agents import Agents

SERVICES = ["browser_use", "stablebrowse"]
LOST = {"method": "POST", "path": "tasks$", "when": "after", "nth": 1}
# The plan lists once; the look after the lost answer is the second one.
NO_LOOK = {"method": "GET", "do": "status", "status": 400}
NO_LOOKS = (
    {**NO_LOOK, "path": "browser-use.*/tasks$", "nth": 2},
    {**NO_LOOK, "path": "stablebrowse.*/tasks$", "nth": 2},
)


def lost(**fault: Any) -> dict[str, Any]:
    """The run is made, and the answer is not what it was."""
    return {**LOST, **fault}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "fault",
    [
        {"do": "status", "status": 504},
        {"do": "status", "status": 500},
        {"do": "html"},
        {"do": "reset"},
        {"do": "truncated"},
    ],
)
def test_a_lost_answer_is_found_within_the_same_apply(
    agents: Agents, service: str, fault: dict[str, Any]
) -> None:
    getattr(agents, service)()
    agents.account.set_faults([lost(**fault)])

    assert agents.apply_one().status == "applied"
    assert not agents.apply().outcomes

    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_an_answer_that_never_comes_is_one_run(
    agents: Agents, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "WRITE_SECONDS", 0.5)
    getattr(agents, service)()
    agents.account.set_faults([lost(do="hang")])

    assert agents.apply_one().status == "applied"
    assert not agents.apply().outcomes

    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_lost_answer_that_cannot_be_searched_is_found_by_the_next_apply(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    agents.account.set_faults([lost(do="status", status=504), *NO_LOOKS])

    first = agents.apply()
    assert named(first.outcomes) in ({"news": "unknown"}, {"price": "unknown"})
    assert first.exit == Exit.UNKNOWN

    agents.account.set_faults([])
    assert [*agents.verbs().values()] == ["wait"]
    assert agents.apply_one().status == "applied"
    assert [*agents.verbs().values()] == ["same"]
    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_lost_run_that_is_found_when_git_went_on_is_followed_by_the_new_one(
    agents: Agents, service: str
) -> None:
    declare = getattr(agents, service)
    declare()
    agents.account.set_faults([lost(do="status", status=504), *NO_LOOKS])
    assert agents.apply().exit == Exit.UNKNOWN
    agents.account.set_faults([])
    declare(run_key="again")

    assert agents.apply_one().status == "applied"

    assert [*agents.verbs().values()] == ["same"]
    assert len(agents.runs()) == 2


@pytest.mark.parametrize("service", SERVICES)
def test_a_start_that_never_arrived_is_not_repeated_by_itself(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    agents.account.set_faults([lost(do="status", status=504, when="before")])

    assert agents.apply().exit == Exit.UNKNOWN
    with pytest.raises(Guarded) as refused:
        agents.apply()
    assert "was started is not known" in refused.value.detail
    assert agents.runs() == []

    (name,) = (record.name for record in agents.ledger().read().records)
    assert agents.apply_one(retry=(name,)).status == "applied"
    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_lost_answer_of_another_run_key_is_not_the_run_before_it(
    agents: Agents, service: str
) -> None:
    declare = getattr(agents, service)
    declare()
    agents.apply()
    declare(run_key="again")
    agents.account.set_faults([lost(do="status", status=504, when="before")])

    assert agents.apply().exit == Exit.UNKNOWN
    with pytest.raises(Guarded):
        agents.apply()

    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_lost_answer_of_the_second_attempt_is_not_the_first(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)(attempts=2)
    agents.account.set_behaviours({"run_result": "failed"})
    agents.account.set_faults(
        [lost(do="status", status=504, when="before", nth=2)],
    )

    assert agents.apply().exit == Exit.UNKNOWN
    with pytest.raises(Guarded):
        agents.apply()

    assert len(agents.runs()) == 1


def test_browser_use_knows_without_a_ledger_what_ran(agents: Agents) -> None:
    agents.browser_use()
    agents.apply()
    agents.lose_the_ledger()

    assert agents.verbs() == {"news": "adopted"}
    agents.apply()
    assert agents.verbs() == {"news": "same"}
    assert not agents.apply().outcomes

    assert len(agents.runs()) == 1


def test_browser_use_knows_without_a_ledger_what_failed(agents: Agents) -> None:
    agents.browser_use()
    agents.account.set_behaviours({"run_result": "failed"})
    agents.apply()
    agents.lose_the_ledger()

    assert agents.verbs() == {"news": "failed"}
    assert not agents.apply().outcomes

    assert len(agents.runs()) == 1


def test_browser_use_knows_without_a_ledger_what_was_not_as_asked_for(
    agents: Agents,
) -> None:
    schema = {"type": "object", "required": ["title"]}
    agents.browser_use(structuredOutput=schema)
    agents.account.set_behaviours({"run_result": "unstructured"})
    assert agents.apply_one().status == "failed"
    agents.lose_the_ledger()

    (kept,) = agents.plan().changes
    assert word(kept) == "failed"
    assert isinstance(kept, Keep)
    assert "`structured` is not what the schema asks for" in kept.note
    assert not agents.apply().outcomes

    assert len(agents.runs()) == 1


def test_what_was_not_as_asked_for_is_told_without_the_secret_in_it(
    agents: Agents,
) -> None:
    agents.environ = {"TASKOPS_VAR_SHOP": "hunter2-hunter2"}
    schema = {"type": "integer", "enum": ["hunter2-hunter2", 1]}
    agents.browser_use(structuredOutput=schema, secrets={"shop": "${env.SHOP}"})
    agents.apply()
    agents.lose_the_ledger()

    (kept,) = agents.plan().changes

    assert isinstance(kept, Keep)
    assert "(redacted)" in kept.note
    assert "hunter2" not in kept.note


def test_browser_use_waits_without_a_ledger_for_what_runs(agents: Agents) -> None:
    agents.browser_use()
    agents.apply(wait=False)
    agents.lose_the_ledger()

    assert agents.verbs() == {"news": "wait"}
    assert agents.apply_one().status == "applied"

    assert len(agents.runs()) == 1


def test_a_run_of_another_project_is_not_ours(agents: Agents) -> None:
    agents.browser_use()
    agents.apply()
    agents.lose_the_ledger()
    for run in agents.account.account.store.things("browser-use-run"):
        theirs = run["metadata"] | {"taskops.id": "q/default/news"}
        run |= {"metadata": theirs}
        agents.account.account.store.put_thing("browser-use-run", run["id"], run)

    assert agents.verbs() == {"news": "start"}


def test_many_runs_lie_between_a_lost_answer_and_its_run(agents: Agents) -> None:
    agents.browser_use()
    agents.account.set_faults([lost(do="status", status=504), *NO_LOOKS])
    agents.apply()
    agents.account.set_faults([])
    store = agents.account.account.store
    (run,) = store.things("browser-use-run")
    for number in range(250):
        other = run | {"id": f"other-{number}", "metadata": {}}
        store.put_thing("browser-use-run", other["id"], other)

    assert agents.verbs() == {"news": "wait"}
    searched = [r["query"] for r in agents.account.requests() if "after" in r["query"]]
    assert [query["pageNumber"] for query in searched][-3:] == ["1", "2", "3"]


def test_twins_on_stablebrowse_cannot_be_told_apart(agents: Agents) -> None:
    agents.stablebrowse()
    agents.account.set_faults([lost(do="status", status=504), *NO_LOOKS])
    agents.apply()
    agents.account.set_faults([])
    store = agents.account.account.store
    (run,) = store.things("stablebrowse-run")
    twin = run | {"taskId": "twin", "sessionId": "twin"}
    store.put_thing("stablebrowse-run", "twin", twin)

    with pytest.raises(Guarded):
        agents.apply()

    assert len(agents.runs()) == 1


def test_a_run_that_the_ledger_knows_for_anothers_is_not_found(agents: Agents) -> None:
    agents.stablebrowse("first")
    agents.apply()
    agents.stablebrowse("second", startUrl="https://shop.example")
    agents.account.set_faults([lost(do="status", status=504, when="before")])

    assert agents.apply().exit == Exit.UNKNOWN
    with pytest.raises(Guarded):
        agents.apply()

    assert len(agents.runs()) == 1


def test_two_lost_starts_do_not_share_a_run(agents: Agents) -> None:
    agents.stablebrowse("first")
    agents.stablebrowse("second", startUrl="https://shop.example")
    before = lost(do="status", status=504, when="before")
    after = lost(do="status", status=504, nth=2)
    agents.account.set_faults([before, after])

    assert set(named(agents.apply().outcomes).values()) == {"unknown"}
    with pytest.raises(Guarded):
        agents.apply()

    assert len(agents.runs()) == 1


def test_an_older_run_of_the_same_prompt_is_not_the_lost_one(agents: Agents) -> None:
    agents.stablebrowse()
    agents.apply()
    agents.lose_the_ledger()
    store = agents.account.account.store
    (run,) = store.things("stablebrowse-run")
    old = run | {"createdAt": "2020-01-01T00:00:00Z"}
    store.put_thing("stablebrowse-run", run["taskId"], old)
    agents.account.set_faults([lost(do="status", status=504, when="before")])

    assert agents.apply(retry=("price",)).exit == Exit.UNKNOWN

    with pytest.raises(Guarded):
        agents.apply()


def test_stablebrowse_without_a_ledger_starts_nothing_by_itself(agents: Agents) -> None:
    agents.stablebrowse()
    agents.apply()
    agents.lose_the_ledger()

    with pytest.raises(Guarded) as refused:
        agents.apply()
    assert "may have run already" in refused.value.detail
    assert len(agents.runs()) == 1

    assert agents.verbs(adopt=("price",)) == {"price": "wait"}
    assert agents.apply_one(adopt=("price",)).status == "applied"
    assert agents.verbs() == {"price": "same"}
    assert len(agents.runs()) == 1


def test_another_prompt_or_user_is_another_run(agents: Agents) -> None:
    agents.stablebrowse()
    agents.apply()
    agents.stablebrowse("other", endUserId="bob")
    agents.stablebrowse("third", task="Find another price.")

    assert agents.verbs() == {"price": "same", "other": "start", "third": "start"}


def test_a_service_without_a_list_has_its_ledger_alone(agents: Agents) -> None:
    agents.stablebrowse()
    no_list = {**NO_LOOK, "path": "stablebrowse.*/tasks$", "status": 404}
    agents.account.set_faults([no_list])

    assert agents.apply_one().status == "applied"
    assert agents.verbs() == {"price": "same"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_429_was_not_carried_out_and_is_tried_again(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    agents.account.set_faults(
        [
            {
                "method": "POST",
                "do": "status",
                "status": 429,
                "headers": {"Retry-After": "0"},
                "times": 2,
            }
        ]
    )

    assert agents.apply_one().status == "applied"

    assert len(agents.runs()) == 1


def test_the_monthly_quota_of_stablebrowse_is_final(agents: Agents) -> None:
    agents.stablebrowse()
    agents.account.set_behaviours({"stablebrowse_quota": "0"})

    outcome = agents.apply_one()

    assert outcome.detail == (
        "the monthly quota of StableBrowse is used up: 0 of 0 runs are used"
    )
    assert "next calendar month" in outcome.hint
    posts = [r for r in agents.account.requests() if r["method"] == "POST"]
    assert len(posts) == 1
    agents.account.set_behaviours({})
    assert agents.verbs() == {"price": "start"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_run_that_is_gone_is_not_waited_for_for_ever(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    agents.apply(wait=False)
    agents.account.account.store.reset()

    outcome = agents.apply_one()

    assert outcome.status == "unknown"
    assert "does not know what it said it had started" in outcome.detail
    with pytest.raises(Guarded):
        agents.apply()
    assert agents.runs() == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_run_that_was_started_under_another_id_is_found(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    made = {"id": "3c90c3cc-0d44-4b50-8888-8dd25736052a"}
    body = made | {"taskId": made["id"]}
    agents.account.set_faults([lost(do="status", status=202, body=body)])

    assert agents.apply_one().status == "applied"

    (job,) = agents.jobs()
    assert job.poll_id != made["id"]
    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_run_found_under_another_id_is_not_the_lost_one_that_follows_it(
    agents: Agents, service: str
) -> None:
    declare = getattr(agents, service)
    declare()
    made = {"id": "3c90c3cc-0d44-4b50-8888-8dd25736052a"}
    body = made | {"taskId": made["id"]}
    agents.account.set_faults([lost(do="status", status=202, body=body)])
    agents.apply(wait=False)
    declare(run_key="again")
    agents.account.set_faults([lost(do="status", status=504, when="before")])

    assert agents.apply().exit == Exit.UNKNOWN
    with pytest.raises(Guarded) as refused:
        agents.apply()

    assert "was started is not known" in refused.value.detail
    assert len(agents.runs()) == 1


def goes_on(agents: Agents, **fields: Any) -> str:
    """A run in the session of another one; the id of that session."""
    agents.stablebrowse("first")
    session = str(agents.apply_one().result["session"])
    agents.stablebrowse("second", sessionId=session, **fields)
    return session


def test_a_lost_turn_is_found_in_its_session(agents: Agents) -> None:
    goes_on(agents, task="Go on.")
    agents.account.set_faults([lost(do="status", status=504)])

    assert agents.apply_one().status == "applied"
    assert not agents.apply().outcomes

    assert agents.runs() == ["Find the price.", "Go on."]


def test_a_lost_turn_is_not_the_first_run_of_another_session(agents: Agents) -> None:
    goes_on(agents, task="Find the price.")
    agents.account.set_faults([lost(do="status", status=504, when="before")])
    assert agents.apply().exit == Exit.UNKNOWN
    store = agents.account.account.store
    (run,) = store.things("stablebrowse-run")
    other = run | {"taskId": "somebodys", "sessionId": "another"}
    store.put_thing("stablebrowse-run", "somebodys", other)

    with pytest.raises(Guarded):
        agents.apply()


def test_a_turn_without_a_ledger_is_not_started_again(agents: Agents) -> None:
    goes_on(agents, task="Go on.")
    agents.apply()
    (agents.root / "tasks" / "first.yaml").unlink()
    agents.lose_the_ledger()

    with pytest.raises(Guarded) as refused:
        agents.apply()

    assert "may have run already" in refused.value.detail
    assert len(agents.runs()) == 2


def test_more_runs_than_are_searched_and_no_ledger_start_nothing(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    monkeypatch.setattr(search, "MOST_PAGES", 2)
    agents.browser_use()
    agents.apply()
    agents.lose_the_ledger()
    store = agents.account.account.store
    (run,) = store.things("browser-use-run")
    for number in range(5):
        other = run | {"id": f"other-{number}", "metadata": {}}
        store.put_thing("browser-use-run", other["id"], other)

    (problem,) = agents.plan().errors
    assert "6 runs are there, 4 were searched" in problem.detail
    with pytest.raises(Guarded):
        agents.apply()
    assert len(agents.runs()) == 1

    assert agents.verbs(retry=("news",)) == {"news": "start"}


def test_with_a_ledger_a_new_run_need_not_be_searched_to_the_end(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 1)
    monkeypatch.setattr(search, "MOST_PAGES", 1)
    agents.browser_use()
    agents.apply()
    agents.browser_use("more", task="Find more.")
    agents.apply()
    agents.browser_use("most", task="Find most.")

    assert agents.verbs() == {"more": "same", "most": "start", "news": "same"}


def test_a_ledger_with_a_changed_digit_starts_nothing(agents: Agents) -> None:
    agents.browser_use()
    agents.apply()
    (job,) = agents.jobs()
    other = ("1" if job.digest[0] == "0" else "0") + job.digest[1:]
    text = agents.file.read_text("utf-8").replace(job.digest, other)
    agents.file.write_text(text, "utf-8")

    with pytest.raises(DamagedLedger):
        agents.apply()

    assert len(agents.runs()) == 1


@pytest.mark.parametrize("service", ["browser_use", "stablebrowse"])
def test_a_run_at_another_address_does_not_count_here(
    agents: Agents, service: str
) -> None:
    getattr(agents, service)()
    agents.apply()
    text = agents.file.read_text("utf-8")
    assert agents.server.url in text
    before = json.loads(text.replace(agents.server.url, "https://other.example"))
    del before["sum"]
    agents.file.write_text(json.dumps(before), "utf-8")

    plan = agents.plan()

    (problem,) = plan.errors
    assert "belongs to another account than the ledger" in problem.summary
    assert "https://other.example" in problem.detail
    assert agents.server.url in problem.detail
