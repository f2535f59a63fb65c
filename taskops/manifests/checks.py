"""
What is odd about task code: warnings with file, line and column, never an error.

What has the form of a key is found by a search. For the rest, code that is plain needs
no closer look; for all other the syntax tree says what stands where.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from taskops.manifests.keys import keys_by_form
from taskops.manifests.odd import Odd, keys_at, occurrences
from taskops.manifests.plain_code import is_plain
from taskops.manifests.spots import BIDI
from taskops.model.problem import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE: Final = b"taskops: ignore"
"""A comment with these words silences its line; alone on a line, the next one."""
MAX_PARSED: Final = 256 * 1024
"""More is a bundle: nobody wrote it, and a hostile one takes seconds to parse."""


def odd_things(file: str, content: bytes) -> Iterator[Problem]:
    """Every warning about one code file, by line."""
    for odd in _found(content, file.endswith((".tsx", ".jsx"))):
        start = content.rfind(b"\n", 0, odd.at) + 1
        line = content.count(b"\n", 0, odd.at) + 1
        column = len(content[start : odd.at].decode("utf-8", "replace")) + 1
        where = Location(file, line, column)
        yield Problem(odd.words, "", where, odd.hint, "warning")


# Many manifests may share a few code files.
@lru_cache(maxsize=32)
def _found(content: bytes, jsx: bool) -> tuple[Odd, ...]:
    odd = [*_hidden(content), *keys_at(keys_by_form(content))]
    if len(content) <= MAX_PARSED and (jsx or not is_plain(content)):
        # Felt at every start: the grammar takes as long as the rest of the check.
        from taskops.manifests.in_tree import odd_in_tree  # noqa: PLC0415

        odd += odd_in_tree(content, jsx=jsx)
    kept = (one for one in sorted(set(odd)) if not _is_silenced(content, one.at))
    return tuple(_once(content, kept))


def _once(content: bytes, odd: Iterator[Odd]) -> Iterator[Odd]:
    """One finding of a kind for a line, or for the file."""
    said = set()
    for one in odd:
        line = 0 if one.once else content.count(b"\n", 0, one.at) + 1
        if (one.words, line) not in said:
            said.add((one.words, line))
            yield one


def _hidden(content: bytes) -> Iterator[Odd]:
    if content.isascii():
        return
    words = "an invisible character makes this line read other than it runs"
    for character in BIDI:
        for at in occurrences(content, character.encode()):
            yield Odd(at, words, "remove the bidirectional control")


def _is_silenced(content: bytes, at: int) -> bool:
    if SILENCE not in content:
        return False
    start = content.rfind(b"\n", 0, at) + 1
    end = content.find(b"\n", at)
    if SILENCE in content[start : end if end >= 0 else None]:
        return True
    above = content[content.rfind(b"\n", 0, max(0, start - 1)) + 1 : start].strip()
    return above.startswith((b"//", b"/*")) and SILENCE in above
