"""Manifests edited in place: whatever says the same keeps its form and its comments."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, MutableSequence
from typing import TYPE_CHECKING, cast

from taskops.comparing.diff import differing_paths
from taskops.manifests.write import PLAIN, WORDS, variable_for
from taskops.model.values import EMPTY, Secret, Value, at, put, thaw

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from taskops.model.values import Path, Tree


def round_trip(text: str) -> tuple[list[object], Dump]:
    """The documents of a file with all that is beside them, and what writes them."""
    # Only `pull` into existing files needs it, and it is slow to import.
    from ruamel.yaml import YAML  # noqa: PLC0415

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(**_indents(text))
    # What stands above a first `---` would be lost.
    above = re.match(r"(?:[ \t]*(?:#.*)?\n)*---[ \t]*(?:#.*)?\n", text)
    head = above[0] if above else ""
    return list(yaml.load_all(text.removeprefix(head))), Dump(yaml, head)


def _indents(text: str) -> dict[str, int]:
    """How far a file sets its fields and its lists in, by the first of each."""
    gap = r":[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*"
    field = re.search(rf"^( *)[\w-]+{gap}\1( +)[^\s#-]", text, re.MULTILINE)
    item = re.search(rf"^( *)[\w-]+{gap}\1( *)-( +)", text, re.MULTILINE)
    offset = len(item[2]) if item else 0
    after = 1 + len(item[3]) if item else 2
    return {
        "mapping": len(field[2]) if field else 2,
        "sequence": offset + after,
        "offset": offset,
    }


class Dump:
    """Writes documents the way they were read, comments included."""

    def __init__(self, yaml: object, head: str) -> None:
        self._yaml = yaml
        self._head = head

    def __call__(self, documents: list[object]) -> bytes:
        stream = io.BytesIO()
        self._yaml.dump_all(documents, stream)  # type: ignore[attr-defined]  # ruamel's YAML
        return self._head.encode() + stream.getvalue()


PROXY = ("browserConfiguration", "proxy")


def lay_over(
    document: MutableMapping[str, object], name: str, old: Tree, new: Tree
) -> tuple[bool, tuple[str, ...]]:
    """Set what differs and remove what is gone; everything else keeps its form."""
    variables = []
    replaced = at(old, (*PROXY, "type")) != at(new, (*PROXY, "type"))
    if replaced:
        # Fields that are not compared, a default or those of a proxy that is off,
        # would be left, and alone or beside another type they are not allowed.
        _remove(document, PROXY)
        old = put(old, PROXY, None)
    without_code = [
        put(tree, ("code",), None) if tree else EMPTY for tree in (old, new)
    ]
    paths = differing_paths(*without_code)
    for path in paths:
        value = at(new, path)
        if isinstance(value, Secret):
            variables.append(variable_for(name, path))
            _set(document, path, _quoted(f"${{env.{variables[-1]}}}"))
        elif value is None:
            _remove(document, path)
        else:
            _set(document, path, _styled(value))
    return replaced or bool(paths), tuple(variables)


def _set(document: MutableMapping[str, object], path: Path, value: object) -> None:
    *above, last = (str(key) for key in path)
    here = document
    for key in above:
        inner = here.get(key)
        if not isinstance(inner, Mapping):
            here[key] = inner = {}
        here = cast("MutableMapping[str, object]", inner)
    there = here.get(last)
    if isinstance(there, MutableSequence) and isinstance(value, list):
        _set_items(there, value)
    else:
        here[last] = value


def _set_items(there: MutableSequence[object], value: list[object]) -> None:
    """An item that is the same keeps its form, and the comment beside it."""
    for number, item in enumerate(value):
        if number == len(there):
            there.append(item)
        elif there[number] != item:
            there[number] = item
    del there[len(value) :]


def _remove(document: MutableMapping[str, object], path: Path) -> None:
    """And what holds nothing any more: with a comment in it, it would be no YAML."""
    key, rest = str(path[0]), path[1:]
    if rest:
        inner = document.get(key)
        if not isinstance(inner, Mapping) or not inner:
            return
        inner = cast("MutableMapping[str, object]", inner)
        _remove(inner, rest)
        if inner:
            return
    document.pop(key, None)


def _styled(value: Value) -> object:
    match value:
        case str():
            text = value.replace("${", "$${")
            plain = PLAIN.fullmatch(text) and text.lower() not in WORDS
            return text if plain else _quoted(text)
        case tuple():
            return [_styled(item) for item in value]
        case Mapping():
            return {key: _styled(item) for key, item in value.items()}
        case _:
            return thaw(value)


def _quoted(text: str) -> object:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString  # noqa: PLC0415

    return DoubleQuotedScalarString(text)
