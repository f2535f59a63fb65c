"""Which request goes where: the endpoints of the three services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from taskops.emulator import browser_use, generate, runs, stablebrowse, tasks, versions
from taskops.emulator.wire import Answer, Failure, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.emulator.account import Account

    Handler = Callable[..., Answer]

BROWSER_USE = "/browser-use/api/v2"
STABLEBROWSE = "/stablebrowse/v1"

VERSION = r"(draft|latest|[0-9]+)"
ID = r"([^/]+)"

# Each handler takes the account, the request, and what the path's groups matched.
ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", r"/v1/task", tasks.upsert),
    ("GET", r"/v1/task", tasks.listing),
    ("POST", r"/v1/task/run", lambda a, r: runs.run(a, r, None)),
    ("POST", rf"/v1/task/run/{ID}", runs.run),
    ("GET", rf"/v1/task/{ID}/versions", lambda a, r, i: versions.versions(a, i)),
    ("GET", rf"/v1/task/{ID}/executions", runs.executions),
    (
        "GET",
        rf"/v1/task/{ID}/executions/{ID}",
        lambda a, r, i, e: runs.execution(a, i, e),
    ),
    ("POST", rf"/v1/task/{ID}/draft", versions.write_draft),
    ("POST", rf"/v1/task/{ID}/deploy", versions.deploy),
    (
        "GET",
        rf"/v1/task/{ID}/{VERSION}",
        lambda a, r, i, v: versions.one_version(a, i, v),
    ),
    (
        "POST",
        rf"/v1/task/{ID}/{VERSION}",
        versions.put_numbered,
    ),
    (
        "DELETE",
        rf"/v1/task/{ID}/{VERSION}",
        lambda a, r, i, v: versions.delete_version(a, i, v),
    ),
    ("GET", rf"/v1/task/{ID}", lambda a, r, i: tasks.read(a, i)),
    ("PUT", rf"/v1/task/{ID}", tasks.rename),
    ("DELETE", rf"/v1/task/{ID}", lambda a, r, i: tasks.delete(a, i)),
    ("POST", r"/v2/tasks/generate", generate.generate),
    (
        "GET",
        rf"/v2/tasks/{ID}/generation-status",
        lambda a, r, i: generate.status(a, i),
    ),
    ("POST", rf"/v2/tasks/{ID}/run", runs.run_generated),
    ("GET", rf"/v2/tasks/runs/{ID}/status", lambda a, r, i: runs.run_status(a, i)),
    ("POST", rf"{BROWSER_USE}/tasks", browser_use.create),
    ("GET", rf"{BROWSER_USE}/tasks", browser_use.listing),
    ("GET", rf"{BROWSER_USE}/tasks/{ID}", lambda a, r, i: browser_use.read(a, i)),
    ("PATCH", rf"{BROWSER_USE}/tasks/{ID}", browser_use.act),
    (
        "GET",
        rf"{BROWSER_USE}/tasks/{ID}/status",
        lambda a, r, i: browser_use.status(a, i),
    ),
    (
        "GET",
        rf"{BROWSER_USE}/tasks/{ID}/logs",
        lambda a, r, i: browser_use.logs(a, i),
    ),
    ("POST", rf"{STABLEBROWSE}/tasks", stablebrowse.create),
    ("GET", rf"{STABLEBROWSE}/tasks", stablebrowse.listing),
    ("GET", rf"{STABLEBROWSE}/tasks/{ID}", lambda a, r, i: stablebrowse.read(a, i)),
    (
        "GET",
        rf"{STABLEBROWSE}/sessions/{ID}",
        lambda a, r, i: stablebrowse.session(a, i),
    ),
]

COMPILED = [(method, re.compile(path), handler) for method, path, handler in ROUTES]


def dispatch(account: Account, request: Request) -> Answer:
    """The answer of the one endpoint that is meant; raises Failure."""
    known = False
    for method, path, handler in COMPILED:
        matched = path.fullmatch(request.path)
        if matched is None:
            continue
        if method == request.method:
            return handler(account, request, *matched.groups())
        known = True
    if known:
        raise Failure(405, "method not allowed")
    raise Failure(404, "no such endpoint")


def form_of(request: Request) -> str:
    """The form in which a service tells errors."""
    if request.path.startswith(BROWSER_USE):
        return "detail"
    return "error" if request.path.startswith(STABLEBROWSE) else "nested"


def key_of(request: Request) -> str:
    """The key that came with a request, wherever the service wants it."""
    if request.path.startswith(BROWSER_USE):
        return request.headers.get("x-browser-use-api-key", "")
    if request.path.startswith(STABLEBROWSE):
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return key if scheme == "Bearer" else ""
    return request.headers.get("anchor-api-key", "")
