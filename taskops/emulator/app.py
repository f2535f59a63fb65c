"""The account as a WSGI application, for this process or behind a socket."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from taskops.emulator import control
from taskops.emulator.account import Account
from taskops.emulator.behaviours import checked
from taskops.emulator.edits import edit
from taskops.emulator.faults import PASSING, Rule, Script
from taskops.emulator.replaced import cut, defect, replacement
from taskops.emulator.routes import dispatch, form_of, key_of
from taskops.emulator.stamp import OtherFormError, require_form
from taskops.emulator.store import Store
from taskops.emulator.wire import STATUS, Answer, Failure, Request, request_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

REMEMBERED = 100_000
"""Requests that the log keeps."""

MANGLED = frozenset({"reset_in_body", "truncated"})
"""Faults that need a body to spoil; reading one changes nothing."""


class Emulator:
    """
    One account of each of the three services, in a file or in memory.

    Safe for many threads. Without `api_key` any key that is not empty is taken.
    Raises OtherFormError for a file that another version of taskops wrote.
    """

    def __init__(
        self,
        path: str = ":memory:",
        *,
        api_key: str | None = None,
        behaviours: Mapping[str, str] | None = None,
        latency: float = 0.0,
    ) -> None:
        answers = checked(behaviours or {})
        store = Store(path)
        try:
            require_form(store)
        except OtherFormError:
            store.close()
            raise
        self.account = Account(store, answers, api_key)
        self.faults = Script()
        self.latency = latency
        """Seconds that every answer takes."""
        self.closing = threading.Event()
        self._lock = threading.RLock()
        self._requests: list[dict[str, Any]] = []

    def close(self) -> None:
        """Leave the file; nothing is lost, and nothing hangs on."""
        self.closing.set()
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
            self.account.client = ""
            return edit(self.account, given)

    def set_behaviours(self, behaviours: Mapping[str, str]) -> None:
        """From now on these answers, and the likeliest one to every other question."""
        with self._lock:
            self.account.behaviours = checked(behaviours)

    def set_faults(self, rules: Sequence[Mapping[str, Any]]) -> None:
        """Replace the script of faults; raises BadRuleError."""
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
        answer = self._spoiled(request, rule)
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

    def _spoiled(self, request: Request, rule: Rule | None) -> Answer:
        """The answer with what the rule adds before and after it."""
        if self.latency:
            time.sleep(self.latency)
        if rule is not None and rule.when == "before":
            self._meanwhile(rule)
        answer = self._carried_out(request, rule)
        if rule is not None and rule.when == "after":
            self._meanwhile(rule)
        return answer

    def _meanwhile(self, rule: Rule) -> None:
        if rule.do in ("delay", "hang"):
            for_ever = rule.do == "hang" and not rule.seconds
            self.closing.wait(None if for_ever else rule.seconds)
        if rule.do == "edit":
            with suppress(Failure):  # the task to edit may not be there yet
                self.edit(**rule.edit)

    def _carried_out(self, request: Request, rule: Rule | None) -> Answer:
        """What the service does, unless the fault comes before it."""
        replaced = replacement(rule)
        if rule is not None and _instead(request, rule):
            return replaced or Answer(200, b'{"data":{}}', {})
        answer = self._served(request)
        return replaced or answer

    def _served(self, request: Request) -> Answer:
        try:
            key = key_of(request)
            if not key or self.account.api_key not in (None, key):
                raise Failure(401, "invalid or missing API key")
            with self._lock, self.account.store.transaction():
                return self._dispatched(request)
        except Failure as failure:
            return failure.answer(form_of(request))
        except Exception as error:  # noqa: BLE001  # a defect is told, not hung up on
            return defect(error)

    def _dispatched(self, request: Request) -> Answer:
        """A refusal is an answer too: what was counted for it is kept."""
        self.account.client = request.headers.get("x-emulator-client", "")
        try:
            return dispatch(self.account, request)
        except Failure as failure:
            return failure.answer(form_of(request))

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """
        WSGI, where there is no connection to spoil: a reset is a
        ConnectionResetError, a truncated body is merely shorter, a drip comes whole.
        """
        answer, rule = self.handle(request_from(environ))
        body = answer.body
        if rule is not None:
            match rule.do:
                case "reset" | "reset_in_body":
                    raise ConnectionResetError("the emulator cut the connection")
                case "truncated":
                    body = body[: len(body) // 2]
                case "cut":
                    body = cut(rule)
                case _:
                    pass
        headers = {"Date": formatdate(usegmt=True), **answer.headers}
        said = STATUS.get(answer.status, "Status")
        start_response(f"{answer.status} {said}", list(headers.items()))
        return [body]


def _instead(request: Request, rule: Rule) -> bool:
    """Whether the service never hears of the request."""
    if rule.when == "after" or rule.do in PASSING:
        return False
    return request.method != "GET" or rule.do not in MANGLED
