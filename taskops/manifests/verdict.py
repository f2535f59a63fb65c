"""jsonschema's verdict, in our sentences."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from taskops.manifests.forms import FORMATS, matches
from taskops.manifests.schemas import schema
from taskops.manifests.sentences import Said, sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.protocols import Validator

SCHEMAS = ("task", "agent-task", "taskops", "manifest")


def findings(data: object, kind: str) -> list[Said]:
    """Everything that the schema of that name has against the data, each once."""
    errors = validator(kind).iter_errors(cast("Any", data))  # the stubs want JSON
    return list({said: None for error in errors for said in sentences(error)})


@cache
def validator(kind: str) -> Validator:
    """The compiled validator of one schema."""
    registry: Registry[object] = Registry().with_resources(
        (f"{name}.v1.json", DRAFT202012.create_resource(_bare(name)))
        for name in SCHEMAS
    )
    draft = jsonschema.Draft202012Validator
    whole = draft.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict = jsonschema.validators.extend(  # type: ignore[no-untyped-call]  # not in the stubs
        draft, {"pattern": _pattern}, type_checker=whole
    )
    return cast(
        "Validator",
        strict(_bare(kind), registry=registry, format_checker=_formats()),
    )


def _bare(name: str) -> dict[str, object]:
    # A `$schema` makes jsonschema go on with its own class, without our patterns.
    return {word: value for word, value in schema(name).items() if word != "$schema"}


def _pattern(
    _validator: object, pattern: str, text: object, _schema: object
) -> Iterator[jsonschema.ValidationError]:
    if isinstance(text, str) and not matches(pattern, text):
        yield jsonschema.ValidationError("pattern")


def _formats() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name, check in FORMATS.items():
        checker.checks(name)(check)
    return checker
