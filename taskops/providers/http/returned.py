"""What a run returned, without the secrets that it was given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.values import freeze, thaw
from taskops.providers.http.redact import HIDDEN

if TYPE_CHECKING:
    from taskops.model.step import JobState
    from taskops.model.values import Tree, Value
    from taskops.providers.http.redact import Redactor

SHORTEST_NUMBER = 6
"""Digits below which a number that is like a secret may well be another one."""


def cleaned(state: JobState, redactor: Redactor) -> JobState:
    """What became of a run, without the secrets that it was given."""
    detail = redactor.clean(state.detail)
    return replace(state, detail=detail, result=returned(state.result, redactor))


def returned(result: Tree, redactor: Redactor) -> Tree:
    """The same result; only what holds a secret is another one."""
    return MappingProxyType(
        {redactor.without(k): _value(value, redactor) for k, value in result.items()}
    )


def _value(value: Value, redactor: Redactor) -> Value:
    match value:
        case str():
            return _text(value, redactor)
        case Mapping():
            return returned(value, redactor)
        case tuple():
            return tuple(_value(item, redactor) for item in value)
        case int() if len(str(value)) >= SHORTEST_NUMBER:
            # A secret of digits alone may come back as a number.
            return HIDDEN if redactor.without(str(value)) == HIDDEN else value
        case _:
            return value


def _text(text: str, redactor: Redactor) -> str:
    """JSON stays JSON: a schema may ask for it, and the run was paid for."""
    told = redactor.without(text)
    if told == text or not text.lstrip().startswith(("{", "[")):
        return told
    try:
        value = _value(freeze(json.loads(text)), redactor)
    except (ValueError, RecursionError):
        return told
    return json.dumps(thaw(value), ensure_ascii=False)
