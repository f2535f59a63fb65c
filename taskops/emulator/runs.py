"""Running tasks: nothing is executed, but every answer has its documented shape."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from taskops.emulator import validate
from taskops.emulator.shown import wrapped
from taskops.emulator.store import now
from taskops.emulator.tasks import found
from taskops.emulator.wire import Answer, Failure, Request, answer
from taskops.emulator.writing import latest

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

FAILS = "ANCHOR_EMULATE"
"""An input of this name, with `failure` as its value, makes a run fail."""


def run(account: Account, request: Request, name: str | None) -> Answer:
    """POST /v1/task/run and /v1/task/run/{name}."""
    body = request.json()
    if name is None:
        task_id, number = body.get("taskId"), body.get("version", "latest")
        if not isinstance(task_id, str):
            raise validate.refuse("taskId is required")
        task = found(account, task_id)
    else:
        number = "latest"
        living = [t for t in account.store.named(name) if not t["deleted"]]
        if not living:
            raise Failure(404, "Task not found")
        task = living[0]
    version = (
        latest(account, task)
        if number == "latest"
        else account.store.version(task["id"], number)
    )
    if version is None:
        raise Failure(404, "Task or version not found")
    return wrapped(account, _executed(account, task, version, body))


def _executed(account: Account, task: Doc, version: Doc, body: Doc) -> Doc:
    inputs = body.get("inputs") or {}
    if not isinstance(inputs, dict):
        raise validate.refuse("inputs must be an object")
    if not all(isinstance(value, str) for value in inputs.values()):
        raise validate.refuse("inputs must be strings")
    failed = inputs.get(FAILS) == "failure"
    execution = {
        "id": str(uuid.uuid4()),
        "taskId": task["id"],
        "taskVersionId": version["id"],
        "version": version["version"],
        "status": "failure" if failed else "success",
        "output": "" if failed else '{"success": true}',
        "errorMessage": "the task threw" if failed else "",
        "createdAt": now(),
    }
    account.store.put_thing("execution", execution["id"], execution)
    account.log(kind="run", id=task["id"], name=task["name"])
    later = bool(body.get("async"))
    result = {
        "success": not failed,
        "async": later,
        "message": "Task execution started" if later else "Task executed",
        "taskId": task["id"],
        "executionResultId": execution["id"],
    }
    if later:
        return result
    more = {"executionTime": 12, "output": execution["output"]}
    if failed:
        more = {"executionTime": 12, "error": execution["errorMessage"]}
    return result | more


def executions(account: Account, request: Request, task_id: str) -> Answer:
    """GET /v1/task/{id}/executions."""
    task = found(account, task_id)
    status, number = request.query.get("status"), request.query.get("version")
    rows = [
        e
        for e in account.store.things("execution")
        if e["taskId"] == task["id"]
        and (status is None or e["status"] == status)
        and (number is None or e["version"] == number)
    ]
    page, limit = (
        int(request.query.get(key, default))
        for key, default in (("page", "1"), ("limit", "10"))
    )
    shown = rows[(page - 1) * limit : page * limit]
    pagination = {
        "page": page,
        "limit": limit,
        "total": len(rows),
        "totalPages": -(-len(rows) // limit),
    }
    return wrapped(account, {"results": shown, "pagination": pagination})


def execution(account: Account, task_id: str, execution_id: str) -> Answer:
    """GET /v1/task/{id}/executions/{executionId}."""
    found(account, task_id)
    one = account.store.thing("execution", execution_id)
    if one is None or one["taskId"] != task_id:
        raise Failure(404, "Execution not found")
    return wrapped(account, one)


def run_generated(account: Account, request: Request, task_id: str) -> Answer:
    """POST /v2/tasks/{id}/run: asynchronous unless asked otherwise."""
    body = request.json()
    generation = account.store.thing("generation", task_id)
    real = generation["taskId"] if generation else task_id
    found(account, real)
    inputs = body.get("input_params")
    if not isinstance(inputs, dict):
        raise validate.refuse("input_params is required")
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
        return {"run_id": one["run_id"], "status": "failure", "error": "the task threw"}
    return {"run_id": one["run_id"], "status": "success", "result": {"success": True}}
