"""What the schemas know: field names, which fields are secret, who offers what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias, cast

from taskops.manifests.schemas import schema

if TYPE_CHECKING:
    from taskops.model.values import Path

Schema: TypeAlias = "Mapping[str, object]"
ANY = "*"
"""Stands for every field name or index in a path of `secret_paths`."""


def fields_of(part: object) -> Mapping[str, object]:
    """The properties that a schema names."""
    properties = part.get("properties") if isinstance(part, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def follow(part: object, home: Schema) -> tuple[Schema, Schema]:
    """The schema itself, or the one that its `$ref` names; and the file it is in."""
    if not isinstance(part, Mapping):
        return {}, home
    reference = part.get("$ref")
    if not isinstance(reference, str):
        return part, home
    file, _, pointer = reference.partition("#")
    home = schema(file.removesuffix(".v1.json")) if file else home
    target: object = home
    for key in pointer.split("/")[1:]:
        target = cast("Schema", target)[key]
    return follow(target, home)


def nested_in(key: str, kind: str) -> str:
    """The one field of a manifest below which `key` would be known."""
    home = schema(kind)
    parts = [home]
    if kind == "agent-task":
        parts = list(cast("Mapping[str, Schema]", home["$defs"]).values())
    owners = {
        name
        for part in parts
        for name, inner in fields_of(part).items()
        if key in fields_of(follow(inner, home)[0])
    }
    return owners.pop() if len(owners) == 1 else ""


def environment_fields() -> Mapping[str, object]:
    """What taskops.yaml may say of one environment."""
    definitions = cast("Mapping[str, Schema]", schema("taskops")["$defs"])
    return fields_of(definitions["environment"])


@cache
def offered_by() -> Mapping[str, tuple[str, ...]]:
    """The country codes by proxy type."""
    definitions = cast("Mapping[str, Schema]", schema("task")["$defs"])
    offers: dict[str, tuple[str, ...]] = {}
    for rule in cast("list[dict[str, Schema]]", definitions["proxy"]["allOf"]):
        kind = cast("Schema", fields_of(rule["if"])["type"])["const"]
        country = cast("Schema", fields_of(rule["then"])["country_code"])
        if "enum" in country:
            offers[str(kind)] = tuple(cast("list[str]", country["enum"]))
    return offers


@cache
def secret_paths(kind: str) -> tuple[Path, ...]:
    """The paths of all fields that the schema marks secret."""
    home = schema(kind)
    found = list(_secrets(home, home, ()))
    for definition in ("browser_use", "stablebrowse") if kind == "agent-task" else ():
        inner = cast("Mapping[str, Schema]", home["$defs"])[definition]
        found += _secrets(inner, home, ())
    return tuple(dict.fromkeys(found))


def _secrets(part: Schema, home: Schema, path: Path) -> Iterator[Path]:
    part, home = follow(part, home)
    if part.get("x-secret"):
        yield path
    for name, inner in fields_of(part).items():
        yield from _secrets(cast("Schema", inner), home, (*path, name))
    for keyword in ("additionalProperties", "items"):
        inner = part.get(keyword)
        if isinstance(inner, Mapping):
            yield from _secrets(inner, home, (*path, ANY))
