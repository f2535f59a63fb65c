"""Requests and answers in words, for `--debug`: whole, and without a secret."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskops.providers.http.redact import Redactor

LONGEST = 2000
"""Characters of a body that are shown."""

# A secret that only the service knows cannot be searched for by its value.
SECRET = re.compile(
    r"pass|secret|token|cookie|credential|authori|username|api_?key", re.IGNORECASE
)
HIDDEN = "(sensitive)"


def dump(sign: str, first: str, body: object, redactor: Redactor) -> Iterator[str]:
    """What was sent (`>`) or came back (`<`): a line, and a line with its body."""
    yield f"{sign} {redactor.clean(first)}"
    if body not in (None, b"", ""):
        yield f"{sign} {redactor.clean(_text(body))[:LONGEST]}"


def _text(body: object) -> str:
    try:
        value = json.loads(body) if isinstance(body, bytes) else body
        return json.dumps(_veiled(value), ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace") if isinstance(body, bytes) else ""


def _veiled(value: object, secret: bool = False) -> object:
    """The same, with nothing at the places where secrets stand."""
    match value:
        case dict():
            return {
                key: _veiled(item, secret or _holds(str(key), item))
                for key, item in value.items()
            }
        case list() | tuple():
            return [_veiled(item, secret) for item in value]
        case str() if secret and value:
            return HIDDEN
        case _:
            return value


def _holds(key: str, item: object) -> bool:
    """Whether a field holds a secret: by its name, or as the server of a proxy."""
    return bool(SECRET.search(key)) or (key == "server" and isinstance(item, str))
