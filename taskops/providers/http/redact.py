"""Take secrets out of a text by what they are, not by where they stand."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from taskops.providers.http.escapes import pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST = 4
"""Characters below which a value is too common to be searched for."""

SHORTEST_LINE = 8
"""The same for one line of a secret that has several."""

HIDDEN = "(redacted)"

# C0 and C1 controls, and the marks that make text run another way.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class Redactor:
    """Knows every secret that went out, in each form that may come back."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._waiting: list[str] = []
        """Nobody has asked for them yet, and many are never asked for."""
        self._patterns: tuple[re.Pattern[str], ...] = ()
        self._lock = threading.Lock()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """From now on this value is taken out of every text."""
        if len(secret) < SHORTEST or secret.isspace() or secret in self._known:
            return
        lines = [line.strip() for line in secret.splitlines()]
        parts = [secret, *(line for line in lines if len(line) >= SHORTEST_LINE)]
        with self._lock:
            self._known.add(secret)
            self._waiting += dict.fromkeys(parts)

    def without(self, text: str) -> str:
        """The text without secrets; all else in it stays."""
        kept, at = [], 0
        for begins, ends in _joined(self._found(text)):
            kept += [text[at:begins], HIDDEN]
            at = ends
        return "".join([*kept, text[at:]]) if kept else text

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where secrets stand, though one may begin in another, or in itself."""
        for pattern in self._ready():
            found = pattern.search(text)
            while found is not None:
                yield found.span()
                found = pattern.search(text, found.start() + 1)

    def _ready(self) -> tuple[re.Pattern[str], ...]:
        with self._lock:
            if self._waiting:
                # A new tuple each time: another lane may be at the old one.
                found = map(pattern_of, self._waiting)
                self._patterns = (*self._patterns, *found)
                self._waiting.clear()
            return self._patterns

    def clean(self, text: str, longest: int | None = None) -> str:
        """
        The text without secrets and without characters that nobody can see.

        Cut to `longest` only then: half a secret is one that nobody recognises.
        """
        return UNSEEN.sub(" ", self.without(text)).strip()[:longest]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places in order, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for begins, ends in sorted(spans):
        if joined and begins < joined[-1][1]:
            first, last = joined[-1]
            joined[-1] = first, max(last, ends)
        else:
            joined.append((begins, ends))
    return joined
