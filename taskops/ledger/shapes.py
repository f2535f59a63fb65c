"""Read JSON of a ledger strictly: what is not as it must be is named."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from taskops.errors import DamagedLedger
from taskops.model.record import IDENTIFIER
from taskops.model.resource import Address


@dataclass(frozen=True, slots=True)
class Part:
    """A value in a ledger's JSON, where it is, and the way out if it is wrong."""

    value: object
    place: str
    hint: str = ""

    def damaged(self, what: str) -> DamagedLedger:
        """The error that says what is wrong here."""
        return DamagedLedger(
            "the ledger is damaged", f"{self.place}: {what}", self.hint
        )

    def mapping(self) -> Mapping[str, object]:
        """The value as an object with keys."""
        if not isinstance(self.value, Mapping):
            raise self.damaged(f"must be an object, not {_kind(self.value)}")
        return self.value

    def part(self, key: str) -> Part:
        """What is at a key; None where it is missing."""
        return Part(self.mapping().get(key), f"{self.place}/{key}", self.hint)

    def parts(self, key: str) -> list[tuple[str, Part]]:
        """What the object at a key holds; nothing where it is missing."""
        inner = self.part(key)
        if inner.value is None:
            return []
        return [(name, inner.part(name)) for name in inner.mapping()]

    def items(self, key: str) -> list[Part]:
        """What the list at a key holds; nothing where it is missing."""
        inner = self.part(key)
        if inner.value is None:
            return []
        if not isinstance(inner.value, list):
            raise inner.damaged(f"must be a list, not {_kind(inner.value)}")
        return [
            Part(item, f"{inner.place}/{number}", self.hint)
            for number, item in enumerate(inner.value)
        ]

    def text(self, key: str) -> str:
        """The string at a key; empty where it is missing."""
        return self.maybe(key) or ""

    def need(self, key: str) -> str:
        """The string at a key, which must be there."""
        text = self.text(key)
        if not text:
            raise self.part(key).damaged("is missing")
        return text

    def maybe(self, key: str) -> str | None:
        """The string at a key; None where it is null or missing."""
        part = self.part(key)
        if part.value is not None and not isinstance(part.value, str):
            raise part.damaged(f"must be a string, not {_kind(part.value)}")
        return part.value

    def identifier(self, key: str) -> str:
        """The id at a key; empty where it is missing."""
        text = self.text(key)
        if not IDENTIFIER.fullmatch(text):
            raise self.part(key).damaged("is no id: a request with it leads elsewhere")
        return text

    def choice(self, key: str, *words: str) -> str:
        """The string at a key, which must be one of the words."""
        text = self.need(key)
        if text not in words:
            raise self.part(key).damaged(f"`{text}` is none of {', '.join(words)}")
        return text

    def whole(self, key: str, default: int = 0) -> int:
        """The whole number at a key."""
        part = self.part(key)
        if part.value is None:
            return default
        if not isinstance(part.value, int) or isinstance(part.value, bool):
            raise part.damaged(f"must be a whole number, not {_kind(part.value)}")
        return part.value

    def seconds(self, key: str) -> float:
        """The number at a key, which must be there."""
        part = self.part(key)
        if not isinstance(part.value, int | float) or isinstance(part.value, bool):
            raise part.damaged(f"must be a number, not {_kind(part.value)}")
        try:
            return float(part.value)
        except OverflowError:
            raise part.damaged("is too large a number") from None

    def flag(self, key: str) -> bool:
        """The yes or no at a key; no where it is missing."""
        part = self.part(key)
        if part.value is not None and not isinstance(part.value, bool):
            raise part.damaged(f"must be true or false, not {_kind(part.value)}")
        return bool(part.value)

    def address(self, key: str) -> Address:
        """The address at a key."""
        try:
            return Address.parse(self.need(key))
        except ValueError as error:
            raise self.part(key).damaged(str(error)) from None


def read_json(data: bytes, place: str, hint: str) -> Part:
    """The JSON in some bytes; raises DamagedLedger when there is none."""
    try:
        value = json.loads(data, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Part(None, place, hint).damaged(f"is not JSON ({error})") from None
    return Part(value, place, hint)


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"`{word}` is not a number of JSON")
    return number


def write_json(value: object) -> bytes:
    """The way JSON is written in a ledger: sorted, so that a diff is small."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1
    )
    return (text + "\n").encode("utf-8", "surrogatepass")


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"
