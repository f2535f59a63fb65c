"""
A fast yes or no to what a schema asks, for data that is almost always right.

Only the words that our schemas use are known here; a schema with another word is
an error of ours, told when it is compiled. What people read comes from jsonschema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, TypeAlias, cast

from taskops.manifests.forms import FORMATS, ecma
from taskops.manifests.known import Schema, follow
from taskops.manifests.schemas import schema

Check: TypeAlias = Callable[[object], bool]

_TYPES: Final[Mapping[str, type]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
_SAID_ELSEWHERE: Final = frozenset(
    {
        *("$schema", "$id", "$defs", "title", "description", "default", "examples"),
        *("markdownDescription", "markdownEnumDescriptions"),
        *("errorMessage", "patternErrorMessage"),
        *("doNotSuggest", "x-secret", "then", "else", "required"),
        "additionalProperties",
    }
)


@cache
def gate(kind: str) -> Check:
    """Whether data is right by the schema of that name."""
    home = schema(kind)
    return compiled(home, home)


def compiled(part: object, home: Schema) -> Check:
    """The check of one schema; raises KeyError for a word it does not know."""
    part, home = follow(part, home)
    only = part.get("type")
    checks = [
        _KEYWORDS[word](value, part)(home)
        for word, value in part.items()
        if word not in _SAID_ELSEWHERE and not (word == "type" and type(only) is str)
    ]
    if "properties" not in part and {"required", "additionalProperties"} & part.keys():
        checks.append(_fields({}, part)(home))
    check = _typed(_TYPES[only], checks) if type(only) is str else _all(checks)
    return _remembering(check) if "allOf" in part else check


def _typed(only: type, checks: Sequence[Check]) -> Check:
    """The type first: it is asked of nearly every value, and the rest of few."""
    match checks:
        case []:
            return lambda value: type(value) is only
        case [one]:
            return lambda value: type(value) is only and one(value)
        case _:
            rest = _all(checks)
            return lambda value: type(value) is only and rest(value)


REMEMBERED: Final = 1000
"""Right values that one check keeps: a project says the same in many manifests."""


def _remembering(check: Check) -> Check:
    """The same check, which knows flat values again that it found right."""
    right: set[object] = set()

    def again(value: object) -> bool:
        if type(value) is not dict:
            return check(value)
        # With the types: one equals true.
        key = (*value.items(), *map(type, value.values()))
        try:
            if key in right:
                return True
        except TypeError:
            return check(value)
        is_right = check(value)
        if is_right and len(right) < REMEMBERED:
            right.add(key)
        return is_right

    return again


def _all(checks: Sequence[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(value: object) -> bool:
        for one in checks:  # noqa: SIM110 - a generator costs more than the checks
            if not one(value):
                return False
        return True

    return check


_Late: TypeAlias = Callable[[Schema], Check]
"""A check that is made once it is known whose definitions its `$ref`s mean."""


def _type(names: object, _part: Schema) -> _Late:
    types = tuple(_TYPES[name] for name in cast("list[str]", names))
    return lambda _home: lambda value: type(value) in types


def _enum(values: object, _part: Schema) -> _Late:
    listed = cast("list[object]", values)
    allowed = {(type(value) is bool, value) for value in listed}

    def check(value: object) -> bool:
        if isinstance(value, dict | list):
            return False
        return (type(value) is bool, value) in allowed

    return lambda _home: check


def _const(value: object, part: Schema) -> _Late:
    return _enum([value], part)


def _pattern(pattern: object, _part: Schema) -> _Late:
    @cache  # compiled for the first text: most fields of a schema are seldom used
    def search() -> Callable[[str], object]:
        return re.compile(ecma(str(pattern))).search

    return lambda _home: (
        lambda value: not isinstance(value, str) or search()(value) is not None
    )


def _format(name: object, _part: Schema) -> _Late:
    check = FORMATS[str(name)]
    return lambda _home: check


def _size(kind: type, least: bool) -> Callable[[object, Schema], _Late]:
    def make(limit: object, _part: Schema) -> _Late:
        number = cast("int", limit)

        def check(value: object) -> bool:
            if type(value) is not kind:
                return True
            size = len(cast("Sequence[object]", value))
            return size >= number if least else size <= number

        return lambda _home: check

    return make


def _bound(least: bool) -> Callable[[object, Schema], _Late]:
    def make(limit: object, _part: Schema) -> _Late:
        number = cast("float", limit)

        def check(value: object) -> bool:
            if type(value) is not int and type(value) is not float:
                return True
            return value >= number if least else value <= number

        return lambda _home: check

    return make


def _items(part: object, _part: Schema) -> _Late:
    def make(home: Schema) -> Check:
        inner = compiled(part, home)
        return lambda value: type(value) is not list or all(map(inner, value))

    return make


def _unique(_wanted: object, _part: Schema) -> _Late:
    def check(value: object) -> bool:
        if type(value) is not list:
            return True
        # Our lists are of texts; a list in a list is refused by `items`.
        return all(type(v) is str for v in value) and len(set(value)) == len(value)

    return lambda _home: check


def _names(part: object, _part: Schema) -> _Late:
    def make(home: Schema) -> Check:
        inner = compiled(part, home)
        return lambda value: type(value) is not dict or all(map(inner, value))

    return make


def _needs(rules: object, _part: Schema) -> _Late:
    listed = cast("Mapping[str, list[str]]", rules)
    return lambda _home: (
        lambda value: (
            type(value) is not dict
            or all(
                needed in value
                for name, needs in listed.items()
                if name in value
                for needed in needs
            )
        )
    )


def _both(parts: object, _part: Schema) -> _Late:
    listed = cast("list[object]", parts)
    return lambda home: _all([compiled(part, home) for part in listed])


def _if(part: object, whole: Schema) -> _Late:
    def make(home: Schema) -> Check:
        asked = compiled(part, home)
        then = compiled(whole.get("then", {}), home)
        otherwise = compiled(whole.get("else", {}), home)
        return lambda value: then(value) if asked(value) else otherwise(value)

    return make


def _fields(properties: object, whole: Schema) -> _Late:
    parts = cast("Mapping[str, object]", properties)
    required = tuple(cast("list[str]", whole.get("required", [])))
    more = whole.get("additionalProperties", True)

    def make(home: Schema) -> Check:
        known = {name: compiled(part, home) for name, part in parts.items()}
        others = None if more is True or more is False else compiled(more, home)

        def check(value: object) -> bool:
            if type(value) is not dict:
                return True
            for name in required:
                if name not in value:
                    return False
            for name, inner in value.items():
                asked = known.get(name, others)
                if asked is None:
                    if more is False:
                        return False
                elif not asked(inner):
                    return False
            return True

        return check

    return make


_KEYWORDS: Final[Mapping[str, Callable[[object, Schema], _Late]]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "minLength": _size(str, least=True),
    "maxLength": _size(str, least=False),
    "minItems": _size(list, least=True),
    "maxProperties": _size(dict, least=False),
    "minimum": _bound(least=True),
    "maximum": _bound(least=False),
    "items": _items,
    "uniqueItems": _unique,
    "propertyNames": _names,
    "dependentRequired": _needs,
    "allOf": _both,
    "if": _if,
    "properties": _fields,
}
