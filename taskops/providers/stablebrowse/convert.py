"""StableBrowse's tasks: what is declared, what is sent, what comes back."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.step import JobState
from taskops.model.values import frozen, thaw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.resource import Kind, Resource
    from taskops.model.values import Tree

MAX_STEPS = 25
"""What the service clamps to, and its default."""

NOT_SENT = frozenset({"description", "run_key", "secret_version"})

DEFAULTS = MappingProxyType({"maxSteps": MAX_STEPS, "include_html_dump": False})

ENDED = MappingProxyType(
    {"completed": "ready", "failed": "failed", "cancelled": "failed"}
)


def canonical(kind: Kind, spec: Tree) -> Tree:
    """
    Everything that is sent, and what asks for another run.

    Clamped first: 25 and 40 steps are one run, and must have one digest.
    """
    del kind
    kept = {key: value for key, value in spec.items() if key != "description"}
    steps = kept.get("maxSteps")
    if isinstance(steps, int | float) and steps > MAX_STEPS:
        kept["maxSteps"] = MAX_STEPS
    return frozen(
        {
            key: value
            for key, value in kept.items()
            if value not in (None, "", (), {}) and DEFAULTS.get(key) != value
        }
    )


def body(after: Resource) -> dict[str, object]:
    """The request; the schema travels as an object here."""
    return {
        key: thaw(value) for key, value in after.content.items() if key not in NOT_SENT
    }


def job_state(item: Mapping[str, object], *, with_schema: bool) -> JobState:
    """What became of a run; one that was asked for structure must have some."""
    said = str(item.get("status", ""))
    status = ENDED.get(said, "running")
    result = _result(item)
    if status == "running":
        return JobState("running", said)
    if status == "failed":
        error = str(item.get("error") or f"the run was {said}")
        return JobState("failed", error, result=result)
    if with_schema and item.get("structured_content") is None:
        why = "it completed without the structured content that the schema asks for"
        return JobState("failed", why, result=result)
    return JobState("ready", said, result=result)


def _result(item: Mapping[str, object]) -> Tree:
    kept = (
        "result",
        "structured_content",
        "totalSteps",
        "durationMs",
        "visitedUrls",
        "sessionId",
        "html_dump",
    )
    return frozen({key: item[key] for key in kept if item.get(key) is not None})
