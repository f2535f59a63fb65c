"""The door to PyYAML: its event parser in C, or in Python where C is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH: Final = 64


# As plain types: the stubs give every kind of event attributes of its own, and no
# common ground that a reader of all of them could stand on.
ALIAS: Final[type[object]] = yaml.AliasEvent
SCALAR: Final[type[object]] = yaml.ScalarEvent
DOCUMENT: Final[type[object]] = yaml.DocumentStartEvent
SEQUENCE: Final[type[object]] = yaml.SequenceStartEvent
SEQUENCE_END: Final[type[object]] = yaml.SequenceEndEvent
MAPPING_END: Final[type[object]] = yaml.MappingEndEvent


class Mark(Protocol):
    """A place in a text; both count from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Event(Protocol):
    """One YAML event; each kind of event has only some of these."""

    @property
    def start_mark(self) -> Mark: ...
    @property
    def anchor(self) -> str | None: ...
    @property
    def tag(self) -> str | None: ...
    @property
    def value(self) -> str: ...
    @property
    def implicit(self) -> tuple[bool, bool]: ...
    @property
    def version(self) -> object: ...
    @property
    def tags(self) -> object: ...


class Parser(Protocol):
    """Whatever hands out YAML events one by one."""

    def get_event(self) -> Event: ...


def _pick() -> object:
    try:
        from yaml._yaml import CParser  # noqa: PLC0415 - not on every machine
    except ImportError:
        return yaml.SafeLoader
    return CParser


parser_for = cast("Callable[[str], Parser]", _pick())
