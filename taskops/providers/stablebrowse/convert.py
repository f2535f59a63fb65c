"""StableBrowse's tasks: what is declared, what is sent, what comes back."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.step import JobState
from taskops.model.values import frozen, thaw
from taskops.providers.http.answers import identifier, text_of
from taskops.providers.http.polling import strange_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.resource import Kind, Resource
    from taskops.model.values import Tree, Value

MAX_STEPS = 25
"""What the service clamps to, and its default."""

NOT_SENT = frozenset({"description", "run_key", "secret_version"})

DEFAULTS = MappingProxyType({"maxSteps": MAX_STEPS, "include_html_dump": False})

STATES = MappingProxyType(
    {
        "pending": "running",
        "running": "running",
        "completed": "ready",
        "failed": "failed",
        "cancelled": "failed",
    }
)


def canonical(kind: Kind, spec: Tree) -> Tree:
    """
    Everything that is sent, and what asks for another run.

    Clamped first: 25 and 40 steps are one run, and must have one digest.
    """
    del kind
    kept = {key: value for key, value in spec.items() if key != "description"}
    kept |= _clamped(kept)
    return frozen(
        {
            key: value
            for key, value in kept.items()
            if value not in (None, "", (), {}) and DEFAULTS.get(key) != value
        }
    )


def body(after: Resource) -> dict[str, object]:
    """The request; the schema travels as an object here."""
    declared = {key: after.spec[key] for key in DEFAULTS if key in after.spec}
    sent = {**declared, **_clamped(declared), **after.content}
    return {key: thaw(value) for key, value in sent.items() if key not in NOT_SENT}


def _clamped(spec: Mapping[str, Value]) -> dict[str, Value]:
    steps = spec.get("maxSteps")
    over = isinstance(steps, int | float) and steps > MAX_STEPS
    return {"maxSteps": MAX_STEPS} if over else {}


def job_state(item: Mapping[str, object]) -> JobState:
    """What became of a run; whether the result is what was asked for is not seen."""
    said = text_of(item, "status")
    status = STATES.get(said)
    result = _result(item)
    if status is None:
        return JobState("running", strange_state(said), result=result)
    if status == "running":
        return JobState("running", said, result=result)
    if status == "failed":
        why = "the run failed" if said == "failed" else f"the run was {said}"
        return JobState("failed", str(item.get("error") or why), result=result)
    return JobState("ready", said, result=result)


def _result(item: Mapping[str, object]) -> Tree:
    """In words that both services share, and what else there is in theirs."""
    shared = {
        "output": item.get("result"),
        "structured": item.get("structured_content"),
        "steps": item.get("totalSteps"),
        "session": identifier(item.get("sessionId")) or None,
    }
    kept = ("durationMs", "visitedUrls", "html_dump")
    found = shared | {key: item.get(key) for key in kept}
    return frozen({k: v for k, v in found.items() if v is not None and v != []})
