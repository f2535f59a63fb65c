"""Where things are on the service: an id from a ledger must not lead elsewhere."""

from __future__ import annotations

from urllib.parse import quote


def task_path(object_id: str) -> str:
    """A task; its versions, its executions and a deploy are below it."""
    return f"/v1/task/{quote(object_id, safe='')}"


def generation_path(poll_id: str) -> str:
    """The state of a generation."""
    return f"/v2/tasks/{quote(poll_id, safe='')}/generation-status"
