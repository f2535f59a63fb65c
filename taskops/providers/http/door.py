"""Every request of one service goes through here: sent, waited for, named."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

import httpx

from taskops.errors import (
    AuthenticationFailed,
    NameTaken,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    Refused,
    UsageError,
)
from taskops.model.ports import Event
from taskops.providers.http.answers import (
    LONGEST_WAIT,
    Unreadable,
    http_date,
    message,
    parse,
    retry_after,
)
from taskops.providers.http.budget import Budget
from taskops.providers.http.limiter import Limiter
from taskops.providers.http.redact import UNSEEN, Redactor

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from taskops.errors import ServiceError
    from taskops.model.ports import Lanes, Listener

Answer: TypeAlias = Mapping[str, object]
Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

READ_SECONDS = 30.0
WRITE_SECONDS = 60.0
MOST_BYTES = 64 * 1024 * 1024
ATTEMPTS = 5
BACKOFF = 0.5
"""Seconds of the first pause, at the most; it doubles with each try."""

PATIENCE = 600.0
"""Seconds that a lane may queue for its turn while others are asked to slow down."""

LONGEST_MESSAGE = 300
SHOWN_OF_RUBBISH = 50

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    headers: Mapping[str, str]
    body: bytes
    date: float | None


class _Passing(Exception):
    """A try that failed in a way that may pass."""

    def __init__(self, failure: ServiceError, wait: float | None = None) -> None:
        super().__init__(failure.summary)
        self.failure = failure
        self.wait = wait
        """Seconds that the service asked for."""


@dataclass(slots=True)
class Door:
    """
    The way to one service.

    Not `writable` means that nothing but a GET ever leaves: that is what makes
    a plan read-only. `wsgi` is an application to call instead of a host.
    """

    name: str
    origin: str
    headers: Mapping[str, str]
    key_variable: str
    writable: bool = False
    lanes: Lanes | None = None
    listener: Listener | None = None
    wsgi: Callable[..., Any] | None = None
    redactor: Redactor = field(default_factory=Redactor)
    limiter: Limiter = field(default_factory=Limiter)
    budget: Budget = field(default_factory=Budget)
    requests: int = 0
    _date: float | None = None
    _here: threading.local = field(default_factory=threading.local)
    _clients: list[httpx.Client] = field(default_factory=list)
    _context: ssl.SSLContext | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.wsgi is None and not _safe(self.origin):
            raise UsageError(
                f"the address of {self.name} must begin with https://",
                f"it is `{_without_user(self.origin)}`",
                "plain http is for loopback only",
            )
        for value in self.headers.values():
            if not (value.isascii() and value.isprintable()):
                raise AuthenticationFailed(
                    f"the key for {self.name} has a character that no key has",
                    hint=f"check the value of {self.key_variable}",
                )
            self.redactor.add(value.removeprefix("Bearer "))

    def date(self) -> float | None:
        """Seconds since the epoch by the service's last `Date` header."""
        return self._date

    def read(self, path: str, **params: str) -> Answer:
        """
        One GET, asked again while that may help.

        Raises NotFound, AuthenticationFailed or ReadFailed.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self._read_once(path, params)
            except _Passing as passing:
                self._rest(attempt, passing, passing.failure)
        raise AssertionError("the last try raises")

    def _read_once(self, path: str, params: Mapping[str, str]) -> Answer:
        try:
            response = self._send("GET", path, None, params, READ_SECONDS)
        except httpx.HTTPError as error:
            raise _Passing(
                ReadFailed(
                    f"{self.name} could not be read: {self._why(error)}",
                    f"GET {path}",
                    "check the network, then run the same command again",
                )
            ) from error
        if response.status == 200:
            try:
                return parse(response.body)
            except Unreadable as error:
                why = self._unreadable(error)
                raise _Passing(
                    ReadFailed(
                        f"{self.name} gave an {why}",
                        f"GET {path}",
                        "run the same command again",
                    )
                ) from error
        if self._passing(response.status):
            wait = self._wait(response)
            raise _Passing(self._read_failed(response, path), wait)
        refusal = self._refusal(response, "GET", path)
        if isinstance(refusal, NotFound | AuthenticationFailed):
            raise refusal
        raise ReadFailed(
            refusal.summary, refusal.detail, refusal.hint, status=response.status
        )

    def write(
        self,
        method: Method,
        path: str,
        body: object = None,
        *,
        repeatable: bool = False,
        hide: tuple[str, ...] = (),
        final: Callable[[Answer], bool] | None = None,
    ) -> Answer:
        """
        One write with its three outcomes: the answer, Refused, OutcomeUnknown.

        Only what is `repeatable` is sent again after an answer that says
        nothing; a 429 was not carried out, and may always be, unless `final`
        reads in its body that waiting does not help. Once a try is lost, a later
        no is not the answer to it: the outcome stays unknown, with that no as its
        cause.
        """
        if not self.writable:
            raise RuntimeError(f"a plan must not write: {method} {path}")
        for secret in hide:
            self.redactor.add(secret)
        lost: OutcomeUnknown | None = None
        for attempt in range(ATTEMPTS):
            try:
                return self._write_once(method, path, body, final)
            except _Passing as passing:
                if isinstance(passing.failure, OutcomeUnknown):
                    lost = passing.failure
                    if not repeatable:
                        raise lost from passing.__cause__
                self._rest(attempt, passing, lost or passing.failure)
            except (Refused, AuthenticationFailed) as refusal:
                if lost is None:
                    raise
                raise lost from refusal
        raise AssertionError("the last try raises")

    def _write_once(
        self,
        method: str,
        path: str,
        body: object,
        final: Callable[[Answer], bool] | None,
    ) -> Answer:
        try:
            response = self._send(method, path, body, {}, WRITE_SECONDS)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # The connection never opened: surely nothing was sent.
            raise _Passing(
                Refused(
                    f"{self.name} could not be reached: {self._why(error)}",
                    hint="check the network, then run the same command again",
                )
            ) from error
        except httpx.HTTPError as error:
            unknown = self._unknown(self._why(error), method, path)
            raise _Passing(unknown) from error
        if 200 <= response.status < 300:
            return self._written(response, method, path)
        if not self._passing(response.status):
            raise self._refusal(response, method, path)
        said = f"{response.status} {self._said(response)}".strip()
        wait = self._wait(response)
        if response.status == 429:
            failure = Refused(
                f"{self.name} is asked too often",
                said,
                "run the same command again later, or with less --parallelism",
                status=429,
            )
            if final is not None and final(_told(response)):
                raise failure
            raise _Passing(failure, wait)
        raise _Passing(self._unknown(said, method, path), wait)

    def _written(self, response: _Response, method: str, path: str) -> Answer:
        if not response.body:
            return {}
        try:
            return parse(response.body)
        except Unreadable as error:
            raise self._unknown(self._unreadable(error), method, path) from error

    def _unreadable(self, error: Unreadable) -> str:
        return "unreadable answer: " + self.redactor.clean(str(error), SHOWN_OF_RUBBISH)

    @staticmethod
    def _passing(status: int) -> bool:
        """Whether asking again may help."""
        return status in {408, 429} or (status >= 500 and status not in {501, 505})

    def _unknown(self, why: str, method: str, path: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"{self.name} gave no usable answer: {why}", f"{method} {path}"
        )

    def _read_failed(self, response: _Response, path: str) -> ReadFailed:
        return ReadFailed(
            f"{self.name} answered {response.status} {self._said(response)}".strip(),
            f"GET {path}",
            "run the same command again later",
            status=response.status,
        )

    def _refusal(
        self, response: _Response, method: str, path: str
    ) -> ServiceError | AuthenticationFailed:
        """The name of a final no."""
        status, said = response.status, self._said(response)
        where = f"{method} {path}"
        if status == 401:
            return AuthenticationFailed(
                f"{self.name} does not take the key",
                said,
                f"check the value of {self.key_variable}",
            )
        if status == 403:
            return AuthenticationFailed(
                f"{self.name} does not allow this with the key",
                said or where,
                f"use a key with that right in {self.key_variable}",
            )
        if 300 <= status < 400:
            target = self.redactor.clean(_host(response.headers.get("location", "")))
            return Refused(
                f"{self.name} answered with a redirect, which is never followed",
                f"{where} points to {target or 'nowhere'}",
                "check the base URL",
                status=status,
            )
        if status == 402:
            return Refused(
                f"{self.name} wants to be paid first",
                said or where,
                "check the credits and the spending limit of the account",
                status=status,
            )
        family = {404: NotFound, 409: NameTaken}.get(status, Refused)
        words = f"{self.name} said no ({status})"
        return family(f"{words}: {said}" if said else words, where, status=status)

    def _said(self, response: _Response) -> str:
        return self.redactor.clean(message(response.body), LONGEST_MESSAGE)

    def _why(self, error: httpx.HTTPError) -> str:
        words: dict[type[httpx.HTTPError], str] = {
            httpx.ConnectTimeout: "no connection in time",
            httpx.ReadTimeout: "no answer in time",
            httpx.WriteTimeout: "the request could not be sent in time",
            httpx.RemoteProtocolError: "the connection was cut",
            httpx.ReadError: "the connection was reset",
        }
        return words.get(type(error)) or self.redactor.clean(str(error), 200)

    def _wait(self, response: _Response) -> float | None:
        asked = retry_after(response.headers.get("retry-after"), response.date)
        if response.status == 429:
            self.limiter.slow_down(min(asked or 0.0, LONGEST_WAIT))
        return asked

    def _rest(self, attempt: int, passing: _Passing, failure: ServiceError) -> None:
        """Pause before the next try; raise where there is none or it is too far."""
        wait, cause = passing.wait, passing.__cause__
        if attempt == ATTEMPTS - 1:
            raise failure from cause
        if wait is not None and wait > LONGEST_WAIT:
            failure.hint = f"the service asks to come back in {wait:.0f} s"
            raise failure from cause
        # A 429 is no failure: the limiter sees to it that fewer are sent.
        if passing.failure.status != 429 and not self.budget.spend():
            failure.hint = "too many requests failed: run the same command again later"
            raise failure from cause
        # Full jitter: many lanes that failed together must not come back together.
        pause = wait if wait is not None else random.uniform(0, BACKOFF * 2**attempt)  # noqa: S311  # no secret
        if pause >= 1 and self.listener is not None:
            told = f"{failure.summary}; next try in {pause:.0f} s"
            self.listener(Event("progress", told, seconds=pause))
        self._renew(pause + WRITE_SECONDS)
        time.sleep(pause)

    def _renew(self, seconds: float) -> None:
        if self.lanes is not None:
            self.lanes.renew(seconds)

    def _send(
        self,
        method: str,
        path: str,
        body: object,
        params: Mapping[str, str],
        seconds: float,
    ) -> _Response:
        self._renew(PATIENCE)
        with self.limiter.slot():
            self._renew(seconds)
            ends = time.monotonic() + seconds
            with self._lock:
                self.requests += 1
            with self._client().stream(
                method,
                self.origin.rstrip("/") + path,
                params=dict(params) or None,
                json=body,
                headers=dict(self.headers),
                timeout=httpx.Timeout(seconds, connect=min(seconds, 20.0)),
            ) as response:
                received = self._receive(response, ends)
        found = http_date(response.headers.get("date"))
        if found is not None:
            self._date = found
        if response.status_code < 400:
            self.limiter.speed_up()
            self.budget.earn()
        return _Response(response.status_code, response.headers, received, found)

    @staticmethod
    def _receive(response: httpx.Response, ends: float) -> bytes:
        """The whole body, within the deadline of the whole request."""
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MOST_BYTES:
                raise httpx.DecodingError("the answer is larger than 64 MiB")
            if time.monotonic() > ends:
                raise httpx.ReadTimeout("the answer came too slowly")
            chunks.append(chunk)
        return b"".join(chunks)

    def _client(self) -> httpx.Client:
        """One client for each lane: a shared one serialises them."""
        client: httpx.Client | None = getattr(self._here, "client", None)
        if client is None:
            client = self._here.client = self._open()
            with self._lock:
                self._clients.append(client)
        return client

    def close(self) -> None:
        """Hang up; a lane that is still at a request finds its connection cut."""
        with self._lock:
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()

    def _open(self) -> httpx.Client:
        if self.wsgi is not None:
            transport = httpx.WSGITransport(app=_cut_off(self.wsgi))
            return httpx.Client(transport=transport, follow_redirects=False)
        if self.origin.startswith("http://"):
            # Loopback: a proxy of the environment would never find it.
            return httpx.Client(follow_redirects=False, trust_env=False)
        with self._lock:
            if self._context is None:
                self._context = httpx.create_ssl_context()
        return httpx.Client(follow_redirects=False, verify=self._context)


def _safe(origin: str) -> bool:
    """Whether a key may be sent there."""
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or not origin.isascii():
        return False
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    return parts.scheme == "https" or loopback


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _without_user(origin: str) -> str:
    """The address as it may be shown: a password may stand before the host."""
    return UNSEEN.sub(" ", re.sub(r"[^/@]*@", "", origin))


def _told(response: _Response) -> Answer:
    """The body of a refusal, as far as it can be read."""
    try:
        return parse(response.body)
    except Unreadable:
        return {}


def _cut_off(app: Callable[..., Any]) -> Callable[..., Any]:
    """The application with its resets as the network would tell them."""

    def call(*arguments: Any) -> Any:
        try:
            return app(*arguments)
        except ConnectionError as error:
            raise httpx.ReadError(str(error)) from error

    return call
