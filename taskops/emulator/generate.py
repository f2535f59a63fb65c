"""/v2/tasks: a task that the service writes, and how far it is."""

from __future__ import annotations

import base64
import json
import uuid
from typing import TYPE_CHECKING

from taskops.emulator.generate_body import checked
from taskops.emulator.store import now
from taskops.emulator.wire import Answer, Failure, Request, answer
from taskops.emulator.writing import new_task, publish, put

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

FAILS = "EMULATE-FAILURE"
"""A prompt with this in it ends as failed."""


def generate(account: Account, request: Request) -> Answer:
    """POST /v2/tasks/generate: 200 at once, ready later."""
    body = request.json()
    name, prompt = checked(body, account.behaviours["generate_shape"])
    living = [t for t in account.store.named(name) if not t["deleted"]]
    if living and account.says("duplicate_names", "refused"):
        raise Failure(400, "a task of that name exists")
    task = new_task(account, name, "workflow")
    task["description"] = body.get("description") or ""
    account.store.put_task(task)
    same = account.says("generate_ids", "same")
    generation = {
        "id": task["id"] if same else str(uuid.uuid4()),
        "taskId": task["id"],
        "polls": account.number("generate_polls"),
        "hidden": account.number("generate_404"),
        "ends": "failed"
        if FAILS in prompt or account.says("generate_result", "failed")
        else "ready",
        "prompt": prompt,
        "configuration": body.get("task_browser_default_configuration"),
        "asked": body,
    }
    if body.get("async") is False:
        # Asked to answer only when it is written.
        generation |= {"polls": 0, "hidden": 0}
        _end(account, generation, failed=generation["ends"] == "failed")
    account.store.put_thing("generation", generation["id"], generation)
    account.log(kind="generate", id=task["id"], name=name)
    shown = {"id": generation["id"], "status": "generating"}
    if not same:
        shown |= {"taskId": task["id"], "projectId": account.store.team}
    return answer(shown)


def status(account: Account, task_id: str) -> Answer:
    """GET /v2/tasks/{taskId}/generation-status."""
    generation = account.store.thing("generation", task_id)
    if generation is None:
        mine = [g for g in account.store.things("generation") if g["taskId"] == task_id]
        generation = mine[0] if mine else None
    if generation is None:
        raise Failure(404, "Task not found", form="error")
    task = account.store.task(generation["taskId"])
    if task is None or task["deleted"]:
        raise Failure(404, "Task not found", form="error")
    if generation["hidden"] > 0:
        generation["hidden"] -= 1
        account.store.put_thing("generation", generation["id"], generation)
        raise Failure(404, "Task not found", form="error")
    if generation["polls"] > 0:
        generation["polls"] -= 1
        account.store.put_thing("generation", generation["id"], generation)
        said = account.behaviours["generate_state"]
        return answer({"id": generation["id"], "status": said})
    if generation["ends"] == "failed":
        _end(account, generation, failed=True)
        error = "the page asked for a second factor"
        shown = {"id": generation["id"], "status": "failed", "error": error}
        return answer(shown)
    _end(account, generation, failed=False)
    return answer({"id": generation["id"], "status": "ready"})


def _end(account: Account, generation: Doc, *, failed: bool) -> None:
    """The first question after the end finds the task written."""
    task = account.store.task(generation["taskId"])
    if task is None or generation.get("ended"):
        return
    generation["ended"] = True
    account.store.put_thing("generation", generation["id"], generation)
    if failed:
        task["status"] = "failed"
    else:
        workflow = {"name": task["name"], "segments": [{"goal": generation["prompt"]}]}
        code = base64.b64encode(json.dumps(workflow).encode()).decode()
        fields: Doc = {"code": code, "language": "workflow"}
        if generation["configuration"]:
            fields["browserConfiguration"] = generation["configuration"]
        put(account, task, "draft", fields)
        publish(account, task, fields)
    task["updatedAt"] = now()
    account.store.put_task(task)
