"""
What a run of Browser Use may be asked with, in the shape of either time.

`providers/browser_use/checks.py` states much of the same, on purpose: each is
written from the service's pages alone, so that the two cannot share a mistake.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from taskops.emulator.wire import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

NESTED = (
    "agentSettings",
    "browserSettings",
    "structuredOutputJson",
    "includedFileNames",
)
LEVELS = ("disabled", "low", "medium", "high")
MOST_LABELS = 10
LONGEST_TASK = {"2025-08": 100_000}
LONGEST_TASK_TODAY = 50_000

MODELS = frozenset(
    {
        "browser-use-llm",
        "browser-use-2.0",
        "bu-2-0-mini-preview",
        "gpt-4.1",
        "gpt-4.1-mini",
        "gpt-4o",
        "gpt-4o-mini",
        "o4-mini",
        "o3",
        "gpt-5.5",
        "gpt-5.6-sol",
        "gpt-5.6-terra",
        "gpt-5.6-luna",
        "gemini-2.5-flash",
        "gemini-2.5-pro",
        "gemini-3-pro-preview",
        "gemini-3.1-pro-preview",
        "gemini-3-flash-preview",
        "gemini-3.5-flash",
        "gemini-flash-latest",
        "gemini-flash-lite-latest",
        "claude-3-7-sonnet-20250219",
        "claude-sonnet-4-20250514",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-5",
        "claude-opus-4-5-20251101",
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-opus-5",
        "glm-5.2",
        "glm-5.3-flash",
        "minimax-m3",
        "grok-4.6",
        "deepseek-v4-flash-vision",
        "llama-4-maverick-17b-128e-instruct",
    }
)
"""Those of August 2025, and those of the official package 3.12.1."""


def _text(value: object, most: int = 100_000) -> bool:
    return isinstance(value, str) and len(value) <= most


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _pairs(value: object) -> bool:
    return isinstance(value, dict) and _texts([*value.values()])


def is_uuid(value: object) -> bool:
    """Whether it is a UUID in its usual form."""
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def _within(least: int, most: int) -> tuple[Callable[[Any], bool], str]:
    return lambda v: type(v) is int and least <= v <= most, f"{least} to {most}"


UUID = (is_uuid, "a UUID")
INSIDE: Mapping[str, Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "agentSettings": {
        "llm": (_text, "a string"),
        "startUrl": (_text, "a string"),
        "profileId": UUID,
    },
    "browserSettings": {"sessionId": UUID, "profileId": UUID},
    "sessionSettings": {
        "profileId": UUID,
        "proxyCountryCode": (lambda v: _text(v, 2) and len(v) == 2, "two letters"),
        "browserScreenWidth": _within(320, 6144),
        "browserScreenHeight": _within(320, 3456),
        "enableRecording": (_flag, "true or false"),
    },
}
"""What may be inside the objects of a body; null is always nothing."""

FLAT: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "llm": (_text, "a string"),
    "startUrl": (_text, "a string"),
    "sessionId": UUID,
    "structuredOutput": (_text, "a string"),
    "maxSteps": (lambda v: type(v) is int and 1 <= v <= 10_000, "1 to 10000"),
    "allowedDomains": (_texts, "a list of strings"),
    "systemPromptExtension": (lambda v: _text(v, 10_000), "at most 10000 characters"),
    "flashMode": (_flag, "true or false"),
    "thinking": (_flag, "true or false"),
    "thinkingLevel": (lambda v: v in LEVELS, f"one of {', '.join(LEVELS)}"),
    "highlightElements": (_flag, "true or false"),
    "vision": (lambda v: v == "auto" or _flag(v), "true, false or auto"),
    "judge": (_flag, "true or false"),
    "judgeGroundTruth": (lambda v: _text(v, 10_000), "at most 10000 characters"),
    "judgeLlm": (_text, "a string"),
    "sessionSettings": (lambda v: isinstance(v, dict), "an object"),
    "opVaultId": (_text, "a string"),
    "skillIds": (_texts, "a list of strings"),
}
"""What only today's shape has, and what each may be."""

OTHERS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "agentSettings": (lambda v: isinstance(v, dict), "an object"),
    "browserSettings": (lambda v: isinstance(v, dict), "an object"),
    "includedFileNames": (_texts, "a list of strings"),
    "secrets": (_pairs, "an object of strings"),
}


def invalid(field: str, message: str, within: str = "body") -> Failure:
    """A 422 that says where."""
    loc = [within, *field.split(".")]
    detail = [{"loc": loc, "msg": message, "type": "value_error"}]
    return Failure(422, message, form="detail", more={"detail": detail})


def check(account: Account, body: Doc) -> None:
    """Refuse what the service would; raises Failure."""
    shape = account.behaviours["browser_use_shape"]
    task, most = body.get("task"), LONGEST_TASK.get(shape, LONGEST_TASK_TODAY)
    if not isinstance(task, str) or not 1 <= len(task) <= most:
        raise invalid("task", f"a string of 1 to {most} characters")
    _check_metadata(body.get("metadata"))
    for name in ("structuredOutput", "structuredOutputJson"):
        if body.get(name) is not None:
            _check_schema(name, body[name])
    for name, (good, words) in {**FLAT, **OTHERS}.items():
        if body.get(name) is not None and not good(body[name]):
            raise invalid(name, words)
    for name, parts in INSIDE.items():
        for part, (good, words) in parts.items():
            value = (body.get(name) or {}).get(part)
            if value is not None and not good(value):
                raise invalid(f"{name}.{part}", words)
    refused = {"v2": NESTED, "2025-08": tuple(FLAT)}.get(shape, ())
    for name in refused:
        if body.get(name) is not None:
            raise invalid(name, "extra fields are not permitted")
    if account.says("browser_use_models", "listed"):
        _check_models(body)


def asked(body: Doc, name: str, group: str) -> Any:
    """A setting of the run, in whichever shape it came."""
    return body.get(name) or (body.get(group) or {}).get(name)


def _check_models(body: Doc) -> None:
    nested = (body.get("agentSettings") or {}).get("llm")
    for name, model in (
        ("llm", body.get("llm")),
        ("agentSettings.llm", nested),
        ("judgeLlm", body.get("judgeLlm")),
    ):
        if model is not None and model not in MODELS:
            raise invalid(name, "the model is not one of those there are")


def _check_metadata(metadata: object) -> None:
    if metadata is None:
        return
    strings = isinstance(metadata, dict) and all(
        isinstance(value, str) for value in metadata.values()
    )
    if not isinstance(metadata, dict) or not strings or len(metadata) > MOST_LABELS:
        raise invalid("metadata", "at most 10 pairs of strings")


def _check_schema(name: str, text: object) -> None:
    try:
        schema = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        schema = None
    if not isinstance(schema, dict):
        raise invalid(name, "a string of JSON")
