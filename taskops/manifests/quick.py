"""The fast way through a file: plain data, or None as soon as anything is unusual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from taskops.manifests.lines import Root
from taskops.manifests.scalars import NOT_TEXT, OddScalarError, plain
from taskops.manifests.tokens import (
    ALIAS,
    DOCUMENT,
    MAPPING_END,
    MAX_DEPTH,
    SCALAR,
    SEQUENCE,
    SEQUENCE_END,
    Event,
    parser_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class _UnusualError(Exception):
    """Something that the careful way has to look at."""


def quick(text: str) -> list[Root] | None:
    """Every document of a text that has nothing unusual, else None."""
    if "\\" in text:  # an escape can hide what a glance at the text would show
        return None
    try:
        return _documents(parser_for(text).get_event)
    except (_UnusualError, OddScalarError, yaml.YAMLError):
        return None


def _documents(get: Callable[[], Event]) -> list[Root]:
    roots = []
    get()
    while type(start := get()) is DOCUMENT:
        if start.version or start.tags:
            raise _UnusualError
        first = get()
        mark = first.start_mark
        roots.append(Root(_node(get, first, 1), mark.line + 1, mark.column + 1))
        get()
    return roots


# One function and no method calls: this is where the time goes.
def _node(get: Callable[[], Event], event: Event, depth: int) -> object:
    kind = type(event)
    if kind is ALIAS or event.anchor is not None or event.tag is not None:
        raise _UnusualError
    if kind is SCALAR:
        value = event.value
        if event.implicit[0] and (not value or value[0] in NOT_TEXT):
            return plain(value)
        return value
    if depth > MAX_DEPTH:
        raise _UnusualError
    if kind is SEQUENCE:
        items = []
        while type(event := get()) is not SEQUENCE_END:
            items.append(_node(get, event, depth + 1))
        return items
    fields: dict[str, object] = {}
    while type(event := get()) is not MAPPING_END:
        key = _node(get, event, depth + 1)
        if type(key) is not str or key in fields:
            raise _UnusualError
        fields[key] = _node(get, get(), depth + 1)
    return fields
