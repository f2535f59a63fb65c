"""
The fast way to a record: None as soon as anything is not as we write it.

What is wrong with a record, and where, is found by `records`; ten thousand records
that are right need no places. Nothing is copied: the JSON was read for this alone.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from taskops.model.record import IDENTIFIER, Record, Seen, Source
from taskops.model.resource import Address
from taskops.model.values import EMPTY, Code, Secret, Tree, Value, shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.record import Residual

KEYS: Final = frozenset(
    {
        *("address", "kind", "id", "name", "draft", "live", "version", "spec", "code"),
        *("residual", "seen", "protected", "job", "next", "source"),
    }
)
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_TEXTS: Final = frozenset({str, type(None)})
_NONE: Final = cast("Mapping[str, Residual]", EMPTY)
_NOWHERE: Final = Source()
DEEPEST: Final = 20


class _OddError(Exception):
    """Something that has to be looked at closely."""


def plain_record(value: object) -> Record | None:
    """The record of a task with code that nothing is odd about, or None."""
    if type(value) is not dict or value.keys() != KEYS or value["kind"] != "code":
        return None
    try:
        return _record(value)
    except _OddError:
        return None


def _record(value: dict[str, Any]) -> Record:
    texts = (value["address"], value["id"], value["name"], value["version"])
    digests = (value["draft"], value["live"])
    if (
        any(type(text) is not str for text in texts)
        or not IDENTIFIER.fullmatch(texts[1])
        or any(type(digest) not in _TEXTS for digest in digests)
        or type(value["protected"]) is not bool
        or value["residual"] != {}
        or value["job"] is not None
        or value["next"] is not None
    ):
        raise _OddError
    provider, slash, name = texts[0].partition("/")
    if not (provider and slash and name):
        raise _OddError
    return Record(
        Address(provider, name),
        "code",
        texts[1],
        texts[2],
        value["draft"],
        value["live"],
        texts[3],
        residual=_NONE,
        seen=_seen(value["seen"]),
        protected=value["protected"],
        source=_source(value["source"]),
        # Last, for it makes the tree of the JSON itself.
        spec=_spec(value["spec"], value["code"]),
    )


def _spec(spec: object, code: object) -> Tree:
    if type(spec) is not dict or type(code) is not dict or "code" in spec:
        raise _OddError
    sha256, size = code.get("sha256"), code.get("bytes")
    if type(sha256) is not str or not sha256 or type(size) is not int:
        raise _OddError
    tree = _revive(spec, DEEPEST)
    spec["code"] = Code(sha256, size, no_bytes)
    return tree


def _revive(values: dict[str, Any], deepest: int) -> Tree:
    """The mapping as a tree, made of itself."""
    if not deepest:
        raise _OddError
    for key, value in values.items():
        if type(value) not in _SCALARS:
            values[key] = _value(value, deepest)
    return MappingProxyType(values)


def _value(value: object, deepest: int) -> Value:
    if type(value) is dict:
        if value == {"sensitive": True}:
            return Secret(None)
        return shared(value) or _revive(value, deepest - 1)
    if type(value) is list and all(type(item) in _SCALARS for item in value):
        return tuple(value)
    raise _OddError


def _seen(seen: object) -> Seen | None:
    if seen is None:
        return None
    if type(seen) is not dict:
        raise _OddError
    row, draft, live = seen.get("row"), seen.get("draft"), seen.get("live")
    partly = seen.get("partly", False)
    if type(row) is not str or not row or {type(draft), type(live)} - _TEXTS:
        raise _OddError
    if type(partly) is not bool:
        raise _OddError
    return Seen(row, draft, live, not partly)


def _source(source: object) -> Source:
    if type(source) is not dict:
        raise _OddError
    path, commit = source.get("path"), source.get("commit")
    if type(path) is not str or type(commit) is not str:
        raise _OddError
    return Source(path, commit) if path or commit else _NOWHERE


def no_bytes() -> bytes:
    """What a ledger answers when it is asked for code."""
    raise LookupError("the ledger knows a code's digest, not its bytes")
