"""The part of GitHub's expressions that our workflows use; the rest is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>==|!=|&&|\|\||[!().,]))"
)
STATUS = ("success", "failure", "cancelled", "always")
PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class UnknownError(Exception):
    """Nobody has said here what GitHub would make of it."""


class Names(dict[str, Any]):
    """A context of which every name is known, so that a typing error is found."""

    def __missing__(self, name: str) -> Any:
        raise UnknownError(f"`{name}` is none of {', '.join(self)}")


@dataclass(frozen=True, slots=True)
class Status:
    """What came before, as the functions of status tell it."""

    success: bool = True
    failure: bool = False
    cancelled: bool = False
    always: bool = True


def evaluate(text: str, names: Names, status: Status | None = None) -> Any:
    """The value of one expression, without the braces around it."""
    reader = _Reader(_tokens(text), names, status)
    value = reader.either()
    if reader.tokens:
        raise UnknownError(f"`{text}` goes on with `{reader.tokens[0][1]}`")
    return value


def holds(condition: str | None, names: Names, status: Status) -> bool:
    """Whether what has this `if` runs; without a word on the status, on success."""
    if condition is None:
        return status.success
    text = condition.strip()
    if whole := PLACE.fullmatch(text):
        text = whole[1]
    elif PLACE.search(text):
        raise UnknownError(f"`{text}` is half an expression, and always true")
    tokens = _tokens(text)
    asks = any(
        kind == "name" and word in STATUS and after == ("sign", "(")
        for (kind, word), after in pairwise(tokens)
    )
    return (asks or status.success) and truthy(evaluate(text, names, status))


def filled(value: Any, names: Names) -> Any:
    """A text with the value of each expression in it; other values as they are."""
    if not isinstance(value, str):
        return value
    if whole := PLACE.fullmatch(value):
        return evaluate(whole[1], names)
    return PLACE.sub(lambda place: as_text(evaluate(place[1], names)), value)


def truthy(value: Any) -> bool:
    """Empty is what is absent, false, nought or a text without a letter."""
    return value not in (None, False, 0, "")


def as_text(value: Any) -> str:
    """As it stands in a text, a variable or an input."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    raise UnknownError(f"a {type(value).__name__} in a text")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None:
            raise UnknownError(f"`{text[at:].strip()}` in `{text}`")
        found.append((str(token.lastgroup), token[str(token.lastgroup)]))
        at = token.end()
    return found


@dataclass(slots=True)
class _Reader:
    """Reads and evaluates at once; both sides of `||` too, so that no typo hides."""

    tokens: list[tuple[str, str]]
    names: Names
    status: Status | None

    def either(self) -> Any:
        value = self.both()
        while self.took("||"):
            right = self.both()
            value = value if truthy(value) else right
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.took("&&"):
            right = self.compared()
            value = right if truthy(value) else value
        return value

    def compared(self) -> Any:
        value = self.negated()
        while sign := self.took("==", "!="):
            value = _same(value, self.negated()) is (sign == "==")
        return value

    def negated(self) -> Any:
        if self.took("!"):
            return not truthy(self.negated())
        return self.single()

    def single(self) -> Any:
        if self.took("("):
            value = self.either()
            self.must(")")
            return value
        kind, word = self.next()
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return float(word) if "." in word else int(word)
        if kind != "name":
            raise UnknownError(f"`{word}` where a value must be")
        if self.took("("):
            return self.called(word)
        if word in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word]
        return self.looked_up(self.names[word])

    def looked_up(self, value: Any) -> Any:
        while self.took("."):
            kind, name = self.next()
            if kind != "name":
                raise UnknownError(f"`.{name}`")
            if isinstance(value, Names):
                value = value[name]
            else:
                # What a payload does not have is null, and so is all below it.
                value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def called(self, name: str) -> Any:
        given: list[Any] = []
        while not self.took(")"):
            if given:
                self.must(",")
            given.append(self.either())
        if name in STATUS and not given and self.status is not None:
            return getattr(self.status, name)
        if name == "toJSON" and len(given) == 1:
            return json.dumps(given[0])
        if name == "contains" and len(given) == 2 and isinstance(given[0], str):
            return as_text(given[1]).lower() in given[0].lower()
        if name == "format" and given:
            words = [as_text(one) for one in given[1:]]
            return as_text(given[0]).format(*words)
        raise UnknownError(f"`{name}` with {len(given)} values, in this place")

    def next(self) -> tuple[str, str]:
        if not self.tokens:
            raise UnknownError("the expression ends too early")
        return self.tokens.pop(0)

    def took(self, *signs: str) -> str:
        """The sign that came next, if it is one of these."""
        if self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in signs:
            return self.tokens.pop(0)[1]
        return ""

    def must(self, sign: str) -> None:
        if not self.took(sign):
            raise UnknownError(f"no `{sign}` before {self.tokens}")


def _same(left: Any, right: Any) -> bool:
    """As GitHub compares: texts without case, other kinds as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    for value in (left, right):
        if not isinstance(value, (str, int, float, bool, type(None))):
            raise UnknownError(f"a {type(value).__name__} in a comparison")
    return _number(left) == _number(right)


def _number(value: str | float | None) -> float:
    if isinstance(value, str) and value:
        try:
            return float(value)
        except ValueError:
            return float("nan")
    return float(value or 0)
