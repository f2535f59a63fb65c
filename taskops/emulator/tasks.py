"""/v1/task: upsert, list, read, rename, delete, drafts and published versions."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from taskops.emulator import validate
from taskops.emulator.store import now
from taskops.emulator.wire import Answer, Failure, Request, answer

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc

DEFAULTS = {
    "recording": {"active": True},
    "timeout": {"max_duration": 20, "idle_timeout": 5},
    "live_view": {"read_only": False},
}
FIELDS = ("code", "language", "description", "browserConfiguration")


def wrapped(account: Account, value: object) -> Answer:
    """The answer in `data`, as documented, or without it."""
    return answer({"data": value} if account.is_("wrapper", "data") else value)


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
    if not living and same and account.is_("deleted_name", "reserved"):
        raise Failure(409, "Task name already exists")
    if living:
        task = living[0]
    elif same and account.is_("deleted_name", "revived"):
        task = {**same[-1], "deleted": False}
    else:
        task = new_task(account, body["name"], "typescript")
    write_versions(account, task, body)
    account.log(kind="upsert", id=task["id"], name=task["name"], code=sha(body))
    return wrapped(account, shown_task(account, task))


def new_task(account: Account, name: str, language: str) -> Doc:
    """A task without versions; not in the store yet."""
    task: Doc = {
        "id": str(uuid.uuid4()),
        "name": name,
        "teamId": account.store.team,
        "language": language,
        "description": "",
        "latest": 0,
        "deleted": False,
        "createdAt": now(),
        "updatedAt": now(),
    }
    if (lag := account.number("visibility_lag")) > 0:
        account.hidden_for[task["id"]] = lag
    return task


def write_versions(account: Account, task: Doc, body: Doc) -> None:
    """What an upsert writes, by the knob that says so."""
    which = account.behaviours["upsert_writes"]
    old = account.store.version(task["id"], "draft") or latest(account, task)
    describe(account, task, body)
    fields = merged(account, old, body)
    if which in ("draft", "both"):
        put(account, task, "draft", fields)
    if which in ("published", "both"):
        before = latest(account, task)
        if before is None or any(before.get(f) != fields.get(f) for f in FIELDS):
            publish(account, task, merged(account, before, body))
    touch(account, task, moved=account.is_("updated_at_on_draft", "yes"))


def touch(account: Account, task: Doc, *, moved: bool = True) -> None:
    """Save the task; its time moves unless the service would not say so."""
    if moved:
        task["updatedAt"] = now()
    account.store.put_task(task)


def describe(account: Account, task: Doc, body: Doc) -> None:
    """The task's own description, where there is such a thing."""
    if account.is_("description_level", "version"):
        return
    if account.is_("description_accepted", "dropped"):
        return
    if "description" in body:
        if body["description"] or account.is_("empty_description", "cleared"):
            task["description"] = body["description"]
    elif account.is_("omitted_fields", "cleared"):
        task["description"] = ""


def merged(account: Account, old: Doc | None, body: Doc) -> Doc:
    """The fields of a version after a write over the old one."""
    kept = account.is_("omitted_fields", "kept") and old is not None
    fields: Doc = {f: old[f] for f in FIELDS if old and f in old} if kept else {}
    for name in FIELDS:
        if name not in body:
            continue
        if name == "description":
            _describe_version(account, fields, body["description"])
        elif name == "browserConfiguration":
            before = (old or {}).get(name) or {}
            fields[name] = configured(account, before, body[name])
        else:
            fields[name] = body[name]
    fields.setdefault("language", "typescript")
    fields.setdefault("code", "")
    return fields


def _describe_version(account: Account, fields: Doc, text: str) -> None:
    if account.is_("description_level", "task"):
        return
    if account.is_("description_accepted", "dropped"):
        return
    if text or account.is_("empty_description", "cleared"):
        fields["description"] = text


def configured(account: Account, old: Doc, new: Doc) -> Doc:
    """A browserConfiguration replaced or merged, and normalised."""
    result = _merge(old, new) if account.is_("configuration", "merged") else dict(new)
    url = result.get("initial_url")
    if url and account.is_("url_normalised", "yes"):
        parts = urlsplit(url)
        if parts.netloc and not parts.path:
            result["initial_url"] = parts._replace(path="/").geturl()
    return result


def _merge(old: Doc, new: Doc) -> Doc:
    result = dict(old)
    for key, value in new.items():
        inner = result.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        result[key] = _merge(inner, value) if both else value  # type: ignore[arg-type]  # both are
    return result


def put(account: Account, task: Doc, number: str, fields: Doc) -> Doc:
    """Write one version of a task."""
    old = account.store.version(task["id"], number)
    version = {
        "id": old["id"] if old else str(uuid.uuid4()),
        "taskId": task["id"],
        "version": number,
        "deleted": False,
        "createdAt": old["createdAt"] if old else now(),
        "updatedAt": now(),
        **fields,
    }
    account.store.put_version(task["id"], number, version)
    return version


def publish(account: Account, task: Doc, fields: Doc) -> Doc:
    """A new version with the next number."""
    task["latest"] += 1
    return put(account, task, str(task["latest"]), fields)


def latest(account: Account, task: Doc) -> Doc | None:
    """The newest published version that was not deleted."""
    for number in range(task["latest"], 0, -1):
        version = account.store.version(task["id"], str(number))
        if version is not None and not version["deleted"]:
            return version
    return None


def listing(account: Account, request: Request) -> Answer:
    """A page of tasks, with the number of all."""
    page, limit = (
        _positive(request.query.get(key, default), key)
        for key, default in (("page", "1"), ("limit", "10"))
    )
    cap = account.number("list_cap")
    if limit > cap:
        if account.is_("over_limit", "refused"):
            raise Failure(400, f"limit must be at most {cap}")
        limit = cap
    deleted = account.is_("deleted_listed", "yes")
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


def _positive(text: str, key: str) -> int:
    if not validate.PAGE.fullmatch(text):
        raise Failure(400, f"{key} must match ^[1-9]\\d*$")
    return int(text)


def _hidden(account: Account, *, first: bool) -> set[str]:
    """Tasks that are too new to be listed, and those that a knob never lists."""
    hidden = {task_id for task_id, times in account.hidden_for.items() if times > 0}
    if first:
        for task_id in list(account.hidden_for):
            account.hidden_for[task_id] -= 1
    if account.is_("generated_listed", "no"):
        hidden |= {doc["taskId"] for doc in account.store.things("generation")}
    return hidden


def shown_task(account: Account, task: Doc, *, listed: bool = False) -> Doc:
    """A Task as the listing and an upsert show it."""
    live, draft = latest(account, task), account.store.version(task["id"], "draft")
    which = account.behaviours["list_code"] if listed else "draft"
    version = (draft or live) if which == "draft" else (live or draft)
    shown = _shown(account, version or {}, task.get("description", ""))
    row = {
        "id": task["id"],
        "name": task["name"],
        "teamId": task["teamId"],
        "latestVersion": str(task["latest"]) if task["latest"] else "draft",
        "code": "" if listed and which == "absent" else shown.get("code", ""),
        "language": task["language"],
        "description": shown.get("description")
        if account.is_("description_level", "version")
        else task.get("description"),
        "browserConfiguration": shown.get("browserConfiguration"),
        "deleted": task["deleted"],
        "createdAt": task["createdAt"],
        "updatedAt": task["updatedAt"],
    }
    if "status" in task:
        row["status"] = task["status"]
    return _nulls(account, row)


def _nulls(account: Account, row: Doc) -> Doc:
    if account.is_("null_fields", "null"):
        return {
            key: (value if value != "" or key == "code" else None)
            for key, value in row.items()
        }
    return {
        key: value for key, value in row.items() if value is not None and value != ""
    }


def _shown(account: Account, version: Doc, description: str) -> Doc:
    """The fields of a version with what the knobs add, hide or fill in."""
    shown = dict(version)
    if account.is_("description_level", "task"):
        shown["description"] = description
    config = shown.get("browserConfiguration")
    if account.is_("defaults_echoed", "yes"):
        config = _merge(DEFAULTS, config or {})
        proxy = config.get("proxy")
        if proxy and proxy.get("type") != "custom":
            config = {**config, "proxy": {"country_code": "us", **proxy}}
    if (
        config
        and isinstance(config.get("proxy"), dict)
        and "password" in config["proxy"]
    ):
        config = {**config, "proxy": _masked(account, config["proxy"])}
    shown["browserConfiguration"] = config
    return shown


def _masked(account: Account, proxy: Doc) -> Doc:
    match account.behaviours["proxy_password_echo"]:
        case "no":
            return {key: value for key, value in proxy.items() if key != "password"}
        case "masked":
            return {**proxy, "password": "********"}
        case _:
            return proxy


def metadata(account: Account, task: Doc) -> Doc:
    """A TaskMetadata: no code, and `latest` instead of `latestVersion`."""
    shown = {
        "id": task["id"],
        "name": task["name"],
        "teamId": task["teamId"],
        "description": task.get("description", ""),
        "latest": str(task["latest"]) if task["latest"] else "draft",
        "deleted": task["deleted"],
        "createdAt": task["createdAt"],
        "updatedAt": task["updatedAt"],
    }
    if account.is_("description_level", "version"):
        shown["description"] = ""
    return _nulls(account, shown)


def shown_version(account: Account, version: Doc, task: Doc) -> Doc:
    """A TaskVersion."""
    return _nulls(account, _shown(account, version, task.get("description", "")))


def sha(body: Doc) -> str:
    """The digest of the code in a body, for the log."""
    try:
        code = base64.b64decode(body.get("code", "") or "", validate=True)
    except ValueError:
        code = str(body.get("code")).encode()
    return hashlib.sha256(code).hexdigest()


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
            if not t["deleted"] or account.is_("deleted_name", "reserved")
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
        account, shown_version(account, _numbered(account, task, number), task)
    )


def _numbered(account: Account, task: Doc, number: str) -> Doc:
    if number == "latest":
        version = latest(account, task)
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
    validate.version(body)
    old = account.store.version(task_id, "draft")
    version = put(
        account, task, "draft", merged(account, old, body) | {"language": language}
    )
    touch(account, task, moved=account.is_("updated_at_on_draft", "yes"))
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
    old = account.store.version(task_id, number)
    version = put(account, task, number, merged(account, old, body))
    task["latest"] = max(task["latest"], int(number))
    touch(account, task)
    account.log(kind="version", id=task_id, name=task["name"], code=sha(version))
    return wrapped(account, shown_version(account, version, task))


def delete_version(account: Account, task_id: str, number: str) -> Answer:
    """DELETE /v1/task/{id}/{version}."""
    task = found(account, task_id)
    version: dict[str, Any] = _numbered(account, task, number) | {"deleted": True}
    account.store.put_version(task_id, version["version"], version)
    touch(account, task)
    account.log(kind="delete-version", id=task_id, name=task["name"])
    return wrapped(account, {"success": True, "message": "Version deleted"})
