"""What a run returned must be what its manifest asks for."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from taskops.applying.stop import StopFlag
from taskops.manifests.results import judged
from taskops.model.ports import Event
from taskops.model.resource import Address, Resource
from taskops.model.values import frozen
from taskops.providers.browser_use.convert import job_state
from taskops.providers.browser_use.provider import KEY, open_browser_use
from taskops.render.returned import result_lines

if TYPE_CHECKING:
    from agents import Agents

SCHEMA = {
    "type": "object",
    "required": ["stories"],
    "properties": {
        "stories": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"comments": {"type": "integer", "minimum": 0}},
            },
        }
    },
}


def verdict(schema: dict[str, Any], **result: Any) -> tuple[object, str]:
    spec = frozen({"structuredOutput": schema})
    after = Resource(Address("browser_use", "x"), "agent", "x", spec, spec)
    found, wrong = judged(after, frozen(result))
    return found.get("structured"), wrong


def test_a_result_that_fits_is_read() -> None:
    read, wrong = verdict(SCHEMA, output='{"stories": []}')

    assert not wrong
    assert read == {"stories": ()}


def test_the_place_in_the_result_is_named() -> None:
    text = '{"stories": [{"comments": 1}, {"comments": -1}, {"comments": "x"}]}'

    _, wrong = verdict(SCHEMA, output=text)

    assert wrong == (
        "`structured.stories[1].comments` is not what the schema asks for: "
        "-1 is less than the minimum of 0 (and 1 more)"
    )


@pytest.mark.parametrize("text", ["", "no JSON", '{"stories": NaN}'])
def test_what_is_no_json_is_no_result(text: str) -> None:
    assert "is not the JSON" in verdict(SCHEMA, output=text)[1]


@pytest.mark.parametrize("depth", [700, 100_000])
def test_a_result_that_nobody_could_read_fails(depth: int) -> None:
    _, wrong = verdict(SCHEMA, output="[" * depth + "]" * depth)

    assert wrong


def test_no_output_is_no_result() -> None:
    assert "without the structured content" in verdict(SCHEMA)[1]


def test_a_complaint_does_not_repeat_a_whole_result() -> None:
    _, wrong = verdict(SCHEMA, structured={"stories": "x" * 10_000})

    assert len(wrong) < 300


def test_a_reference_to_the_network_is_not_followed() -> None:
    _, wrong = verdict({"$ref": "http://127.0.0.1:9/schema"}, output="{}")

    assert "refers to `http://127.0.0.1:9/schema`" in wrong


def test_without_a_schema_any_result_will_do(agents: Agents) -> None:
    agents.browser_use()
    agents.stablebrowse()

    outcomes = agents.apply().outcomes

    assert {outcome.status for outcome in outcomes} == {"applied"}
    results = {outcome.address.name: outcome.result for outcome in outcomes}
    assert results["news"]["output"] == "done: Find the news."
    assert results["news"]["cost"] == "0.03"
    assert results["price"]["steps"] == 3
    assert results["price"]["session"]


@pytest.mark.parametrize(
    ("service", "field", "told"),
    [
        ("browser_use", "structuredOutput", "`structured` is not what the schema"),
        ("stablebrowse", "schema", "without the structured content"),
    ],
)
def test_a_result_that_does_not_fit_fails_the_run(
    agents: Agents, service: str, field: str, told: str
) -> None:
    agents.account.set_behaviours({"run_result": "unstructured"})
    getattr(agents, service)(**{field: SCHEMA})

    outcome = agents.apply_one()

    assert outcome.status == "failed"
    assert told in outcome.detail
    assert outcome.result
    assert set(agents.verbs().values()) == {"failed"}
    assert len(agents.runs()) == 1


def test_a_lost_answer_is_judged_by_the_same_schema(agents: Agents) -> None:
    agents.stablebrowse(schema=SCHEMA)
    agents.account.set_behaviours({"run_result": "unstructured"})
    fault = {"method": "POST", "do": "status", "status": 504, "when": "after"}
    agents.account.set_faults([fault])

    assert "without the structured content" in agents.apply_one().detail


def test_results_never_enter_the_ledger(agents: Agents) -> None:
    agents.browser_use(task="Say platypus.")
    agents.apply()

    assert "done: Say platypus" not in agents.file.read_text("utf-8")
    assert len(agents.jobs()[0].result) == 64


def test_people_are_led_to_the_session_on_the_vendors_own_page(agents: Agents) -> None:
    item = {"status": "finished", "sessionId": "s-1", "judgeVerdict": False}
    page = "https://cloud.browser-use.com/agent/"

    state = job_state(item, page)

    assert state.result["link"] == f"{page}s-1"
    assert [*result_lines(state.result)] == [f"judged not good, session {page}s-1"]
    here = agents.variables()
    with closing(open_browser_use(here, owner="p", writable=False)) as emulated:
        assert emulated.pages == ""
    with closing(open_browser_use({KEY: "k"}, owner="p", writable=False)) as vendors:
        assert vendors.pages == page


def test_a_session_that_is_no_id_leads_nowhere() -> None:
    item = {"status": "finished", "sessionId": "../../evil?x"}

    assert "link" not in job_state(item, "https://cloud.browser-use.com/agent/").result


def test_a_schema_is_read_by_the_dialect_that_it_names(agents: Agents) -> None:
    above = {"type": "integer", "minimum": 0, "exclusiveMinimum": True}
    older = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"n": above},
    }
    agents.browser_use(structuredOutput=older)

    assert "start" in agents.verbs().values()
    assert not verdict(older, output='{"n": 1}')[1]
    assert "`structured.n`" in verdict(older, output='{"n": 0}')[1]


def test_a_second_attempt_without_an_answer_is_not_told_by_the_first(
    agents: Agents,
) -> None:
    stop = StopFlag()

    class Interrupting(list[Event]):
        """A signal, as soon as the second attempt is waited for."""

        def append(self, event: Event) -> None:
            super().append(event)
            if len(agents.runs()) == 2:
                stop.set(2)

    agents.events = Interrupting()
    agents.browser_use(attempts=2)
    agents.account.set_behaviours({"run_result": "unsuccessful"})

    (outcome,) = agents.apply(stop=stop).outcomes

    assert len(agents.runs()) == 2
    assert (outcome.status, outcome.detail) == ("in_progress", "still running")
    assert not outcome.result
