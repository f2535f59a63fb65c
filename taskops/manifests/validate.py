"""Documents against their schemas: all problems of a document at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import urlsplit

import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from taskops.manifests.schemas import schema
from taskops.manifests.sentences import Said, sentences
from taskops.model.problem import Location, Problem

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from taskops.model.values import Path

Locate: TypeAlias = "Callable[[Path, bool], Location]"
"""The place of a path; with True the place of its field name."""


def problems_of(data: object, kind: str, locate: Locate) -> list[Problem]:
    """Everything that the schema of that name has against the data."""
    errors = validator(kind).iter_errors(cast("Any", data))  # the stubs want JSON
    found = {said: None for error in errors for said in sentences(error)}
    problems = [
        Problem(said.text, "", locate(said.path, said.at_name), said.hint)
        for said in found
    ]
    return sorted(problems, key=lambda p: (p.where or Location(""), p.summary))


def kind_of(data: object) -> str:
    """The name of the schema that a manifest is for."""
    kind = data.get("kind") if isinstance(data, Mapping) else None
    return {"AgentTask": "agent-task", "Task": "task", None: "task"}.get(
        kind if isinstance(kind, str) or kind is None else "", "manifest"
    )


@cache
def validator(kind: str) -> Validator:
    """The compiled validator of one schema."""
    registry: Registry[object] = Registry().with_resources(
        (f"{name}.v1.json", DRAFT202012.create_resource(schema(name)))
        for name in ("task", "agent-task", "taskops", "manifest")
    )
    draft = jsonschema.Draft202012Validator
    whole = draft.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict = jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # not in the stubs
        draft, {"pattern": _pattern}, type_checker=whole
    )
    return cast(
        "Validator",
        strict(schema(kind), registry=registry, format_checker=_formats()),
    )


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches as ECMA-262 reads the pattern, `$` being the very end."""
    return re.search(re.sub(r"\$\Z", r"\\Z", pattern), text) is not None


def _pattern(
    _validator: object, pattern: str, text: object, _schema: object
) -> Iterator[jsonschema.ValidationError]:
    if isinstance(text, str) and not matches(pattern, text):
        yield jsonschema.ValidationError("pattern")


def _formats() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("uri")(is_url)
    checker.checks("uuid")(is_uuid)
    return checker


def is_url(value: object) -> bool:
    """Whether a text is a whole URL; anything but a text is not asked about."""
    if not isinstance(value, str):
        return True
    if re.search(r'[\s<>"{}|\\^`\x00-\x1f\x7f]', value):
        return False
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname)
    return bool(parts.scheme and (parts.netloc or parts.path))


def is_uuid(value: object) -> bool:
    """Whether a text is a UUID; anything but a text is not asked about."""
    shape = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
    return not isinstance(value, str) or re.match(shape, value) is not None


def under(path: Path, broken: tuple[Path, ...]) -> bool:
    """Whether a path is at or below one of the broken places."""
    return any(path[: len(place)] == place for place in broken)


__all__ = ["Said", "kind_of", "matches", "problems_of", "validator"]
