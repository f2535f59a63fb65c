"""/v1/task: upsert, list, read, rename, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.emulator import validate
from taskops.emulator.shown import metadata, shown_task, wrapped
from taskops.emulator.wire import Answer, Failure, Request
from taskops.emulator.writing import describe, new_task, sha, touch, write_versions

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc


def found(account: Account, task_id: str) -> Doc:
    """A task that is not deleted; raises Failure 404."""
    task = account.store.task(task_id)
    if task is None or task["deleted"]:
        raise Failure(404, "Task not found")
    return task


def upsert(account: Account, request: Request) -> Answer:
    """Create, or update what has the name."""
    body = request.json()
    validate.upsert(body)
    same = account.store.named(body["name"])
    living = [task for task in same if not task["deleted"]]
    if living and living[0]["language"] != "typescript":
        raise Failure(409, "Task name already exists")
    if not living and same and account.says("deleted_name", "reserved"):
        raise Failure(409, "Task name already exists")
    if living:
        task = living[0]
    elif same and account.says("deleted_name", "revived"):
        task = {**same[-1], "deleted": False}
    else:
        task = new_task(account, body["name"], "typescript")
    write_versions(account, task, body)
    account.log(kind="upsert", id=task["id"], name=task["name"], code=sha(body))
    return wrapped(account, shown_task(account, task))


def listing(account: Account, request: Request) -> Answer:
    """A page of tasks, with the number of all."""
    page, limit = (
        validate.positive(request.query.get(key, default), key)
        for key, default in (("page", "1"), ("limit", "10"))
    )
    cap = account.number("list_cap")
    if limit > cap:
        if account.says("over_limit", "refused"):
            raise Failure(400, f"limit must be at most {cap}")
        limit = cap
    deleted = account.says("deleted_listed", "yes")
    hidden = _hidden(account, first=page == 1)
    store = account.store
    if hidden:
        everything = [
            task
            for task in store.tasks(deleted=deleted, limit=-1, offset=0)
            if task["id"] not in hidden
        ]
        total = len(everything)
        tasks = everything[(page - 1) * limit : page * limit]
    else:
        total = store.count(deleted=deleted)
        tasks = store.tasks(deleted=deleted, limit=limit, offset=(page - 1) * limit)
    rows = [shown_task(account, task, listed=True) for task in tasks]
    return wrapped(
        account, {"tasks": rows, "total": total, "page": page, "limit": limit}
    )


def _hidden(account: Account, *, first: bool) -> set[str]:
    """Tasks that are too new to be listed, and those that a knob never lists."""
    hidden = {task_id for task_id, times in account.hidden_for.items() if times > 0}
    if first:
        for task_id in list(account.hidden_for):
            account.hidden_for[task_id] -= 1
    if account.says("generated_listed", "no"):
        hidden |= {doc["taskId"] for doc in account.store.things("generation")}
    return hidden


def read(account: Account, task_id: str) -> Answer:
    """GET /v1/task/{id}."""
    return wrapped(account, metadata(account, found(account, task_id)))


def rename(account: Account, request: Request, task_id: str) -> Answer:
    """PUT /v1/task/{id}: name and description, never code."""
    task, body = found(account, task_id), request.json()
    if "name" in body:
        name = validate.task_name(body["name"])
        others = [t for t in account.store.named(name) if t["id"] != task_id]
        held = [
            t
            for t in others
            if not t["deleted"] or account.says("deleted_name", "reserved")
        ]
        if held:
            raise Failure(409, "Task name already exists")
        task["name"] = name
    if "description" in body:
        validate.description(body["description"])
        describe(account, task, body)
    touch(account, task)
    account.log(kind="rename", id=task_id, name=task["name"])
    return wrapped(account, metadata(account, task))


def delete(account: Account, task_id: str) -> Answer:
    """DELETE /v1/task/{id}: the data stays, nobody reaches it."""
    task = found(account, task_id)
    task["deleted"] = True
    touch(account, task)
    account.log(kind="delete", id=task_id, name=task["name"])
    return wrapped(account, {"success": True, "message": "Task deleted successfully"})
