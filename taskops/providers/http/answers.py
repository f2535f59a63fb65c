"""What an answer says: its JSON, its error, how long to wait."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeAlias, cast

Shape: TypeAlias = Callable[[Mapping[str, object]], bool]
"""Whether an answer has what its kind must have."""


def anything(answer: Mapping[str, object]) -> bool:
    """Any object will do."""
    del answer
    return True


LONGEST_WAIT = 60.0
"""Seconds that one `Retry-After` may ask for; more is refused, not slept."""

READ_OF_A_MESSAGE = 64 * 1024
"""Characters of an error that are looked at; whoever shows it cuts it shorter."""


IDENTIFIER = re.compile(r"(?!\.+\Z)[A-Za-z0-9._~:-]{1,200}")
"""What can be an id: it becomes part of a path, and must not lead elsewhere."""


class Unreadable(Exception):
    """A body that is not the JSON object it should be."""


def parse(body: bytes, shape: Shape = anything) -> Mapping[str, object]:
    """The body as a JSON object of that shape; raises Unreadable."""
    try:
        value = json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        start = body[:READ_OF_A_MESSAGE].decode("utf-8", "replace").strip()
        raise Unreadable(f"not JSON: {start}" if start else "empty") from error
    if not isinstance(value, dict):
        raise Unreadable("not a JSON object")
    found = cast("Mapping[str, object]", value)
    if not shape(found):
        raise Unreadable("not in the documented form")
    return found


def identifier(value: object) -> str:
    """An id as a service gave it; empty for what cannot be one."""
    if isinstance(value, str) and IDENTIFIER.fullmatch(value):
        return value
    return ""


def text_of(item: Mapping[str, object], name: str) -> str:
    """A field as the text it should be; empty for anything else."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    """Python reads `1e999` as infinity, which nobody could write back as JSON."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def message(body: bytes) -> str:
    """
    The error in whatever form a service chose; the raw text where it has none.

    Nested `error.message`, flat `error`, `message`, `detail` (a text, or a list of
    `loc` and `msg`). Not cut to a length: a cut would leave half a secret, which
    nobody recognises, so it is redacted first.
    """
    try:
        value = parse(body)
    except Unreadable:
        text = body[:READ_OF_A_MESSAGE].decode("utf-8", "replace")
        return "" if text.lstrip().startswith("<") else text
    error = value.get("error")
    found: object = error.get("message") if isinstance(error, Mapping) else error
    found = found or value.get("message") or _detail(value.get("detail"))
    return str(found)[:READ_OF_A_MESSAGE] if found else ""


def _detail(detail: object) -> str:
    match detail:
        case str():
            return detail
        case {"message": str(text)}:
            return text
        case [*items]:
            return "; ".join(_located(item) for item in items)
        case _:
            return ""


def _located(item: object) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    loc = item.get("loc")
    where = ".".join(str(part) for part in loc) if isinstance(loc, list) else ""
    return f"{where}: {item.get('msg', '')}" if where else str(item.get("msg", ""))


def retry_after(value: str | None, date: float | None) -> float | None:
    """
    Seconds that the service asks to wait; None where it says nothing usable.

    A date counts from the answer's own `Date`, so that clocks do not matter.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        moment = http_date(value)
        if moment is None or date is None:
            return None
        seconds = moment - date
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def http_date(value: str | None) -> float | None:
    """Seconds since the epoch of an HTTP date; None for anything else."""
    if not value:
        return None
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
