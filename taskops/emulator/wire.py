"""Requests and answers as plain values, and an error in the form of each service."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    302: "Found",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object; raises Failure 400."""
        try:
            value = json.loads(self.body or b"{}", parse_constant=_no_number)
            if b"\\u" in self.body:
                # A lone surrogate is JSON, but no text that could be stored.
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Failure(400, "the body is not JSON") from None
        if not isinstance(value, dict):
            raise Failure(400, "the body is not a JSON object")
        return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Failure(Exception):
    """An error that the service answers, in its own form unless another is named."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        form: str = "",
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.form = form
        self.more = more or {}

    def answer(self, form: str = "nested") -> Answer:
        """The error as it goes over the wire, `form` being the service's own."""
        body: dict[str, object]
        match self.form or form:
            case "error":
                body = {"error": self.message}
            case "detail":
                body = {"detail": self.message}
            case _:
                body = {"error": {"code": self.status, "message": self.message}}
        return answer(body | dict(self.more), self.status)


def answer(value: object, status: int = 200) -> Answer:
    """A JSON answer."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8"})


def request_from(environ: Mapping[str, Any]) -> Request:
    """The request that a WSGI server hands over."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    headers = {
        key[5:].replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    path = environ.get("PATH_INFO", "/") or "/"
    return Request(environ["REQUEST_METHOD"], path, query, headers, body)
