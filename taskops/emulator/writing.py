"""What a write leaves behind: fields merged, versions numbered, names kept."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taskops.emulator.store import now

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc


FIELDS = ("code", "language", "description", "browserConfiguration")


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
    touch(account, task, moved=account.says("updated_at_on_draft", "yes"))


def touch(account: Account, task: Doc, *, moved: bool = True) -> None:
    """Save the task; its time moves unless the service would not say so."""
    if moved:
        task["updatedAt"] = now()
    account.store.put_task(task)


def describe(account: Account, task: Doc, body: Doc) -> None:
    """The task's own description, where there is such a thing."""
    if account.says("description_level", "version"):
        return
    if account.says("description_accepted", "dropped"):
        return
    if "description" in body:
        if body["description"] or account.says("empty_description", "cleared"):
            task["description"] = body["description"]
    elif account.says("omitted_fields", "cleared"):
        task["description"] = ""


def merged(account: Account, old: Doc | None, body: Doc) -> Doc:
    """The fields of a version after a write over the old one."""
    kept = account.says("omitted_fields", "kept") and old is not None
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
    if account.says("description_level", "task"):
        return
    if account.says("description_accepted", "dropped"):
        return
    if text or account.says("empty_description", "cleared"):
        fields["description"] = text


def configured(account: Account, old: Doc, new: Doc) -> Doc:
    """A browserConfiguration replaced or merged, and normalised."""
    result = (
        merged_config(old, new)
        if account.says("configuration", "merged")
        else dict(new)
    )
    url = result.get("initial_url")
    if url and account.says("url_normalised", "yes"):
        parts = urlsplit(url)
        if parts.netloc and not parts.path:
            result["initial_url"] = parts._replace(path="/").geturl()
    return result


def merged_config(old: Doc, new: Doc) -> Doc:
    """A configuration laid over another, object by object."""
    result = dict(old)
    for key, value in new.items():
        inner = result.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        result[key] = merged_config(inner, value) if both else value  # type: ignore[arg-type]  # both are
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
    return account.store.latest(task["id"])


def sha(body: Doc) -> str:
    """The digest of the code in a body, for the log."""
    try:
        code = base64.b64decode(body.get("code", "") or "", validate=True)
    except ValueError:
        code = str(body.get("code")).encode()
    return hashlib.sha256(code).hexdigest()
