"""Connections: one client for each lane, one set of certificates for all."""

from __future__ import annotations

import re
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from taskops.errors import UsageError
from taskops.providers.http.redact import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _Forgetful(httpx.Cookies):
    """
    No service has cookies for a key, and what one sets is not kept.

    Nor is each answer looked through for them, a seventh of what a request takes.
    """

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them where they are."""


class _Client(httpx.Client):
    """The client of one lane."""

    _none = _Forgetful()

    @property  # type: ignore[misc]  # nobody sets any
    def cookies(self) -> httpx.Cookies:
        """None, for ever."""
        return self._none


@dataclass(slots=True)
class Clients:
    """The clients of one service; a shared one would serialise the lanes."""

    origin: str
    wsgi: Callable[..., Any] | None = None
    _here: threading.local = field(default_factory=threading.local)
    _opened: list[httpx.Client] = field(default_factory=list)
    _context: ssl.SSLContext | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def mine(self) -> httpx.Client:
        """The client of this lane."""
        client: httpx.Client | None = getattr(self._here, "client", None)
        if client is None:
            client = self._here.client = self._open()
            with self._lock:
                self._opened.append(client)
        return client

    def close(self) -> None:
        """Close all, those of other lanes too."""
        with self._lock:
            opened, self._opened = self._opened, []
        for client in opened:
            client.close()

    def _open(self) -> httpx.Client:
        if self.wsgi is not None:
            transport = httpx.WSGITransport(app=_cut_off(self.wsgi))
            return _Client(transport=transport, follow_redirects=False)
        if self.origin.startswith("http://"):
            # Loopback: a proxy of the environment would never find it.
            return _Client(
                follow_redirects=False, trust_env=False, verify=self._certificates()
            )
        try:
            return _Client(follow_redirects=False, verify=self._certificates())
        except (ImportError, ValueError, httpx.InvalidURL):
            # Not repeated: a password may stand in it.
            raise UsageError(
                "the proxy that the environment names cannot be used",
                "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is no address of a web proxy",
                "write it as http://HOST:PORT, or unset it",
            ) from None

    def _certificates(self) -> ssl.SSLContext:
        """One for all lanes: reading the certificates takes longer than a request."""
        with self._lock:
            if self._context is None:
                # Nothing on loopback has a certificate: there is none to be trusted.
                plain = self.origin.startswith("http://")
                self._context = (
                    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                    if plain
                    else httpx.create_ssl_context()
                )
            return self._context


def safe(origin: str) -> bool:
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


def without_user(origin: str) -> str:
    """The address as it may be shown: a password may stand before the host."""
    return UNSEEN.sub(" ", re.sub(r"[^/@]*@", "", origin))


def _cut_off(app: Callable[..., Any]) -> Callable[..., Any]:
    """The application with its resets as the network would tell them."""

    def call(*arguments: Any) -> Any:
        try:
            return app(*arguments)
        except ConnectionError as error:
            raise httpx.ReadError(str(error)) from error

    return call
