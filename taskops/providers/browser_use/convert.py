"""Browser Use's tasks: what is declared, what is sent, what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from taskops.model.resource import Observed, Version
from taskops.model.step import JobState
from taskops.model.values import EMPTY, Secret, Value, frozen, thaw
from taskops.providers.http.answers import identifier, text_of
from taskops.providers.http.polling import strange_state

if TYPE_CHECKING:
    from taskops.model.resource import Kind, Resource
    from taskops.model.values import Tree

Shape: TypeAlias = Literal["2025-08", "v2", "both"]

ID, DIGEST, INTENT = "taskops.id", "taskops.digest", "taskops.intent"
"""The metadata keys that tell whose run this is, of which revision."""

NOT_SENT = frozenset({"description", "run_key", "secret_version"})

# What each status of theirs means to us; `paused` is of August 2025.
STATES = MappingProxyType(
    {
        "created": "running",
        "started": "running",
        "paused": "running",
        "finished": "ready",
        "failed": "failed",
        "stopped": "failed",
    }
)

ONLY_NESTED = ("agentSettings", "browserSettings", "structuredOutputJson")
"""Fields of a request that only the shape of August 2025 has; files are one more."""

SINCE_V2 = (
    "sessionSettings",
    "maxSteps",
    "allowedDomains",
    "systemPromptExtension",
    "flashMode",
    "thinking",
    "thinkingLevel",
    "highlightElements",
    "vision",
    "judge",
    "judgeGroundTruth",
    "judgeLlm",
    "opVaultId",
    "skillIds",
)
"""Settings that only today's flat body has; the others have a place in both."""

ONLY_FLAT = (*SINCE_V2, "llm", "startUrl", "sessionId", "structuredOutput")
"""Fields of a request that only today's flat shape has."""

VERBATIM = frozenset({"structuredOutput", "metadata", "secrets"})
"""What people fill in: an empty value in there means something."""

LONGEST_LABEL = 200
"""Characters of a label: how long a value may be is not documented."""

PROXY = "proxyCountryCode"
"""Where null is not the same as nothing: it asks for no proxy."""

COUNTRY = "us"
"""The service's own default, said aloud: settings without it may switch it off."""


def canonical(kind: Kind, spec: Tree) -> Tree:
    """Everything that is sent, and what asks for another run; empty is absent."""
    del kind
    kept = {
        key: value if key in VERBATIM else _pruned(value)
        for key, value in spec.items()
        if key != "description"
    }
    return frozen({key: value for key, value in kept.items() if not _empty(value)})


def _pruned(value: Value) -> Value:
    if not isinstance(value, Mapping):
        return value
    kept = {key: _pruned(item) for key, item in value.items()}
    return MappingProxyType(
        {k: v for k, v in kept.items() if k == PROXY or not _empty(v)}
    )


def _empty(value: Value) -> bool:
    if isinstance(value, Secret | bool):
        return False
    return value is None or value in ("", (), {})


def body(after: Resource, shape: Shape, labels: dict[str, str]) -> dict[str, object]:
    """
    The request: the nested shape of August 2025, the flat one, or both in one.

    Neither forbids unknown keys, so both together are understood by either.
    """
    spec = {key: value for key, value in after.spec.items() if key not in NOT_SENT}
    common = _common(spec, labels)
    match shape:
        case "2025-08":
            return common | _nested(spec)
        case "v2":
            return common | _flat(spec)
        case "both":
            return common | _nested(spec) | _flat(spec)


def _common(spec: Mapping[str, Value], labels: dict[str, str]) -> dict[str, object]:
    declared = spec.get("metadata")
    metadata = dict(declared) if isinstance(declared, Mapping) else {}
    sent: dict[str, object] = {"task": spec.get("task"), "metadata": metadata | labels}
    if isinstance(secrets := spec.get("secrets"), Mapping):
        sent["secrets"] = {
            key: value.reveal() if isinstance(value, Secret) else value
            for key, value in secrets.items()
        }
    return sent


def _nested(spec: Mapping[str, Value]) -> dict[str, object]:
    sent: dict[str, object] = {
        key: thaw(spec[key])
        for key in ("agentSettings", "browserSettings", "includedFileNames")
        if spec.get(key)
    }
    if (schema := _schema(spec)) is not None:
        sent["structuredOutputJson"] = schema
    return sent


def _flat(spec: Mapping[str, Value]) -> dict[str, object]:
    sent: dict[str, object] = {
        key: thaw(spec[key]) for key in SINCE_V2 if spec.get(key) is not None
    }
    agent, browser = spec.get("agentSettings"), spec.get("browserSettings")
    if isinstance(agent, Mapping):
        sent |= {k: agent[k] for k in ("llm", "startUrl") if agent.get(k)}
    if isinstance(browser, Mapping):
        if browser.get("sessionId"):
            sent["sessionId"] = browser["sessionId"]
        elif browser.get("profileId"):
            given = sent.get("sessionSettings")
            sent["sessionSettings"] = {"profileId": browser["profileId"]} | (
                given if isinstance(given, dict) else {}
            )
    if isinstance(settings := sent.get("sessionSettings"), dict):
        sent["sessionSettings"] = {PROXY: COUNTRY} | settings
    if (schema := _schema(spec)) is not None:
        sent["structuredOutput"] = schema
    return sent


def _schema(spec: Mapping[str, Value]) -> str | None:
    schema = spec.get("structuredOutput")
    if schema is None:
        return None
    if isinstance(schema, str):
        return schema
    return json.dumps(thaw(schema), ensure_ascii=False, sort_keys=True)


def observed(item: Mapping[str, object], names: Mapping[str, str]) -> Observed | None:
    """
    A run of ours as the listing shows it; None for somebody else's.

    `names` are the names that the labels of ours stand for.
    """
    metadata = item.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    name = names.get(text_of(metadata, ID))
    run = identifier(item.get("id"))
    if not run or name is None:
        return None
    state = job_state(item)
    return Observed(
        "browser_use",
        run,
        name,
        language="agent",
        latest=Version(text_of(metadata, DIGEST).removeprefix("v1:")),
        version=text_of(metadata, INTENT),
        updated_at=text_of(item, "createdAt"),
        status=state.status,
        result=state.result if state.status == "ready" else EMPTY,
    )


def label(owner: str, name: str) -> str:
    """Whose run it is, within what metadata surely holds: a long one is hashed."""
    text = owner + name
    if len(text) <= LONGEST_LABEL:
        return text
    return f"{text[: LONGEST_LABEL - 33]}~{sha256(text.encode()).hexdigest()[:32]}"


def job_state(item: Mapping[str, object], pages: str = "") -> JobState:
    """
    What became of a run; finished is success unless the agent says it is not.

    `pages` is where people look at sessions. What a state that is not known here
    means is told by whether it has an end.
    """
    said = text_of(item, "status")
    status = STATES.get(said)
    result = _result(item, pages)
    if status is None:
        detail = strange_state(said)
        if item.get("finishedAt") is None:
            return JobState("running", detail, result=result)
        return JobState("failed", f"the run ended as {detail}", result=result)
    if status == "running":
        return JobState("running", said, result=result)
    if status == "failed":
        why = "the run failed" if said == "failed" else f"the run was {said}"
        return JobState("failed", why, result=result)
    if item.get("isSuccess") not in (None, True):
        why = "the agent says that it did not succeed"
        return JobState("failed", why, result=result)
    return JobState("ready", said, result=result)


def _result(item: Mapping[str, object], pages: str) -> Tree:
    """In words that both services share, and what else there is in theirs."""
    kept = (
        "output",
        "cost",
        "isSuccess",
        "judgeVerdict",
        "judgement",
        "finishedAt",
        "outputFiles",
    )
    found = {key: item[key] for key in kept if item.get(key) not in (None, [])}
    if isinstance(steps := item.get("steps"), list):
        found["steps"] = len(steps)
    if session := identifier(item.get("sessionId")):
        found["session"] = session
        if pages:
            found["link"] = pages + session
    return frozen(found)


def left_out(after: Resource, shape: Shape) -> list[str]:
    """The settings that a shape has no place for."""
    match shape:
        case "2025-08":
            return [key for key in SINCE_V2 if after.spec.get(key) is not None]
        case "v2":
            agent = after.spec.get("agentSettings")
            profile = isinstance(agent, Mapping) and agent.get("profileId")
            files = after.spec.get("includedFileNames")
            return [
                name
                for name, there in (
                    ("agentSettings.profileId", profile),
                    ("includedFileNames", files),
                )
                if there
            ]
        case "both":
            return []
