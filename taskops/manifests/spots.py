"""Places in a text, what is wrong there, and characters that nobody can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from taskops.model.dataclass import dataclass

if TYPE_CHECKING:
    from taskops.model.values import Path

# They reorder what a reader sees, so that a diff shows other text than is sent.
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Spot(NamedTuple):
    """A line and a column, both counting from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with the YAML itself."""

    spot: Spot
    path: Path
    text: str
    hint: str


def is_hidden(character: str) -> bool:
    """Whether a character changes what a reader sees without being seen."""
    code = ord(character)
    return (
        character in BIDI
        or (code < 32 and character not in "\t\n\r")
        or 0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
    )


def shown(key: str) -> str:
    """A field name that is safe and short enough for a sentence."""
    safe = "".join("\ufffd" if is_hidden(c) or c in "\t\n\r`" else c for c in key)
    return safe if len(safe) <= 60 else safe[:57] + "…"
