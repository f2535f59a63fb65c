"""
What is odd about task code: warnings with file, line and column, never an error.

A search for words finds where to look, which is fast; the syntax tree says what
stands there, so that comments and texts are not taken for code. Where the parser
does not understand the code, nothing is said about its shape.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from taskops.manifests import syntax
from taskops.manifests.odd import Odd, places
from taskops.manifests.sandbox import imports, inputs
from taskops.manifests.shape import not_exported, side_effects
from taskops.manifests.spots import BIDI
from taskops.manifests.strays import keys_by_form, keys_by_name, keys_typed
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
    odd = [*_hidden(content), *_keys(keys_by_form(content))]
    if len(content) <= MAX_PARSED:
        root = syntax.tree(content, jsx=jsx)
        odd += inputs(content, root)
        odd += imports(content, root)
        odd += _keys(keys_by_name(content, root))
        odd += _keys(keys_typed(content, root))
        odd += not_exported(root)
        odd += side_effects(root)
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


def _keys(found: Iterator[int]) -> Iterator[Odd]:
    words = "this looks like a key or a password in the code"
    for at in found:
        yield Odd(at, words, "take it from an `ANCHOR_` input")


def _hidden(content: bytes) -> Iterator[Odd]:
    if content.isascii():
        return
    words = "an invisible character makes this line read other than it runs"
    for character in BIDI:
        for at in places(content, character.encode()):
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
