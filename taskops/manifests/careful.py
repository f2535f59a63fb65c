"""The careful way through a file: every problem, and the place of every value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from taskops.manifests.scalars import OddScalarError, plain
from taskops.manifests.spots import Spot, Trouble, is_hidden, shown
from taskops.manifests.tokens import (
    ALIAS,
    DOCUMENT,
    MAPPING_END,
    MAX_DEPTH,
    SCALAR,
    SEQUENCE,
    SEQUENCE_END,
    Event,
    Mark,
    parser_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.model.values import Path


@dataclass(slots=True)
class Careful:
    """One document with the places of its keys and values."""

    data: object
    spot: Spot
    keys: dict[Path, Spot]
    values: dict[Path, Spot]
    troubles: list[Trouble] = field(default_factory=list)


class _Stop(Exception):
    """What follows cannot be read."""


def careful(text: str) -> tuple[list[Careful], list[Trouble]]:
    """Every document, and what keeps the rest of the file from being read."""
    documents: list[Careful] = []
    try:
        _read(parser_for(text).get_event, documents)
    except _Stop:
        return documents, []
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        return documents, [_not_yaml(error, text)]
    return documents, []


def _read(get: Callable[[], Event], documents: list[Careful]) -> None:
    get()
    while isinstance(start := get(), DOCUMENT):
        first = get()
        document = Careful(None, _spot(first.start_mark), {}, {})
        documents.append(document)
        if start.version or start.tags:
            text = "directives such as `%YAML` are not used here"
            spot = _spot(start.start_mark)
            document.troubles.append(Trouble(spot, (), text, "remove the line"))
        document.data = _Builder(get, document).node(first, (), 1)
        get()


class _Builder:
    """Builds one document, and notes what it finds."""

    def __init__(self, get: Callable[[], Event], document: Careful) -> None:
        self.get = get
        self.document = document

    def node(self, event: Event, path: Path, depth: int) -> object:
        self.document.values[path] = _spot(event.start_mark)
        self.look(event, path)
        if isinstance(event, ALIAS):
            return None
        if isinstance(event, SCALAR):
            return self.scalar(event, path)
        if depth > MAX_DEPTH:
            self.note(event, path, f"nested deeper than {MAX_DEPTH}", "flatten it")
            raise _Stop
        if isinstance(event, SEQUENCE):
            return self.sequence(path, depth)
        return self.mapping(path, depth)

    def look(self, event: Event, path: Path) -> None:
        """What is wrong with any node, whatever it holds."""
        if isinstance(event, ALIAS):
            text = "an alias (`*`) is not allowed in manifests"
            self.note(event, path, text, "write the value out, or quote the text")
            return
        if event.anchor is not None:
            text = "an anchor (`&`) is not allowed in manifests"
            self.note(event, path, text, "remove it, or quote the text")
        if event.tag is not None:
            text = "a tag (`!`) is not allowed in manifests"
            self.note(event, path, text, "remove it, or quote the text")

    def scalar(self, event: Event, path: Path) -> object:
        if not event.implicit[0]:
            self.characters(event, path)
            return event.value
        try:
            return plain(event.value)
        except OddScalarError as odd:
            self.note(event, path, f"this is {odd}", "quote it if it is a text")
            return None

    def characters(self, event: Event, path: Path) -> None:
        """An escape can make what the bytes of the file do not show."""
        if any(is_hidden(c) for c in event.value):
            text = "an escape stands for an invisible control character"
            self.note(event, path, text, "remove the escape")

    def sequence(self, path: Path, depth: int) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self.get(), SEQUENCE_END):
            items.append(self.node(event, (*path, len(items)), depth + 1))
        return items

    def mapping(self, path: Path, depth: int) -> dict[str, object]:
        fields: dict[str, object] = {}
        while not isinstance(event := self.get(), MAPPING_END):
            key = self.key(event, path, depth)
            here = (*path, key)
            spot = _spot(event.start_mark)
            if key in fields:
                line = self.document.keys[here].line
                text = f"`{shown(key)}` is written twice, first in line {line}"
                self.note(event, here, text, "keep one of them")
                self.node(self.get(), (*here, "(second)"), depth + 1)
                continue
            self.document.keys[here] = spot
            fields[key] = self.node(self.get(), here, depth + 1)
        return fields

    def key(self, event: Event, path: Path, depth: int) -> str:
        value = self.node(event, (*path, "(key)"), depth + 1)
        if isinstance(value, str):
            return value
        text = "a field name must be a text"
        key = event.value if isinstance(event, SCALAR) else "(key)"
        self.note(event, (*path, key), text, "quote it")
        return key

    def note(self, event: Event, path: Path, text: str, hint: str) -> None:
        spot = _spot(event.start_mark)
        self.document.troubles.append(Trouble(spot, path, text, hint))


def _spot(mark: Mark) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)


# libyaml's words on the left; what a person does about it on the right.
_HINTS = {
    "cannot start any token": "indent with spaces, and quote a text that begins "
    "with a special character",
    "mapping values are not allowed": "quote a text that has a colon in it, and check "
    "the indentation",
    "could not find expected ':'": "write the field as `name: value`, and check the "
    "indentation of the line above",
    "did not find expected key": "check the indentation",
    "expected <block end>": "check the indentation",
    "found a tab character": "indent with spaces",
    "did not find expected ','": "close the bracket, or the brace, that is open",
    "unexpected end of stream": "close the quote or the bracket that is open",
    "unknown escape character": "use single quotes, or write the backslash twice",
    "while scanning an alias": "quote a text that begins with `*`",
}


def _not_yaml(
    error: yaml.MarkedYAMLError | yaml.reader.ReaderError, text: str
) -> Trouble:
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        spot = Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))
        words = "a control character is not allowed"
        return Trouble(spot, (), words, "remove the invisible character")
    mark = error.problem_mark or error.context_mark
    spot = Spot(1, 1) if mark is None else Spot(mark.line + 1, mark.column + 1)
    said = f"{error.context or ''} {error.problem or ''}"
    if "nesting depth" in said:
        return Trouble(spot, (), f"nested deeper than {MAX_DEPTH}", "flatten it")
    hints = [hint for words, hint in _HINTS.items() if words in said]
    return Trouble(spot, (), _plainly(error), [*hints, "check the lines around it"][0])


# The Python parser quotes what it found, and that can be part of a password.
_QUOTED = re.compile(r"""(\s*'[]:,}]')|\s*(?:'[^']*'|"[^"]*")""")


def _plainly(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or "it cannot be read").partition(", but found")[0]
    return "this is not YAML: " + _QUOTED.sub(r"\1", problem)
