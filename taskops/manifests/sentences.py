"""What a person reads about a value that a schema refuses: never the value itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

from taskops.manifests.known import fields_of, offered_by
from taskops.manifests.naming import field_hint, name_of, near, owner_of
from taskops.manifests.schemas import schema
from taskops.manifests.spots import shown

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from taskops.model.values import Path

TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "object": "a mapping of fields",
    "array": "a list",
    "null": "empty",
}


class Said(NamedTuple):
    """One finding: where, what, and how to mend it."""

    path: Path
    text: str
    hint: str
    at_name: bool = False
    """Whether it is about the field's name and not about its value."""


_Say: TypeAlias = "Callable[[ValidationError, Path], Iterator[Said]]"


def sentences(error: ValidationError) -> Iterator[Said]:
    """What there is to say about one verdict of the schema."""
    path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        yield from _field_name(error, path)
        return
    say = _SAYINGS.get(str(error.validator), _anything)
    yield from say(error, path)


def _anything(_error: ValidationError, path: Path) -> Iterator[Said]:
    yield Said(path, f"{name_of(path)} is not allowed as it is", "see `taskops schema`")


def _type(error: ValidationError, path: Path) -> Iterator[Said]:
    wanted = error.validator_value
    kinds = [wanted] if isinstance(wanted, str) else list(cast("list[str]", wanted))
    kinds = [kind for kind in kinds if kind != "null"]
    text = f"{name_of(path)} must be {' or '.join(TYPES[kind] for kind in kinds)}"
    yield Said(path, text + _instead(error.instance), _type_hint(error.instance, kinds))


def _instead(value: object) -> str:
    match value:
        case None:
            return ", and is empty"
        case bool():
            return ", and is `true` or `false`"
        case int():
            return ", and is a number"
        case float():
            return ", and is a number with a fraction or an exponent"
        case str():
            return ", and is a text"
        case Mapping():
            return ", and is a mapping"
        case _:
            return ", and is a list"


def _type_hint(value: object, kinds: Sequence[str]) -> str:
    if value is None:
        return "write a value, or remove the line"
    if "string" in kinds and isinstance(value, int | float):
        return "quote it"
    if "array" in kinds and not isinstance(value, Mapping):
        return "write it as a list: `[…]`"
    if "boolean" in kinds:
        return "write `true` or `false`, without quotes"
    if "integer" in kinds and isinstance(value, str | float):
        return "write digits only, without quotes"
    return f"write {TYPES[kinds[0]]}"


def _enum(error: ValidationError, path: Path) -> Iterator[Said]:
    values = cast("list[object]", error.validator_value)
    if not values:  # nothing may stand here
        yield from _never(error, path)
        return
    words = [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
    if path and path[-1] == "country_code":
        yield _country(error, path, words)
        return
    text = f"{name_of(path)} must be {_one_of(words)}"
    only = f"write `{words[0]}`, or remove the line" if len(words) == 1 else ""
    hint = near(error.instance, words) or only or "use one of these"
    yield Said(path, text, hint)


def _country(error: ValidationError, path: Path, words: Sequence[str]) -> Said:
    proxy = next(kind for kind, codes in offered_by().items() if codes == tuple(words))
    code = error.instance
    others = [kind for kind, codes in offered_by().items() if code in codes]
    if others:
        have = " and ".join(sorted(others)) + (
            " has it" if len(others) == 1 else " have it"
        )
        text = f"`country_code: {code}` is not offered by {proxy}; {have}"
        return Said(path, text, f"use another country, or `type: {min(others)}`")
    text = f"`country_code` is not a country that {proxy} offers"
    if isinstance(code, str) and code.lower() in words:
        return Said(path, text, f"write it in lower-case letters: `{code.lower()}`")
    if code in ("uk", "UK"):
        return Said(path, text, "the code of the United Kingdom is `gb`")
    hint = near(code, words) or "use the two letters of ISO 3166, in lower case"
    return Said(path, text, hint)


def _one_of(words: Sequence[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    if len(quoted) == 1:
        return quoted[0]
    return ", ".join(quoted[:-1]) + f" or {quoted[-1]}"


def _const(error: ValidationError, path: Path) -> Iterator[Said]:
    value = error.validator_value
    word = str(value).lower() if isinstance(value, bool) else str(value)
    hint = f"write `{word}`"
    if path == ("provider",) and error.instance in ("browser_use", "stablebrowse"):
        hint = "add `kind: AgentTask`"
    yield Said(path, f"{name_of(path)} must be `{word}`", hint)


def _pattern(error: ValidationError, path: Path) -> Iterator[Said]:
    rule = _schema(error).get(
        "patternErrorMessage", "it has characters that it may not"
    )
    hint = "use another name" if path and path[-1] == "name" else "change it"
    if str(error.instance).endswith("\n"):
        hint = "write it on one line, without `|` or `>`"
    yield Said(path, f"{name_of(path)} is not allowed: {rule}", hint)


def _field_name(error: ValidationError, path: Path) -> Iterator[Said]:
    key = str(error.instance)
    rule = _schema(error).get(
        "patternErrorMessage", "it has characters that it may not"
    )
    text = f"the name `{shown(key)}` is not allowed in {name_of(path)}: {rule}"
    yield Said((*path, key), text, "use another name", at_name=True)


def _required(error: ValidationError, path: Path) -> Iterator[Said]:
    there = cast("Mapping[str, object]", error.instance)
    message = _schema(error).get("errorMessage")
    for name in cast("list[str]", error.validator_value):
        if name in there:
            continue
        text = str(message or f"`{name}` is missing{_inside(path)}")
        known = fields_of(error.schema) or fields_of(schema("task"))
        unknown = [key for key in there if key not in known]
        close = get_close_matches(name, unknown, 1, 0.7)
        mistyped = f"; `{shown(close[0])}` looks like it" if close else ""
        only = known.get(name)
        value = only.get("const", "…") if isinstance(only, Mapping) else "…"
        yield Said(path, text, f"add `{name}: {value}`{mistyped}")


def _inside(path: Path) -> str:
    return f" in {name_of(path)}" if path else ""


def _additional(error: ValidationError, path: Path) -> Iterator[Said]:
    part = _schema(error)
    known = fields_of(part)
    for key in cast("Mapping[str, object]", error.instance):
        if key in known:
            continue
        owner = owner_of(part, path)
        text = f"`{shown(key)}` is not a field of {owner}"
        yield Said((*path, key), text, field_hint(key, part), at_name=True)


def _shorter(_error: ValidationError, path: Path) -> Iterator[Said]:
    yield Said(
        path, f"{name_of(path)} must not be empty", "write a value, or remove it"
    )


def _longer(error: ValidationError, path: Path) -> Iterator[Said]:
    size = len(cast("str", error.instance))
    text = f"{name_of(path)} has {size} characters, "
    text += f"at most {error.validator_value} are allowed"
    yield Said(path, text, "shorten it")


def _least(error: ValidationError, path: Path) -> Iterator[Said]:
    text = f"{name_of(path)} must be at least {error.validator_value}"
    yield Said(path, text, "use a larger number")


def _most(error: ValidationError, path: Path) -> Iterator[Said]:
    text = f"{name_of(path)} must be at most {error.validator_value}"
    yield Said(path, text, "use a smaller number")


def _format(error: ValidationError, path: Path) -> Iterator[Said]:
    if error.validator_value == "uuid":
        example = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
        yield Said(
            path, f"{name_of(path)} must be an id such as {example}", "copy the id"
        )
        return
    text = f"{name_of(path)} must be a whole URL"
    yield Said(path, text, "write it with its protocol, as in `https://shop.example`")


def _unique(_error: ValidationError, path: Path) -> Iterator[Said]:
    yield Said(path, f"{name_of(path)} has the same entry twice", "remove one of them")


def _few(_error: ValidationError, path: Path) -> Iterator[Said]:
    yield Said(
        path, f"{name_of(path)} must not be an empty list", "add an entry, or remove it"
    )


def _many(error: ValidationError, path: Path) -> Iterator[Said]:
    text = f"{name_of(path)} has more than {error.validator_value} fields"
    yield Said(path, text, "remove some of them")


def _depends(error: ValidationError, path: Path) -> Iterator[Said]:
    there = cast("Mapping[str, object]", error.instance)
    rules = cast("Mapping[str, list[str]]", error.validator_value)
    for name, needs in rules.items():
        for needed in needs:
            if name in there and needed not in there:
                text = f"`{name}` needs `{needed}`"
                yield Said(
                    (*path, name), text, f"add `{needed}: …`, or remove `{name}`"
                )


def _never(error: ValidationError, path: Path) -> Iterator[Said]:
    text = str(
        _schema(error).get("errorMessage", f"{name_of(path)} is not allowed here")
    )
    other = re.search(r"only for `(type: \w+)`", text)
    hint = f"remove it, or write `{other[1]}`" if other else "remove it"
    yield Said(path, text, "remove one of them" if "both" in text else hint, True)


def _schema(error: ValidationError) -> Mapping[str, object]:
    part: object = error.schema
    return part if isinstance(part, Mapping) else {}


_SAYINGS: Final[dict[str, _Say]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "required": _required,
    "additionalProperties": _additional,
    "minLength": _shorter,
    "maxLength": _longer,
    "minimum": _least,
    "maximum": _most,
    "format": _format,
    "uniqueItems": _unique,
    "minItems": _few,
    "maxProperties": _many,
    "dependentRequired": _depends,
}
