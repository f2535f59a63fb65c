"""Why a person should look at a change first, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from taskops.model.values import SENSITIVE, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from taskops.model.change import Update
    from taskops.render.sheet import Field

_SENSITIVE = dict(SENSITIVE)


def of_update(change: Update, fields: Iterable[Field]) -> tuple[str, ...]:
    """What an update takes over, overwrites, or lets the task reach."""
    fields = tuple(fields)
    told = [*of_origin(change.origin)]
    if change.adopts:
        told.append("takes over an object that was not made from here")
    if change.loses_draft:
        told.append("overwrites a draft that was edited on the service")
    if any("proxy" in field.path for field in fields):
        told.append("changes the proxy")
    names = [name for field in fields for name in _secrets_in(field)]
    told += _secrets("sends again" if change.resend else "changes", names)
    return tuple(told)


def of_given(spec: Mapping[str, object]) -> tuple[str, ...]:
    """What a new one gets that deserves a look."""
    configuration = spec.get("browserConfiguration")
    proxy = isinstance(configuration, Mapping) and bool(configuration.get("proxy"))
    told = ["uses a proxy"] if proxy else []
    return (*told, *_secrets("is given", _secret_keys(spec)))


def of_origin(origin: str) -> tuple[str, ...]:
    """That somebody else has changed it too."""
    match origin:
        case "drift":
            return ("undoes a change made on the service",)
        case "conflict":
            return ("git and the service both changed it",)
        case _:
            return ()


def _secrets(verb: str, names: Iterable[str]) -> list[str]:
    """By their keys; a value is nowhere."""
    keys = sorted(set(names))
    if not keys:
        return []
    noun = "secret" if len(keys) == 1 else "secrets"
    return [f"{verb} the {noun} {', '.join(keys)}"]


def _secrets_in(field: Field) -> Iterator[str]:
    """The keys of what is secret on either side of a difference."""
    for value in (field.before, field.after):
        if "secrets" in field.path[:-1] or value == _SENSITIVE:
            yield field.path[-1]
        elif isinstance(value, Mapping):
            yield from _secret_keys(value, given="secrets" in field.path)


def _secret_keys(values: Mapping[str, object], *, given: bool = False) -> Iterator[str]:
    for name, value in values.items():
        if given or isinstance(value, Secret) or value == _SENSITIVE:
            yield name
        elif isinstance(value, Mapping):
            yield from _secret_keys(value, given=name == "secrets")
