"""Bodies as strictly as the API's document describes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from taskops.emulator.countries import COUNTRIES
from taskops.emulator.wire import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = re.compile(r"[a-zA-Z0-9_-]+")
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
PAGE = re.compile(r"[1-9][0-9]*")
VERSION = re.compile(r"draft|latest|[0-9]+")
MOST_DIGITS = 9
"""Numbers beyond are as good as this many nines."""


def refuse(message: str) -> Failure:
    """A 400 with its reason."""
    return Failure(400, message)


def positive(text: str, where: str) -> int:
    """A page or a limit, which are texts."""
    if not PAGE.fullmatch(text):
        raise refuse(f"{where} must match ^[1-9]\\d*$")
    return int(text) if len(text) <= MOST_DIGITS else 10**MOST_DIGITS - 1


def version_name(value: object) -> str:
    """`draft`, `latest`, or a number."""
    if not isinstance(value, str) or not VERSION.fullmatch(value):
        raise refuse("version must match ^(draft|latest|\\d+)$")
    return value


def version_number(text: str) -> str:
    """A version's number as it is kept: `007` is 7."""
    if len(text) > MOST_DIGITS:
        raise refuse("the version is too large a number")
    return str(int(text))


def inputs(value: object, where: str) -> dict[str, str]:
    """What a run is given: texts by name."""
    found = _object(value, where)
    for name, one in found.items():
        _string(one, f"{where}.{name}")
    return found


def task_name(value: object) -> str:
    """A task's name; `fullmatch`, because `$` would let a newline through."""
    if not isinstance(value, str) or not 1 <= len(value) <= 255:
        raise refuse("name must be a string of 1 to 255 characters")
    if not NAME.fullmatch(value):
        raise refuse("name must match ^[a-zA-Z0-9_-]+$")
    return value


def upsert(body: Mapping[str, Any]) -> None:
    """CreateTaskRequest."""
    for field in ("name", "language"):
        if field not in body:
            raise refuse(f"{field} is required")
    task_name(body["name"])
    version(body, code_may_be_empty=True)


def version(body: Mapping[str, Any], *, code_may_be_empty: bool = False) -> None:
    """The fields that a version has."""
    if "language" in body and body["language"] != "typescript":
        raise refuse("language must be typescript")
    if "code" in body:
        code(body["code"], may_be_empty=code_may_be_empty)
    if "description" in body:
        description(body["description"])
    if "browserConfiguration" in body:
        session(body["browserConfiguration"])


def code(value: object, *, may_be_empty: bool) -> None:
    """Standard base64 without line breaks."""
    if not isinstance(value, str) or not BASE64.fullmatch(value):
        raise refuse("code must be base64: ^[A-Za-z0-9+/]*={0,2}$")
    if not value and not may_be_empty:
        raise refuse("code must have at least 1 character")


def description(value: object) -> None:
    """A text that is not too long."""
    if not isinstance(value, str) or len(value) > 1000:
        raise refuse("description must be a string of at most 1000 characters")


def session(value: object) -> None:
    """SessionConfig; what it does not know is let through."""
    config = _object(value, "browserConfiguration")
    for key, check in SESSION.items():
        if key in config:
            check(config[key], f"browserConfiguration.{key}")


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refuse(f"{where} must be an object")
    return value


def _boolean(value: object, where: str) -> None:
    if not isinstance(value, bool):
        raise refuse(f"{where} must be a boolean")


def _integer(value: object, where: str) -> None:
    whole = isinstance(value, float) and value.is_integer()
    if isinstance(value, bool) or not (isinstance(value, int) or whole):
        raise refuse(f"{where} must be an integer")


def _string(value: object, where: str) -> None:
    if not isinstance(value, str):
        raise refuse(f"{where} must be a string")


def _url(value: object, where: str) -> None:
    _string(value, where)
    try:
        scheme = urlsplit(str(value)).scheme
    except ValueError:
        scheme = ""
    if not scheme:
        raise refuse(f"{where} must be a URI")


def _tags(value: object, where: str) -> None:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise refuse(f"{where} must be a list of strings")


def _inner(**checks: Callable[[object, str], None]) -> Callable[[object, str], None]:
    def check(value: object, where: str) -> None:
        inside = _object(value, where)
        for key, one in checks.items():
            if key in inside:
                one(inside[key], f"{where}.{key}")

    return check


def proxy(value: object, where: str) -> None:
    """One of two kinds: the service's own, each type with its countries, or custom."""
    found = _object(value, where)
    if "active" not in found:
        raise refuse(f"{where}.active is required")
    _boolean(found["active"], f"{where}.active")
    kind = found.get("type", "anchor_proxy")
    if kind == "custom":
        for key in ("server", "username", "password"):
            if key not in found:
                raise refuse(f"{where}.{key} is required for a custom proxy")
            _string(found[key], f"{where}.{key}")
        return
    if not isinstance(kind, str) or kind not in COUNTRIES:
        raise refuse(f"{where}.type must be one of {', '.join(COUNTRIES)}, custom")
    country = found.get("country_code", "us")
    if not isinstance(country, str) or country not in COUNTRIES[kind]:
        raise refuse(f"{where}.country_code {country!r} is not offered by {kind}")
    for key in ("region", "city"):
        if key in found:
            _string(found[key], f"{where}.{key}")
    if found.get("city") and not found.get("region"):
        raise refuse(f"{where}.city needs region")


SESSION: dict[str, Callable[[object, str], None]] = {
    "initial_url": _url,
    "tags": _tags,
    "recording": _inner(active=_boolean),
    "proxy": proxy,
    "timeout": _inner(max_duration=_integer, idle_timeout=_integer),
    "live_view": _inner(read_only=_boolean, one_time_url=_boolean),
    "x402": _boolean,
}
