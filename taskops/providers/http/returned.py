"""What a run returned, without the secrets that it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.providers.http.redact import Redactor

if TYPE_CHECKING:
    from taskops.model.step import JobState
    from taskops.model.values import Tree, Value

NOBODY = Redactor()
"""Knows no secret: what it takes out is what nobody can see."""


def cleaned(state: JobState, redactor: Redactor) -> JobState:
    """What became of a run, without the secrets that it was given."""
    detail = redactor.clean(state.detail)
    return replace(state, detail=detail, result=returned(state.result, redactor))


def returned(result: Tree, redactor: Redactor) -> Tree:
    """The same result; only a text that holds a secret is another one."""
    return MappingProxyType(
        {_text(key, redactor): _value(value, redactor) for key, value in result.items()}
    )


def _value(value: Value, redactor: Redactor) -> Value:
    match value:
        case str():
            return _text(value, redactor)
        case Mapping():
            return returned(value, redactor)
        case tuple():
            return tuple(_value(item, redactor) for item in value)
        case _:
            return value


def _text(text: str, redactor: Redactor) -> str:
    # Line ends and spaces are part of a result, so it is only cleaned if it must be.
    clean = redactor.clean(text)
    return text if clean == NOBODY.clean(text) else clean
