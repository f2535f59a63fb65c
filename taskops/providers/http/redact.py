"""Take secrets out of a text by what they are, not by where they stand."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST = 4
"""Characters below which a value is too common to be searched for."""

HIDDEN = "(redacted)"

# C0 and C1 controls, and the marks that make text run another way.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class Redactor:
    """Knows every secret that went out, in each form that may come back."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self._lock = threading.Lock()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """From now on this value is taken out of every text."""
        if len(secret) < SHORTEST:
            return
        with self._lock:
            # A new tuple each time: another lane may be at the old one.
            forms = {*self._forms, *_forms_of(secret)}
            self._forms = tuple(sorted(forms, key=len, reverse=True))

    def clean(self, text: str, longest: int | None = None) -> str:
        """
        The text without secrets and without characters that nobody can see.

        Cut to `longest` only then: half a secret is one that nobody recognises.
        """
        for form in self._forms:
            # A host comes back in lower case, whatever was sent.
            text = re.sub(re.escape(form), HIDDEN, text, flags=re.IGNORECASE)
        return UNSEEN.sub(" ", text).strip()[:longest]


LEAST_INSIDE = 8
"""Characters of base64 below which it may be anything."""


def _inside(raw: bytes) -> Iterator[str]:
    """The part of a longer base64 text that is this secret, wherever it begins."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw).decode()
        whole = (before + len(raw)) * 8 // 6
        part = text[-(-before * 8 // 6) : whole]
        if len(part) >= LEAST_INSIDE:
            yield part
            yield part.translate(str.maketrans("+/", "-_"))


def _forms_of(secret: str) -> set[str]:
    """As it was sent, and as a service or a proxy may write it back."""
    raw = secret.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(raw).decode()
    url_safe = base64.urlsafe_b64encode(raw).decode()
    escaped = quote(raw, safe="")
    return {
        secret,
        escaped,
        re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), escaped),
        quote_plus(raw),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        encoded,
        encoded.rstrip("="),
        url_safe,
        url_safe.rstrip("="),
        raw.hex(),
        *_inside(raw),
    }
