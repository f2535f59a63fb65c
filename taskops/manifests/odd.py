"""One odd thing in code, and the search that finds where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, order=True)
class Odd:
    """Where it is, counted in bytes; what it is; what mends it."""

    at: int
    words: str
    hint: str
    once: bool = False
    """Whether the first of its words stands for all of them in the file."""


# Searching for a word and looking closer there is many times faster than one
# expression that is tried at every character of the file.
def occurrences(content: bytes, word: bytes) -> Iterator[int]:
    """Where the word stands."""
    at = content.find(word)
    while at >= 0:
        yield at
        at = content.find(word, at + 1)


def keys_at(found: Iterator[int]) -> Iterator[Odd]:
    """What looks like keys, where they are."""
    words = "this looks like a key or a password in the code"
    for at in found:
        yield Odd(at, words, "take it from an `ANCHOR_` input")
