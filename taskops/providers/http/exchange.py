"""One request and its whole answer, within one deadline."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from taskops.providers.http.answers import http_date
from taskops.providers.http.failures import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 64 * 1024 * 1024

EMPTY = httpx.ByteStream(b"")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; `seconds` are for all of it, to the last byte of the answer."""

    method: str
    url: str
    body: object
    params: Mapping[str, str]
    headers: Mapping[str, str]
    seconds: float

    def __str__(self) -> str:
        """The line of a log: no headers, where the key is."""
        asked = "&".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.method} {self.url}{'?' if asked else ''}{asked}"


def exchange(client: httpx.Client, request: Request) -> Response:
    """Send it and take the answer whole; raises httpx.HTTPError."""
    ends = time.monotonic() + request.seconds
    with client.stream(
        request.method,
        request.url,
        params=dict(request.params) or None,
        json=request.body,
        headers=dict(request.headers),
        timeout=httpx.Timeout(request.seconds, connect=min(request.seconds, 20.0)),
    ) as response:
        received = _receive(response, ends)
    # A response and its stream refer to each other. Thousands of such cycles wait for
    # the garbage collector, which then stops every lane for as long as an answer takes.
    response.stream = EMPTY
    date = http_date(response.headers.get("date"))
    return Response(response.status_code, response.headers, received, date)


def _receive(response: httpx.Response, ends: float) -> bytes:
    """The whole body: a client's own timeouts are for each read, and drips pass."""
    chunks, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MOST_BYTES:
            raise httpx.DecodingError("the answer is larger than 64 MiB")
        if time.monotonic() > ends:
            raise httpx.ReadTimeout("the answer came too slowly")
        chunks.append(chunk)
    return b"".join(chunks)
