"""Every request of one service goes through here: sent, waited for, named."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

import httpx

from taskops.errors import (
    AuthenticationFailed,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    Refused,
    UsageError,
)
from taskops.model.ports import Event
from taskops.providers.http.answers import (
    LONGEST_WAIT,
    Shape,
    Unreadable,
    anything,
    parse,
    retry_after,
)
from taskops.providers.http.budget import Budget
from taskops.providers.http.clients import Clients, safe, without_user
from taskops.providers.http.dump import dump
from taskops.providers.http.exchange import Request, exchange
from taskops.providers.http.failures import Failures, Response
from taskops.providers.http.limiter import Limiter
from taskops.providers.http.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.errors import ServiceError
    from taskops.model.ports import Lanes, Listener

T = TypeVar("T")
Answer: TypeAlias = Mapping[str, object]
Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

READ_SECONDS = 30.0
WRITE_SECONDS = 60.0
ATTEMPTS = 5
BACKOFF = 0.5
"""Seconds of the first pause, at the most; it doubles with each try."""

PATIENCE = 600.0
"""Seconds that a lane may queue for its turn while others are asked to slow down."""


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
    trace: Callable[[str], None] | None = None
    """Told of every request and answer, without a secret; from any lane."""
    requests: int = 0
    _date: float | None = None
    _clients: Clients = field(init=False)
    _failures: Failures = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.wsgi is None and not safe(self.origin):
            variable = self.key_variable.replace("_API_KEY", "_BASE_URL")
            raise UsageError(
                f"the address of {self.name} must begin with https://",
                f"it is `{without_user(self.origin)}`",
                f"set {variable} to an https address; plain http is for loopback only",
            )
        for value in self.headers.values():
            if not (value.isascii() and value.isprintable()):
                raise AuthenticationFailed(
                    f"the key for {self.name} has a character that no key has",
                    hint=f"check the value of {self.key_variable}",
                )
            self.redactor.add(value.removeprefix("Bearer "))
        self._clients = Clients(self.origin, self.wsgi)
        parts = urlsplit(self.origin.rstrip("/"))
        address = self.redactor.clean(parts.netloc + parts.path)
        self._failures = Failures(self.name, self.key_variable, self.redactor, address)

    def date(self) -> float | None:
        """Seconds since the epoch by the service's last `Date` header."""
        return self._date

    def read(self, path: str, shape: Shape = anything, /, **params: str) -> Answer:
        """
        One GET, asked again while that may help.

        An answer without its `shape` is none: a body that was cut may be valid
        JSON. Raises NotFound, AuthenticationFailed or ReadFailed.
        """
        return self._read(path, params, lambda body: parse(body, shape))

    def take(
        self, path: str, shape: Shape, into: Callable[[Answer, int], T], **params: str
    ) -> T:
        """
        The same for a large answer of which little is kept.

        `into` is given the answer and its size in bytes, and returns what is kept.
        One answer at a time is opened, however many come in at once: what is not kept
        takes the memory of one, and not of as many as there are lanes.
        """

        def opened(body: bytes) -> T:
            with self._opening:
                return into(parse(body, shape), len(body))

        return self._read(path, params, opened)

    def _read(
        self, path: str, params: Mapping[str, str], opened: Callable[[bytes], T]
    ) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return self._read_once(path, params, opened)
            except _Passing as passing:
                self._rest(attempt, passing, passing.failure)
        raise AssertionError("the last try raises")

    def _read_once(
        self, path: str, params: Mapping[str, str], opened: Callable[[bytes], T]
    ) -> T:
        try:
            response = self._send("GET", path, None, params, READ_SECONDS)
        except httpx.HTTPError as error:
            raise _Passing(
                ReadFailed(
                    f"{self.name} could not be read: {self._failures.why(error)}",
                    self._failures.where("GET", path),
                    "check the network, then run the same command again",
                )
            ) from error
        if response.status == 200:
            try:
                return opened(response.body)
            except Unreadable as error:
                why = self._failures.unreadable(error)
                raise _Passing(
                    ReadFailed(
                        f"{self.name} gave an {why}",
                        self._failures.where("GET", path),
                        "run the same command again",
                    )
                ) from error
        if self._passing(response.status):
            wait = self._wait(response)
            raise _Passing(self._failures.read_failed(response, path), wait)
        refusal = self._failures.refusal(response, "GET", path)
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
        shape: Shape = anything,
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
                return self._write_once(method, path, body, shape, final)
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
        shape: Shape,
        final: Callable[[Answer], bool] | None,
    ) -> Answer:
        try:
            response = self._send(method, path, body, {}, WRITE_SECONDS)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # The connection never opened: surely nothing was sent.
            raise _Passing(
                Refused(
                    f"{self.name} could not be reached: {self._failures.why(error)}",
                    hint="check the network, then run the same command again",
                )
            ) from error
        except httpx.HTTPError as error:
            unknown = self._failures.unknown(self._failures.why(error), method, path)
            raise _Passing(unknown) from error
        if 200 <= response.status < 300:
            return self._written(response, method, path, shape)
        if response.status in {301, 302, 303}:
            # Not followed, and it may be the answer to what was carried out.
            refusal = self._failures.refusal(response, method, path)
            raise OutcomeUnknown(refusal.summary, refusal.detail, refusal.hint)
        if not self._passing(response.status):
            raise self._failures.refusal(response, method, path)
        said = f"{response.status} {self._failures.said(response)}".strip()
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
        raise _Passing(self._failures.unknown(said, method, path), wait)

    def _written(
        self, response: Response, method: str, path: str, shape: Shape
    ) -> Answer:
        if not response.body:
            return {}
        try:
            return parse(response.body, shape)
        except Unreadable as error:
            raise self._failures.unknown(
                self._failures.unreadable(error), method, path
            ) from error

    @staticmethod
    def _passing(status: int) -> bool:
        """Whether asking again may help."""
        return status in {408, 429} or (status >= 500 and status not in {501, 505})

    def _wait(self, response: Response) -> float | None:
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
            which = f"retry {attempt + 1} of {ATTEMPTS - 1}"
            limited = passing.failure.status == 429
            why = f"rate limit of {self.name}" if limited else failure.summary
            told = f"{why}; {which} in {pause:.0f} s"
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
    ) -> Response:
        url = self.origin.rstrip("/") + path
        request = Request(method, url, body, params, self.headers, seconds)
        self._renew(PATIENCE)
        with self.limiter.slot():
            self._renew(seconds)
            response = self._traced(request)
        if response.date is not None:
            self._date = response.date
        if response.status < 400:
            self.limiter.speed_up()
            self.budget.earn()
        return response

    def _traced(self, request: Request) -> Response:
        with self._lock:
            self.requests += 1
            number = self.requests
        self._tell(f"#{number} >", str(request), request.body)
        began = time.monotonic()
        try:
            response = self._exchanged(request)
        except httpx.HTTPError as error:
            self._tell(f"#{number} <", self._failures.why(error), None)
            raise
        told = f"{response.status} after {time.monotonic() - began:.2f} s"
        self._tell(f"#{number} <", told, response.body)
        return response

    def _exchanged(self, request: Request) -> Response:
        """
        On a lane, where it can be given up, unless this is one.

        A client's own timeouts are for each read: headers that come a byte at a
        time keep it waiting for as long as they like.
        """
        if self.lanes is None or self.lanes.inside():
            return exchange(self._clients.mine(), request)

        def work(sent: Request) -> Response:
            self._renew(sent.seconds)
            return exchange(self._clients.mine(), sent)

        ((_, result),) = self.lanes.map(work, [request])
        if isinstance(result, ReadFailed):
            raise httpx.ReadTimeout("no answer within the deadline") from result
        if isinstance(result, Exception):
            raise result
        return result

    def _tell(self, sign: str, first: str, body: object) -> None:
        if self.trace is not None:
            self.trace("\n".join(dump(sign, first, body, self.redactor)))

    def close(self) -> None:
        """Hang up; a lane that is still at a request finds its connection cut."""
        self._clients.close()


def _told(response: Response) -> Answer:
    """The body of a refusal, as far as it can be read."""
    try:
        return parse(response.body)
    except Unreadable:
        return {}
