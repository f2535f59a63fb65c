"""Runs: started once, asked about until they end; a run costs money."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

from taskops.errors import NotFound, OutcomeUnknown
from taskops.providers.anchor.listing import unwrap
from taskops.providers.anchor.paths import task_path
from taskops.providers.http.answers import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.providers.http.door import Answer, Door

INPUT_PREFIX: Final = "ANCHOR_"
"""What the name of every input of a code task begins with."""

ENDED: Final = frozenset({"success", "failure", "timeout", "cancelled"})
"""The states in which nothing moves any more."""


@dataclass(frozen=True, slots=True)
class Runnable:
    """What is to be run: a code task by its name, a generated one by its id."""

    kind: Literal["code", "generated"]
    name: str
    """On the service."""
    id: str = ""
    inputs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Run:
    """
    One run as the service tells of it.

    `status` is the service's own word; `text` is what came out of it, or the
    error; `seconds` is how long it took there, None where that is not told.
    """

    id: str
    status: str
    text: str = ""
    seconds: float | None = None
    path: str = ""
    """Where it is asked about."""

    @property
    def ended(self) -> bool:
        """Whether nothing moves any more."""
        return self.status in ENDED

    @property
    def succeeded(self) -> bool:
        """Whether it did what it was meant to do."""
        return self.status == "success"


def start(door: Door, task: Runnable) -> Run:
    """
    Start it, once: only a 429 is sent again, for surely nothing ran.

    Raises NotFound, Refused, AuthenticationFailed, or OutcomeUnknown when it may
    be running though nobody knows its id.
    """
    if task.kind == "generated":
        return _start_generated(door, task)
    # A run that is waited for in the request itself would outlive its deadline.
    body = {"inputs": dict(task.inputs), "async": True}
    path = f"/v1/task/run/{quote(task.name, safe='')}"
    answer = unwrap(door.write("POST", path, body, hide=tuple(task.inputs.values())))
    run_id = text_of(answer, "executionResultId")
    task_id = text_of(answer, "taskId")
    if not answer.get("async"):
        # It was run at once, whatever was asked.
        status = "success" if answer.get("success") else "failure"
        return _execution({**answer, "status": status}, run_id, "")
    if not (run_id and task_id):
        raise _without_id(path)
    where = f"{task_path(task_id)}/executions/{quote(run_id, safe='')}"
    return Run(run_id, "queued", path=where)


def _start_generated(door: Door, task: Runnable) -> Run:
    path = f"/v2/tasks/{quote(task.id, safe='')}/run"
    body = {"input_params": dict(task.inputs)}
    answer = door.write("POST", path, body, hide=tuple(task.inputs.values()))
    run_id = text_of(answer, "run_id")
    if not run_id:
        raise _without_id(path)
    return _generated(answer, f"/v2/tasks/runs/{quote(run_id, safe='')}/status")


def _without_id(path: str) -> OutcomeUnknown:
    return OutcomeUnknown("Anchor answered a run without an id", f"POST {path}")


def ask(door: Door, run: Run) -> Run:
    """What became of it by now; one that cannot be seen yet is still waiting."""
    try:
        answer = door.read(run.path)
    except NotFound:
        return replace(run, text="not visible yet")
    if run.path.startswith("/v2/"):
        return replace(_generated(answer, run.path), id=run.id)
    return _execution(unwrap(answer), run.id, run.path)


def _execution(answer: Answer, run_id: str, path: str) -> Run:
    status = text_of(answer, "status") or "running"
    took = answer.get("executionTime")
    seconds = took / 1000 if isinstance(took, int | float) else None
    error = answer.get("errorMessage") or answer.get("error")
    text = answer.get("output") if status == "success" else error
    return Run(run_id, status, _text(text), seconds, path)


def _generated(answer: Answer, path: str) -> Run:
    status = text_of(answer, "status") or "running"
    said = answer.get("result") if status == "success" else answer.get("error")
    return Run(text_of(answer, "run_id"), status, _text(said), None, path)


def _text(value: object) -> str:
    """What came out as text: a text stays what it is, data becomes JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, indent=2)
