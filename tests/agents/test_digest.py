"""One run for each revision: what starts one, and what never does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from taskops.model.change import Start

if TYPE_CHECKING:
    from agents import Agents


def both(agents: Agents) -> None:
    agents.browser_use()
    agents.stablebrowse()


def test_a_revision_runs_once_and_then_never(agents: Agents) -> None:
    both(agents)

    assert agents.verbs() == {"news": "start", "price": "start"}
    report = agents.apply()

    assert report.exit == 0
    assert agents.verbs() == {"news": "same", "price": "same"}
    assert not agents.apply().outcomes
    assert sorted(agents.runs()) == ["Find the news.", "Find the price."]


def test_a_changed_prompt_runs_once_more_and_only_once(agents: Agents) -> None:
    both(agents)
    agents.apply()
    agents.browser_use(task="Find the latest.")

    assert agents.verbs() == {"news": "start", "price": "same"}
    agents.apply()
    agents.apply()

    assert len(agents.runs()) == 3


@pytest.mark.parametrize("service", ["browser_use", "stablebrowse"])
def test_a_run_key_asks_for_another_run(agents: Agents, service: str) -> None:
    declare = getattr(agents, service)
    declare()
    agents.apply()
    declare(run_key="again")

    agents.apply()
    agents.apply()

    assert len(agents.runs()) == 2
    assert "run_key" not in agents.sent()


@pytest.mark.parametrize("service", ["browser_use", "stablebrowse"])
def test_another_name_says_that_the_same_is_paid_for_again(
    agents: Agents, service: str
) -> None:
    declare = getattr(agents, service)
    declare("before")
    agents.apply()
    (agents.root / "tasks" / "before.yaml").unlink()
    declare("after")

    (start,) = agents.plan().effective

    assert isinstance(start, Start)
    assert start.note == (
        "asks the same as `before`, which is no longer declared; a run cannot be "
        "renamed, so this pays for it again"
    )


@pytest.mark.parametrize("field", ["description", "attempts"])
def test_what_is_not_sent_starts_nothing(agents: Agents, field: str) -> None:
    both(agents)
    agents.apply()
    changed: dict[str, Any] = {field: 3 if field == "attempts" else "For people."}
    agents.browser_use(**changed)
    agents.stablebrowse(**changed)

    assert agents.verbs() == {"news": "same", "price": "same"}


def test_a_secret_counts_by_its_name_and_version_only(agents: Agents) -> None:
    agents.environ = {"TASKOPS_VAR_SHOP": "hunter2-hunter2"}
    agents.browser_use(secrets={"shop": "${env.SHOP}"})
    agents.apply()
    assert agents.sent()["secrets"] == {"shop": "hunter2-hunter2"}

    agents.environ = {"TASKOPS_VAR_SHOP": "another-value"}
    assert agents.verbs() == {"news": "same"}
    agents.browser_use(secrets={"shop": "${env.SHOP}"}, secret_version="2")
    assert agents.verbs() == {"news": "start"}
    agents.browser_use(secrets={"market": "${env.SHOP}"})
    assert agents.verbs() == {"news": "start"}
    assert "hunter2" not in agents.file.read_text("utf-8")


def test_a_secret_that_the_agent_repeats_is_taken_out(agents: Agents) -> None:
    agents.environ = {"TASKOPS_VAR_SHOP": "hunter2-hunter2"}
    agents.browser_use(task="Say hunter2-hunter2.", secrets={"shop": "${env.SHOP}"})

    outcome = agents.apply_one()

    assert outcome.result["output"] == "done: Say (redacted)."


def test_a_secret_of_digits_is_taken_out_where_it_is_a_number(agents: Agents) -> None:
    agents.environ = {"TASKOPS_VAR_PIN": "48151623"}
    pin = {"enum": [48151623, "(redacted)"]}
    fields = {"pin": pin, "pages": {"enum": [481516]}}
    schema = {"type": "object", "properties": fields}
    agents.browser_use(structuredOutput=schema, secrets={"shop": "${env.PIN}"})

    outcome = agents.apply_one()

    assert outcome.result["structured"] == {"pin": "(redacted)", "pages": 481516}


def test_an_empty_place_in_a_schema_is_a_change(agents: Agents) -> None:
    schema = {"type": "object", "properties": {}}
    agents.browser_use(structuredOutput=schema)
    agents.apply()

    agents.browser_use(structuredOutput=schema | {"properties": {"title": {}}})

    assert agents.verbs() == {"news": "start"}


def test_more_than_25_steps_are_25_before_the_digest(agents: Agents) -> None:
    agents.stablebrowse(maxSteps=40)
    plan = agents.plan()
    agents.apply()
    agents.stablebrowse(maxSteps=25)

    assert [p.summary for p in plan.problems] == ["`maxSteps: 40` is clamped to 25"]
    assert plan.problems[0].severity == "warning"
    assert agents.verbs() == {"price": "same"}
    agents.stablebrowse(maxSteps=24)
    assert agents.verbs() == {"price": "start"}


@pytest.mark.parametrize(
    ("settings", "told"), [({}, "not pinned"), ({"llm": "gpt-99"}, "`gpt-99` is not")]
)
def test_a_model_that_may_move_is_a_warning(
    agents: Agents, settings: dict[str, str], told: str
) -> None:
    agents.browser_use(agentSettings=settings)

    (problem,) = agents.plan().problems

    assert told in problem.summary
    assert problem.severity == "warning"
    assert agents.apply_one().status == "applied"


def test_a_run_in_flight_is_waited_for(agents: Agents) -> None:
    both(agents)

    assert {o.status for o in agents.apply(wait=False).outcomes} == {"in_progress"}
    assert agents.verbs() == {"news": "wait", "price": "wait"}
    assert {o.status for o in agents.apply().outcomes} == {"applied"}

    assert len(agents.runs()) == 2


def test_another_revision_waits_for_the_run_before_it(agents: Agents) -> None:
    both(agents)
    agents.apply(wait=False)
    agents.browser_use(task="Find more news.")

    report = agents.apply()

    assert report.exit == 0
    assert agents.runs()[-1] == "Find more news."
    assert agents.verbs() == {"news": "same", "price": "same"}


@pytest.mark.parametrize("ending", ["failed", "stopped", "unsuccessful"])
def test_a_failed_run_is_kept_until_somebody_retries(
    agents: Agents, ending: str
) -> None:
    agents.account.set_behaviours({"run_result": ending})
    agents.browser_use()

    outcome = agents.apply_one()
    assert outcome.status == "failed"
    assert "--retry news" in outcome.hint
    assert agents.verbs() == {"news": "failed"}
    assert not agents.apply().outcomes

    agents.account.set_behaviours({})
    assert agents.verbs(retry=("news",)) == {"news": "start"}
    assert agents.apply_one(retry=("news",)).status == "applied"
    assert len(agents.runs()) == 2


@pytest.mark.parametrize("service", ["browser_use", "stablebrowse"])
def test_attempts_are_used_within_one_apply(agents: Agents, service: str) -> None:
    agents.account.set_behaviours({"run_result": "failed"})
    getattr(agents, service)(attempts=3)

    assert agents.apply_one().status == "failed"
    assert not agents.apply().outcomes

    assert len(agents.runs()) == 3


def test_a_removed_manifest_forgets_the_run(agents: Agents) -> None:
    both(agents)
    agents.apply()
    (agents.root / "tasks" / "news.yaml").unlink()

    assert agents.verbs()["news"] == "forgotten"
    agents.apply()

    assert agents.verbs() == {"price": "same"}
    assert len(agents.runs()) == 2


def test_going_without_a_proxy_is_another_run(agents: Agents) -> None:
    agents.browser_use()
    agents.apply()

    agents.browser_use(sessionSettings={"proxyCountryCode": None})

    assert agents.verbs() == {"news": "start"}
    agents.apply()
    assert agents.verbs() == {"news": "same"}


def test_a_long_name_keeps_its_label_within_what_surely_fits(agents: Agents) -> None:
    names = ["n" * 255, "n" * 254 + "m"]
    agents.browser_use(names[0])
    agents.apply()
    (agents.root / "tasks" / f"{'n' * 40}.yaml").rename(
        agents.root / "tasks" / "a.yaml"
    )
    agents.browser_use(names[1], task="Find other news.")
    agents.apply()
    labels = [body["metadata"]["taskops.id"] for body in agents.account.bodies]
    assert {len(label) for label in labels} == {200}
    assert len({*labels}) == 2
    agents.lose_the_ledger()

    assert agents.verbs() == dict.fromkeys(names, "adopted")
