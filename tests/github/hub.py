"""The few endpoints of GitHub that the action uses, on loopback."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

BOT = "github-actions[bot]"
LONGEST = 65_536
PAGE = 100


@dataclass(slots=True)
class Hub:
    """One repository: what is on it, and what its token may do."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    minimized: list[str] = field(default_factory=list)
    writes: list[tuple[str, str]] = field(default_factory=list)
    read_only: bool = False
    down: bool = False

    def comment(self, body: str, login: str = BOT, on: int = 7) -> dict[str, Any]:
        """Somebody writes a comment."""
        number = 1000 + len(self.comments)
        made = {
            "id": number,
            "node_id": f"IC_{number}",
            "user": {"login": login},
            "body": body,
            "on": on,
        }
        self.comments.append(made)
        return made

    def issue(self, login: str = BOT, **given: Any) -> dict[str, Any]:
        """Somebody opens an issue."""
        made = {
            "number": 1 + len(self.issues),
            "user": {"login": login},
            "state": "open",
            "labels": [],
            **given,
        }
        self.issues.append(made)
        return made

    def answer(self, method: str, url: str, data: dict[str, Any]) -> tuple[int, Any]:
        """What GitHub would say."""
        path = urlsplit(url).path
        if self.down:
            return 502, {"message": "Bad Gateway"}
        if path == "/graphql":
            return self._graphql(data)
        if method != "GET":
            self.writes.append((method, path))
            if self.read_only:
                return 403, {"message": "Resource not accessible by integration"}
            if len(data.get("body") or "") > LONGEST:
                return 422, {"message": "Body is too long"}
        return self._rest(method, path.removeprefix("/repos/acme/automations/"), data)

    def _graphql(self, data: dict[str, Any]) -> tuple[int, Any]:
        if "viewer" in data["query"]:
            return 200, {"data": {"viewer": {"login": BOT}}}
        self.minimized.append(data["variables"]["id"])
        return 200, {"data": {}}

    def _rest(self, method: str, path: str, data: dict[str, Any]) -> tuple[int, Any]:
        if found := re.fullmatch(r"issues/(\d+)/comments", path):
            on = int(found[1])
            if method == "GET":
                return 200, [c for c in self.comments if c["on"] == on]
            return 201, self.comment(data["body"], on=on)
        if found := re.fullmatch(r"issues/comments/(\d+)", path):
            one = next(c for c in self.comments if c["id"] == int(found[1]))
            one.update(data)
            return 200, one
        if path == "issues" and method == "GET":
            return 200, [*reversed(self.issues)]
        if path == "issues":
            return 201, self.issue(**data)
        if found := re.fullmatch(r"issues/(\d+)", path):
            issue = self.issues[int(found[1]) - 1]
            issue.update(data)
            return 200, issue
        return 404, {"message": "Not Found"}


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def _do(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        data = json.loads(self.rfile.read(size) or b"{}")
        status, answer = self.hub.answer(self.command, self.path, data)
        query = parse_qs(urlsplit(self.path).query)
        page = int(query.get("page", ["1"])[0])
        more = False
        if isinstance(answer, list):
            more = len(answer) > page * PAGE
            answer = answer[(page - 1) * PAGE : page * PAGE]
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if more:
            self.send_header("X-Next-Page", str(page + 1))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = _do  # noqa: N815  # the names that the server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        """Nobody reads it."""


@contextmanager
def running() -> Iterator[Hub]:
    """A repository that answers until the block ends."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
