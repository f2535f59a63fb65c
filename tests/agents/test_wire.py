"""Every field of a manifest travels, in whichever shape the service takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from taskops.errors import InvalidManifests

if TYPE_CHECKING:
    from agents import Agents

    from taskops.providers.browser_use.provider import BrowserUseApi

ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
OTHER = "4c90c3cc-0d44-4b50-8888-8dd25736052a"
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}
AGENT = {"llm": "o3", "startUrl": "https://shop.example", "profileId": ID}
NEWER: dict[str, Any] = {
    "maxSteps": 10,
    "allowedDomains": ["shop.example"],
    "systemPromptExtension": "Be brief.",
    "flashMode": False,
    "thinking": True,
    "thinkingLevel": "low",
    "highlightElements": False,
    "vision": "auto",
    "judge": True,
    "judgeGroundTruth": "42",
    "judgeLlm": "o3",
    "opVaultId": "vault",
    "skillIds": ["*"],
}
COMMON = {"task": "Find it.", "secrets": {"shop": "swordfish"}}
NESTED: dict[str, Any] = {
    "agentSettings": AGENT,
    "browserSettings": {"profileId": OTHER},
    "includedFileNames": ["a.pdf"],
}
FLAT: dict[str, Any] = {
    "llm": "o3",
    "startUrl": "https://shop.example",
    **NEWER,
    "sessionSettings": {
        "profileId": OTHER,
        "proxyCountryCode": "us",
        "browserScreenWidth": 1280,
        "browserScreenHeight": 720,
        "enableRecording": True,
    },
}


def everything(agents: Agents, **fields: Any) -> None:
    agents.environ = {"TASKOPS_VAR_SHOP": "swordfish"}
    given = {
        "task": "Find it.",
        "secrets": {"shop": "${env.SHOP}"},
        "metadata": {"team": "growth"},
        "structuredOutput": SCHEMA,
        **NESTED,
        **NEWER,
        "sessionSettings": {
            "browserScreenWidth": 1280,
            "browserScreenHeight": 720,
            "enableRecording": True,
        },
    }
    agents.browser_use(**given | fields)


def split(body: dict[str, Any]) -> tuple[dict[str, Any], Any, dict[str, str]]:
    """The body without its schema and labels, the schema, the labels."""
    left = dict(body)
    texts = [left.pop(k, None) for k in ("structuredOutputJson", "structuredOutput")]
    schemas = [json.loads(text) for text in texts if text is not None]
    assert all(schema == SCHEMA for schema in schemas)
    return left, [text is not None for text in texts], left.pop("metadata")


@pytest.mark.parametrize(
    ("api", "fields", "schemas"),
    [
        ("2025-08", NESTED, [True, False]),
        ("v2", FLAT, [False, True]),
        ("auto", NESTED | FLAT, [True, True]),
    ],
)
def test_every_field_of_browser_use_travels_in_each_shape(
    agents: Agents, api: BrowserUseApi, fields: dict[str, Any], schemas: list[bool]
) -> None:
    agents.api = api
    everything(agents)

    assert agents.apply_one().status == "applied"

    sent, there, labels = split(agents.sent())
    assert sent == COMMON | fields
    assert there == schemas
    assert labels.pop("team") == "growth"
    assert sorted(labels) == ["taskops.digest", "taskops.id", "taskops.intent"]
    assert labels["taskops.id"] == "p/default/news"
    assert labels["taskops.digest"] == f"v1:{agents.jobs()[0].digest}"
    assert labels["taskops.intent"] == agents.jobs()[0].intent


@pytest.mark.parametrize("api", ["2025-08", "v2", "auto"])
def test_a_session_that_is_there_travels_in_each_shape(
    agents: Agents, api: BrowserUseApi
) -> None:
    agents.api = api
    agents.browser_use(browserSettings={"sessionId": ID})

    agents.apply()

    nested, flat = {"browserSettings": {"sessionId": ID}}, {"sessionId": ID}
    shapes: dict[str, dict[str, object]] = {
        "2025-08": {**nested},
        "v2": {**flat},
        "auto": {**nested, **flat},
    }
    sent = {key: agents.sent().get(key) for key in ("browserSettings", "sessionId")}
    assert {k: v for k, v in sent.items() if v is not None} == shapes[api]


def test_no_proxy_is_said_aloud(agents: Agents) -> None:
    agents.browser_use(sessionSettings={"proxyCountryCode": None})

    agents.apply()

    assert agents.sent()["sessionSettings"] == {"proxyCountryCode": None}


@pytest.mark.parametrize("takes", ["2025-08", "v2"])
def test_a_service_that_takes_one_shape_alone_gets_that_one(
    agents: Agents, takes: str
) -> None:
    agents.account.set_behaviours({"browser_use_shape": takes})
    settings = {"llm": "o3", "startUrl": "https://shop.example"}
    agents.browser_use(agentSettings=settings)
    agents.browser_use("more", agentSettings=settings)

    outcomes = agents.apply().outcomes

    assert {outcome.status for outcome in outcomes} == {"applied"}
    assert any(f"only the `{takes}` shape" in "".join(o.notes) for o in outcomes)
    flat = agents.sent().get("llm") == "o3"
    assert flat == (takes == "v2")
    assert flat != ("agentSettings" in agents.sent())
    assert len(agents.runs()) == 2


@pytest.mark.parametrize(
    ("takes", "fields", "lost"),
    [
        ("2025-08", {"maxSteps": 10}, "`maxSteps`"),
        ("v2", {"includedFileNames": ["a.pdf"]}, "`includedFileNames`"),
    ],
)
def test_no_run_is_paid_for_without_a_setting_that_was_asked_for(
    agents: Agents, takes: str, fields: dict[str, Any], lost: str
) -> None:
    agents.account.set_behaviours({"browser_use_shape": takes})
    agents.browser_use(**fields)

    outcome = agents.apply_one()

    assert outcome.status == "failed"
    assert f"no place for {lost}" in outcome.detail
    assert agents.runs() == []


def test_a_wrong_value_is_no_reason_for_another_shape(agents: Agents) -> None:
    agents.browser_use(maxSteps=10)
    told = [{"loc": ["body", "maxSteps"], "msg": "at most 9", "type": "value_error"}]
    agents.account.set_faults(
        [
            {
                "method": "POST",
                "do": "status",
                "status": 422,
                "body": {"detail": told},
            }
        ]
    )

    outcome = agents.apply_one()

    assert outcome.detail.startswith("Browser Use does not take `maxSteps`")
    posts = [r for r in agents.account.requests() if r["method"] == "POST"]
    assert len(posts) == 1


@pytest.mark.parametrize(
    ("api", "told"),
    [("2025-08", "`maxSteps`"), ("v2", "`agentSettings.profileId`")],
)
def test_a_field_without_a_place_in_the_chosen_shape_is_a_warning(
    agents: Agents, api: BrowserUseApi, told: str
) -> None:
    agents.api = api
    everything(agents)

    (problem,) = agents.plan().problems

    assert problem.severity == "warning"
    assert told in problem.summary


@pytest.mark.parametrize(
    "metadata",
    [{f"k{n}": "v" for n in range(8)}, {"taskops.digest": "mine"}],
)
def test_metadata_that_is_ours_cannot_be_taken(
    agents: Agents, metadata: dict[str, str]
) -> None:
    agents.browser_use(metadata=metadata)

    with pytest.raises(InvalidManifests) as refused:
        agents.plan()

    (problem,) = refused.value.problems
    assert "`metadata" in problem.summary


def test_seven_pairs_of_metadata_are_the_users(agents: Agents) -> None:
    agents.browser_use(metadata={f"k{n}": "v" for n in range(7)})

    assert agents.apply_one().status == "applied"
    assert len(agents.sent()["metadata"]) == 10


def test_every_field_of_stablebrowse_travels(agents: Agents) -> None:
    agents.stablebrowse("first")
    session = agents.apply_one().result["session"]
    fields: dict[str, Any] = {
        "endUserId": "alice",
        "task": "Find it.",
        "sessionId": session,
        "startUrl": "https://shop.example",
        "schema": SCHEMA,
        "maxSteps": 5,
        "include_html_dump": True,
    }
    agents.stablebrowse(**fields, description="For people.")

    outcome = agents.apply_one()

    assert agents.sent() == fields
    assert outcome.result["session"] == session
    assert outcome.result["html_dump"] == "<html></html>"


def test_a_schema_in_a_file_travels_as_what_is_in_it(agents: Agents) -> None:
    (agents.root / "story.json").write_text(json.dumps(SCHEMA), "utf-8")
    agents.browser_use(structuredOutput="../story.json")
    agents.stablebrowse(schema="../story.json")

    agents.apply()

    sent = {body.get("endUserId"): body for body in agents.account.bodies}
    assert sent["alice"]["schema"] == SCHEMA
    assert json.loads(sent[None]["structuredOutput"]) == SCHEMA
    wider = SCHEMA | {"required": ["title"]}
    (agents.root / "story.json").write_text(json.dumps(wider), "utf-8")
    assert agents.verbs() == {"news": "start", "price": "start"}


@pytest.mark.parametrize(("steps", "sent"), [(5, 5), (25, 25), (40, 25), (None, None)])
def test_what_is_declared_is_sent_though_it_is_the_default(
    agents: Agents, steps: int | None, sent: int | None
) -> None:
    declared: dict[str, Any] = {"maxSteps": steps, "include_html_dump": False}
    agents.stablebrowse(**{k: v for k, v in declared.items() if v is not None})

    agents.apply()

    assert agents.sent().get("maxSteps") == sent
    assert agents.sent()["include_html_dump"] is False


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"includedFileNames": ["a.pdf"]}, "no place for `includedFileNames`"),
        (
            {"agentSettings": {"llm": "o3", "profileId": ID}},
            "no place for `agentSettings.profileId`",
        ),
        ({"task": "x" * 50_001}, "50001 characters: today's API takes 50000"),
        ({"judgeLlm": "gpt-99"}, "`gpt-99` is not"),
        ({"sessionSettings": {"browserScreenWidth": 800}}, "a width or a height"),
        (
            {
                "browserSettings": {"sessionId": ID},
                "sessionSettings": {"proxyCountryCode": "de"},
            },
            "keeps its own profile",
        ),
    ],
)
def test_what_may_be_lost_is_told_before_it_is_paid_for(
    agents: Agents, fields: dict[str, Any], told: str
) -> None:
    agents.browser_use(**fields)

    (problem,) = agents.plan().problems

    assert problem.severity == "warning"
    assert told in problem.summary
