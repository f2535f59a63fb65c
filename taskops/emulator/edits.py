"""What somebody does in the dashboard, behind everybody's back."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from taskops.emulator.store import now
from taskops.emulator.wire import Failure
from taskops.emulator.writing import FIELDS, latest, merged, new_task, publish, put

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc


def edit(account: Account, given: Mapping[str, Any]) -> str:
    """
    Change a task by hand and return its id; a name that is new makes one.

    `draft` and `latest` are fields of a version (code as plain text), `rename`
    a name, `description` the task's own, `delete` a truth, `language` that of a
    new task; `new` makes one beside another of that name.
    """
    _check(given)
    there = {task["id"] for task in account.store.named(given.get("name", ""))}
    task = _task(account, given)
    made = "id" not in given and task["id"] not in there
    before = None if made else _shown(account, task)
    if (fields := given.get("draft")) is not None:
        old = account.store.version(task["id"], "draft") or latest(account, task)
        put(account, task, "draft", _fields(account, task, old, fields))
    if (fields := given.get("latest")) is not None:
        old = latest(account, task)
        publish(account, task, _fields(account, task, old, fields))
    if "description" in given:
        task["description"] = given["description"]
    if given.get("rename"):
        _require_free(account, task, given["rename"])
        task["name"] = given["rename"]
    if given.get("delete"):
        task["deleted"] = True
    task["updatedAt"] = now()
    account.store.put_task(task)
    # The log of commits tells an edit that left everything as it was.
    vain = {"vain": True} if _shown(account, task) == before else {}
    account.log(kind="edit", id=task["id"], name=task["name"], by="hand", **vain)
    return str(task["id"])


KINDS: Mapping[str, type] = {
    "id": str,
    "name": str,
    "new": bool,
    "language": str,
    "draft": dict,
    "latest": dict,
    "description": str,
    "rename": str,
    "delete": bool,
}


def _check(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if not isinstance(value, KINDS.get(name, ())):
            raise Failure(400, f"a hand edit has no such `{name}`")
    if "id" not in given and "name" not in given:
        raise Failure(400, "a hand edit names the task by `id` or `name`")
    for which in ("draft", "latest"):
        if unknown := set(given.get(which, {})) - set(FIELDS):
            raise Failure(400, f"a version has no `{min(unknown)}`")


def _task(account: Account, given: Mapping[str, Any]) -> Doc:
    if "id" in given:
        task = account.store.task(given["id"])
        if task is None:
            raise Failure(404, "Task not found")
        return task
    living = [t for t in account.store.named(given["name"]) if not t["deleted"]]
    if living and not given.get("new"):
        return living[0]
    task = new_task(account, given["name"], given.get("language", "typescript"))
    account.store.put_task(task)
    return task


def _shown(account: Account, task: Doc) -> list[object]:
    """Everything about a task that a hand can change; an empty field is none."""
    versions = [account.store.version(task["id"], "draft"), latest(account, task)]
    return [
        *(task[key] or None for key in ("name", "description", "deleted")),
        *(one and [one.get(field) or None for field in FIELDS] for one in versions),
    ]


def _require_free(account: Account, task: Doc, name: str) -> None:
    """Nor does the dashboard give two tasks the same name."""
    same = [t for t in account.store.named(name) if t["id"] != task["id"]]
    if any(not other["deleted"] for other in same):
        raise Failure(409, "Task name already exists")


def _fields(
    account: Account, task: Doc, old: Doc | None, given: Mapping[str, Any]
) -> Doc:
    fields = dict(given)
    if "code" in fields:
        fields["code"] = base64.b64encode(str(fields["code"]).encode()).decode()
    if "description" in fields and not account.says("description_level", "version"):
        task["description"] = fields["description"]
    return merged(account, old, fields)
