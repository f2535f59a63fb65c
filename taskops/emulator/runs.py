"""Running tasks: nothing is executed, but every answer has its documented shape."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from taskops.emulator import validate
from taskops.emulator.shown import wrapped
from taskops.emulator.store import now
from taskops.emulator.tasks import found
from taskops.emulator.versions import numbered
from taskops.emulator.wire import Answer, Failure, Request, answer

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

FAILS = "ANCHOR_EMULATE"
"""An input of this name, with `failure` as its value, makes a run fail."""


STATES = ("queued", "running", "success", "failure", "timeout", "cancelled")
FILTERS = ("status", "version")
OUTPUT = '{"success": true}'
ERROR = "the task threw"
TOOK = 12


def run(account: Account, request: Request, name: str | None) -> Answer:
    """POST /v1/task/run and /v1/task/run/{name}."""
    body = request.json()
    if name is None:
        if not isinstance(body.get("taskId"), str):
            raise validate.refuse("taskId is required")
        number = validate.version_name(body.get("version", "latest"))
        task = found(account, body["taskId"])
    else:
        number = "latest"
        living = [t for t in account.store.named(name) if not t["deleted"]]
        if not living:
            raise Failure(404, "Task not found")
        task = living[0]
    _check(body)
    return wrapped(
        account, _executed(account, task, numbered(account, task, number), body)
    )


def _check(body: Doc) -> None:
    for field in ("async", "cleanupSessions"):
        if not isinstance(body.get(field, False), bool):
            raise validate.refuse(f"{field} must be a boolean")
    validate.inputs(body.get("inputs", {}), "inputs")
    if "overrideBrowserConfiguration" in body:
        validate.session(body["overrideBrowserConfiguration"])


def _executed(account: Account, task: Doc, version: Doc, body: Doc) -> Doc:
    failed = body.get("inputs", {}).get(FAILS) == "failure"
    later = bool(body.get("async"))
    execution = {
        "id": str(uuid.uuid4()),
        "taskId": task["id"],
        "taskVersionId": version["id"],
        "version": version["version"],
        "ends": "failure" if failed else "success",
        "polls": account.number("run_polls") if later else 0,
        "startTime": now(),
    }
    account.store.put_thing("execution", execution["id"], execution)
    account.log(kind="run", id=task["id"], name=task["name"])
    result = {
        "success": later or not failed,
        "async": later,
        "message": "Task execution started" if later else "Task executed",
        "taskId": task["id"],
        "executionResultId": execution["id"],
    }
    if later:
        return result
    said = ("error", ERROR) if failed else ("output", OUTPUT)
    return result | {"executionTime": TOOK, said[0]: said[1]}


def _state(execution: Doc) -> Doc:
    """A TaskExecutionResult."""
    kept = ("id", "taskVersionId", "version", "startTime")
    shown = {key: execution[key] for key in kept}
    if execution["polls"] > 0:
        return shown | {"status": "running"}
    said = (
        {"output": OUTPUT}
        if execution["ends"] == "success"
        else {"errorMessage": ERROR}
    )
    return shown | {"status": execution["ends"], "executionTime": TOOK, **said}


def executions(account: Account, request: Request, task_id: str) -> Answer:
    """GET /v1/task/{id}/executions: of published versions, as documented."""
    task, asked = found(account, task_id), request.query
    page = validate.positive(asked.get("page", "1"), "page")
    limit = min(validate.positive(asked.get("limit", "10"), "limit"), 100)
    if "status" in asked and asked["status"] not in STATES:
        raise validate.refuse(f"status must be one of {', '.join(STATES)}")
    if "version" in asked:
        validate.version_name(asked["version"])
    rows = [
        _state(one)
        for one in account.store.things("execution")
        if one["taskId"] == task["id"] and one["version"] != "draft"
    ]
    rows = [row for row in rows if all(row[f] == asked.get(f, row[f]) for f in FILTERS)]
    pagination = {
        "page": page,
        "limit": limit,
        "total": len(rows),
        "totalPages": -(-len(rows) // limit),
    }
    shown = rows[(page - 1) * limit : page * limit]
    return wrapped(account, {"results": shown, "pagination": pagination})


def execution(account: Account, task_id: str, execution_id: str) -> Answer:
    """GET /v1/task/{id}/executions/{executionId}."""
    found(account, task_id)
    one = account.store.thing("execution", execution_id)
    if one is None or one["taskId"] != task_id:
        raise Failure(404, "Execution not found")
    shown = _state(one)
    if one["polls"] > 0:
        one["polls"] -= 1
        account.store.put_thing("execution", execution_id, one)
    return wrapped(account, shown)


def run_generated(account: Account, request: Request, task_id: str) -> Answer:
    """POST /v2/tasks/{id}/run: asynchronous unless asked otherwise."""
    body = request.json()
    generation = account.store.thing("generation", task_id)
    real = generation["taskId"] if generation else task_id
    numbered(account, found(account, real), "latest")
    for field in ("sync", "cleanup_sessions", "identity_skip_validation"):
        if not isinstance(body.get(field, False), bool):
            raise validate.refuse(f"{field} must be a boolean")
    inputs = validate.inputs(body.get("input_params"), "input_params")
    failed = inputs.get(FAILS) == "failure"
    one: Doc = {
        "run_id": str(uuid.uuid4()),
        "ends": "failure" if failed else "success",
        "polls": 0 if body.get("sync") else account.number("run_polls"),
    }
    account.store.put_thing("run", one["run_id"], one)
    account.log(kind="run", id=real, name="")
    return answer(_run_state(one))


def run_status(account: Account, run_id: str) -> Answer:
    """GET /v2/tasks/runs/{runId}/status."""
    one = account.store.thing("run", run_id)
    if one is None:
        raise Failure(404, "Run not found")
    state = _run_state(one)
    if one["polls"] > 0:
        one["polls"] -= 1
        account.store.put_thing("run", run_id, one)
    return answer(state)


def _run_state(one: Doc) -> Doc:
    if one["polls"] > 0:
        return {"run_id": one["run_id"], "status": "running"}
    if one["ends"] == "failure":
        return {"run_id": one["run_id"], "status": "failure", "error": ERROR}
    return {"run_id": one["run_id"], "status": "success", "result": {"success": True}}
