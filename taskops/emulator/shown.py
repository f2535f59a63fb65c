"""How tasks and their versions are shown: what the knobs add, hide or fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.emulator.wire import Answer, answer
from taskops.emulator.writing import latest, merged_config

if TYPE_CHECKING:
    from taskops.emulator.account import Account
    from taskops.emulator.store import Doc


DEFAULTS = {
    "recording": {"active": True},
    "timeout": {"max_duration": 20, "idle_timeout": 5},
    "live_view": {"read_only": False},
}


def wrapped(account: Account, value: object) -> Answer:
    """The answer in `data`, as documented, or without it."""
    return answer({"data": value} if account.says("wrapper", "data") else value)


def shown_task(account: Account, task: Doc, *, listed: bool = False) -> Doc:
    """A Task as the listing and an upsert show it."""
    which = account.behaviours["list_code"] if listed else "draft"
    version = _draft_or_live(account, task, draft_first=which == "draft")
    shown = _shown(account, version, task.get("description", ""))
    row = {
        "id": task["id"],
        "name": task["name"],
        "teamId": task["teamId"],
        "latestVersion": str(task["latest"]) if task["latest"] else "draft",
        "code": None if listed and which == "absent" else shown.get("code", ""),
        "language": task["language"],
        "description": shown.get("description")
        if account.says("description_level", "version")
        else task.get("description"),
        "browserConfiguration": None
        if listed and account.says("list_configuration", "absent")
        else shown.get("browserConfiguration"),
        "deleted": task["deleted"],
        "createdAt": task["createdAt"],
        "updatedAt": task["updatedAt"],
    }
    if "status" in task:
        row["status"] = task["status"]
    return _nulls(account, row)


def _draft_or_live(account: Account, task: Doc, *, draft_first: bool) -> Doc:
    # A listing has a hundred of them: the other one, with its code, is not read.
    def draft() -> Doc | None:
        return account.store.version(task["id"], "draft")

    if draft_first:
        return draft() or latest(account, task) or {}
    return latest(account, task) or draft() or {}


def _nulls(account: Account, row: Doc) -> Doc:
    # `code` is a required field: it is empty rather than away.
    shown = {k: None if v == "" and k != "code" else v for k, v in row.items()}
    if account.says("null_fields", "null"):
        return shown
    return {key: value for key, value in shown.items() if value is not None}


def _shown(account: Account, version: Doc, description: str) -> Doc:
    """The fields of a version with what the knobs add, hide or fill in."""
    shown = dict(version)
    if account.says("description_level", "task"):
        shown["description"] = description
    config = shown.get("browserConfiguration")
    if account.says("defaults_echoed", "yes"):
        config = merged_config(DEFAULTS, config or {})
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
    if account.says("description_level", "version"):
        shown["description"] = ""
    return _nulls(account, shown)


def shown_version(account: Account, version: Doc, task: Doc) -> Doc:
    """A TaskVersion."""
    return _nulls(account, _shown(account, version, task.get("description", "")))
