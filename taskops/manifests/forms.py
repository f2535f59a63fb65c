"""What texts must look like: patterns as ECMA-262 reads them, URLs and UUIDs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NOT_IN_URLS: Final = r'[\s<>"{}|\\^`\x00-\x1f\x7f]'
# Nearly all are like this, and taking one apart costs far more than a look.
_PLAIN_URL = re.compile(
    r"https?://[A-Za-z0-9-][A-Za-z0-9.-]*(?:/[\w./%&=?,;~+-]*)?\Z", re.ASCII
)
_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"


@cache
def ecma(pattern: str) -> str:
    """A pattern whose `$` is the very end, and not the place before a line end."""
    return pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches as ECMA-262 reads the pattern."""
    return re.search(ecma(pattern), text) is not None


def is_url(value: object) -> bool:
    """Whether a text is a whole URL; anything but a text is not asked about."""
    if not isinstance(value, str):
        return True
    if _PLAIN_URL.match(value):
        return True
    if re.search(_NOT_IN_URLS, value):
        return False
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname)
    return bool(parts.scheme and (parts.netloc or parts.path))


def is_uuid(value: object) -> bool:
    """Whether a text is a UUID; anything but a text is not asked about."""
    return not isinstance(value, str) or re.match(_UUID, value) is not None


FORMATS: Final[Mapping[str, Callable[[object], bool]]] = {
    "uri": is_url,
    "uuid": is_uuid,
}
