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


def job_state(item: Mapping[str, object]) -> JobState:
    """What became of a run; whether the result is what was asked for is not seen."""
    said = str(item.get("status", ""))
    status = ENDED.get(said, "running")
    result = _result(item)
    if status == "running":
        return JobState("running", said)
    if status == "failed":
        error = str(item.get("error") or f"the run was {said}")
        return JobState("failed", error, result=result)
    return JobState("ready", said, result=result)


def _result(item: Mapping[str, object]) -> Tree:
    """In words that both services share, and what else there is in theirs."""
    shared = {
        "output": item.get("result"),
        "structured": item.get("structured_content"),
        "steps": item.get("totalSteps"),
        "session": item.get("sessionId"),
    }
    kept = ("durationMs", "visitedUrls", "html_dump")
    found = shared | {key: item.get(key) for key in kept}
    return frozen({k: v for k, v in found.items() if v is not None and v != []})
