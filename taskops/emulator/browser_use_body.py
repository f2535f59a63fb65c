"""What a run of Browser Use may be asked with, in the shape of either time."""

from __future__ import annotations

import json
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


def _text(value: object, most: int = 100_000) -> bool:
    return isinstance(value, str) and len(value) <= most


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _pairs(value: object) -> bool:
    return isinstance(value, dict) and _texts([*value.values()])


FLAT: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "llm": (_text, "a string"),
    "startUrl": (_text, "a string"),
    "sessionId": (_text, "a string"),
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


def invalid(field: str, message: str) -> Failure:
    """A 422 that says where."""
    detail = [{"loc": ["body", field], "msg": message, "type": "value_error"}]
    return Failure(422, message, form="detail", more={"detail": detail})


def check(account: Account, body: Doc) -> None:
    """Refuse what the service would; raises Failure."""
    task = body.get("task")
    if not isinstance(task, str) or not 1 <= len(task) <= 50_000:
        raise invalid("task", "a string of 1 to 50000 characters")
    _check_metadata(body.get("metadata"))
    for name in ("structuredOutput", "structuredOutputJson"):
        if body.get(name) is not None:
            _check_schema(name, body[name])
    for name, (good, words) in {**FLAT, **OTHERS}.items():
        if body.get(name) is not None and not good(body[name]):
            raise invalid(name, words)
    refused = {"v2": NESTED, "2025-08": tuple(FLAT)}.get(
        account.behaviours["browser_use_shape"], ()
    )
    for name in refused:
        if body.get(name) is not None:
            raise invalid(name, "extra fields are not permitted")


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
