"""/v1/task/{id}/…: drafts and published versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskops.emulator import validate
from taskops.emulator.shown import shown_version, wrapped
from taskops.emulator.tasks import found
from taskops.emulator.wire import Answer, Failure, Request
from taskops.emulator.writing import describe, latest, merged, publish, put, sha, touch

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc


def versions(account: Account, task_id: str) -> Answer:
    """GET /v1/task/{id}/versions."""
    task = found(account, task_id)
    kept = ("version", "description", "createdAt", "updatedAt")
    rows = [
        {key: version[key] for key in kept if version.get(key)}
        for version in account.store.versions(task_id).values()
        if not version["deleted"]
    ]
    return wrapped(account, {"taskId": task["id"], "versions": rows})


def one_version(account: Account, task_id: str, number: str) -> Answer:
    """GET /v1/task/{id}/{version}."""
    task = found(account, task_id)
    return wrapped(
        account, shown_version(account, numbered(account, task, number), task)
    )


def numbered(account: Account, task: Doc, number: str) -> Doc:
    """One version, by number or word; raises Failure 404."""
    if number == "latest":
        version = latest(account, task)
    elif number != "draft":
        version = account.store.version(task["id"], validate.version_number(number))
    else:
        version = account.store.version(task["id"], number)
    if version is None or version["deleted"]:
        raise Failure(404, "Task or version not found")
    return version


def write_draft(account: Account, request: Request, task_id: str) -> Answer:
    """POST /v1/task/{id}/draft."""
    task, body = found(account, task_id), request.json()
    if "code" not in body:
        raise validate.refuse("code is required")
    language = body.pop("language", task["language"])
    if language not in ("typescript", "workflow"):
        # The pages on editing by hand write workflows so.
        raise validate.refuse("language must be typescript or workflow")
    validate.version(body)
    old = account.store.version(task_id, "draft")
    fields = merged(account, old, body) | {"language": language}
    version = put(account, task, "draft", fields)
    touch(account, task, moved=account.says("updated_at_on_draft", "yes"))
    account.log(kind="draft", id=task_id, name=task["name"], code=sha(body))
    return wrapped(account, shown_version(account, version, task))


def deploy(account: Account, request: Request, task_id: str) -> Answer:
    """POST /v1/task/{id}/deploy: each call makes a version with the next number."""
    task, body = found(account, task_id), request.json()
    validate.version(body)
    draft = account.store.version(task_id, "draft")
    old = draft or latest(account, task)
    if old is None and "code" not in body:
        raise validate.refuse("code is required for new versions")
    if "code" not in body and old is not None:
        body["code"] = old["code"]
    if account.says("deploy_description", "task"):
        describe(account, task, body)
    version = publish(account, task, merged(account, old, body))
    touch(account, task)
    account.log(kind="deploy", id=task_id, name=task["name"], code=sha(version))
    return wrapped(account, shown_version(account, version, task))


def put_numbered(
    account: Account, request: Request, task_id: str, number: str
) -> Answer:
    """POST /v1/task/{id}/{number}: a version of that number, made or changed."""
    if number == "draft":
        raise Failure(400, "Cannot publish to draft version")
    if not number.isdigit():
        raise Failure(400, "the version must be a number")
    task, body = found(account, task_id), request.json()
    validate.version(body)
    number = validate.version_number(number)
    old = account.store.version(task_id, number)
    if old is None and "code" not in body:
        raise validate.refuse("code is required for new versions")
    version = put(account, task, number, merged(account, old, body))
    task["latest"] = max(task["latest"], int(number))
    touch(account, task)
    account.log(kind="version", id=task_id, name=task["name"], code=sha(version))
    return wrapped(account, shown_version(account, version, task))


def delete_version(account: Account, task_id: str, number: str) -> Answer:
    """DELETE /v1/task/{id}/{version}."""
    task = found(account, task_id)
    version: dict[str, Any] = numbered(account, task, number) | {"deleted": True}
    account.store.put_version(task_id, version["version"], version)
    touch(account, task)
    account.log(kind="delete-version", id=task_id, name=task["name"])
    return wrapped(account, {"success": True, "message": "Version deleted"})
