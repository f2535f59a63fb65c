"""The account as a WSGI application, for this process or behind a socket."""

from __future__ import annotations

import json
import threading
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from taskops.emulator import control
from taskops.emulator.account import Account
from taskops.emulator.behaviours import checked
from taskops.emulator.edits import edit
from taskops.emulator.faults import Rule, Script
from taskops.emulator.routes import dispatch, key_of, refuse_key
from taskops.emulator.store import Store
from taskops.emulator.wire import STATUS, Answer, Failure, Request, request_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

HTML = b"<html><body><h1>Just a moment</h1></body></html>"

REMEMBERED = 100_000
"""Requests that the log keeps."""


class Emulator:
    """
    One account of each of the three services, in a file or in memory.

    Safe for many threads. Without `api_key` any key that is not empty is taken.
    """

    def __init__(
        self,
        path: str = ":memory:",
        *,
        api_key: str | None = None,
        behaviours: Mapping[str, str] | None = None,
        latency: float = 0.0,
    ) -> None:
        self.account = Account(Store(path), checked(behaviours or {}), api_key)
        self.faults = Script()
        self.latency = latency
        """Seconds that every answer takes."""
        self._lock = threading.RLock()
        self._requests: list[dict[str, Any]] = []

    def close(self) -> None:
        """Leave the file; nothing is lost."""
        self.account.store.close()

    def requests(self) -> list[dict[str, Any]]:
        """Every request in order: method, path, query, status; no keys, no bodies."""
        with self._lock:
            return list(self._requests)

    def commits(self) -> list[dict[str, Any]]:
        """Everything that was really written, in order."""
        return self.account.store.commits()

    def edit(self, **given: object) -> str:
        """A hand edit behind everybody's back; the task's id."""
        with self._lock, self.account.store.transaction():
            return edit(self.account, given)

    def set_behaviours(self, behaviours: Mapping[str, str]) -> None:
        """From now on these answers, and the likeliest one to every other question."""
        with self._lock:
            self.account.behaviours = checked(behaviours)

    def set_faults(self, rules: list[Mapping[str, Any]]) -> None:
        """Replace the script of faults."""
        with self._lock:
            self.faults.set(rules)

    def reset(self) -> None:
        """An empty account, no faults, an empty log."""
        with self._lock:
            self.account.store.reset()
            self.account.hidden_for.clear()
            self.faults.set([])
            self._requests.clear()

    def handle(self, request: Request) -> tuple[Answer, Rule | None]:
        """The answer, and the fault that the transport shall add to it."""
        if request.path.startswith(control.PREFIX):
            return control.handle(self, request), None
        with self._lock:
            rule = self.faults.next_for(request)
        self._before(rule)
        answer = self._carried_out(request, rule)
        if rule is not None and rule.when == "after":
            _wait(rule)
        with self._lock:
            if len(self._requests) < REMEMBERED:
                self._requests.append(
                    {
                        "method": request.method,
                        "path": request.path,
                        "query": dict(request.query),
                        "status": answer.status,
                        "fault": rule.do if rule else "",
                    }
                )
        return answer, rule

    def _before(self, rule: Rule | None) -> None:
        if self.latency:
            time.sleep(self.latency)
        if rule is not None and rule.when == "before":
            _wait(rule)
        if rule is not None and rule.do == "edit":
            self.edit(**rule.edit)

    def _carried_out(self, request: Request, rule: Rule | None) -> Answer:
        """What the service does, unless the fault comes before it."""
        replaced = _replacement(rule)
        if rule is not None and rule.when == "before" and rule.do not in PASSING:
            return replaced or Answer(200, b"{}", {})
        answer = self._served(request)
        return replaced or answer

    def _served(self, request: Request) -> Answer:
        try:
            key = key_of(request)
            if not key or self.account.api_key not in (None, key):
                raise refuse_key(request)
            with self._lock, self.account.store.transaction():
                return self._dispatched(request)
        except Failure as failure:
            return failure.answer()

    def _dispatched(self, request: Request) -> Answer:
        """A refusal is an answer too: what was counted for it is kept."""
        try:
            return dispatch(self.account, request)
        except Failure as failure:
            return failure.answer()

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """WSGI; a connection that would be cut raises ConnectionResetError."""
        answer, rule = self.handle(request_from(environ))
        body = answer.body
        if rule is not None:
            match rule.do:
                case "reset" | "reset_in_body":
                    raise ConnectionResetError("the emulator cut the connection")
                case "truncated":
                    body = body[: len(body) // 2]
                case "cut":
                    body = b'{"data":{"tasks":[]}}'
                case _:
                    pass
        headers = [*answer.headers.items(), ("Date", formatdate(usegmt=True))]
        start_response(
            f"{answer.status} {STATUS.get(answer.status, 'Status')}", headers
        )
        return [body]


def _wait(rule: Rule) -> None:
    if rule.do in ("delay", "hang"):
        time.sleep(rule.seconds or (3600.0 if rule.do == "hang" else 0.0))


PASSING = frozenset({"delay", "hang", "edit", "drip_headers", "drip_body"})
"""Faults that let the request be carried out all the same."""


def _replacement(rule: Rule | None) -> Answer | None:
    """What is answered in place of the service's own words."""
    if rule is None:
        return None
    match rule.do:
        case "status":
            body = rule.body or _error(rule.status)
            headers = {"Content-Type": "application/json", **rule.headers}
            return Answer(rule.status, body.encode(), headers)
        case "html":
            return Answer(200, HTML, {"Content-Type": "text/html"})
        case "redirect":
            where = rule.headers.get("Location", "https://elsewhere.example/")
            return Answer(302, b"", {"Location": where})
        case _:
            return None


def _error(status: int) -> str:
    return json.dumps({"error": {"code": status, "message": "emulated"}})
