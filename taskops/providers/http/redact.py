"""Take secrets out of a text by what they are, not by where they stand."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST = 4
"""Characters below which a value is too common to be searched for."""

HIDDEN = "(redacted)"

# C0 and C1 controls, and the marks that make text run another way.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class Redactor:
    """Knows every secret that went out, in each form that may come back."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """From now on this value is taken out of every text."""
        if len(secret) < SHORTEST:
            return
        raw = secret.encode()
        encoded = base64.b64encode(raw).decode()
        self._forms |= {
            secret,
            quote(secret, safe=""),
            encoded,
            encoded.rstrip("="),
            base64.urlsafe_b64encode(raw).decode(),
            raw.hex(),
        }

    def clean(self, text: str) -> str:
        """The text without secrets and without characters that nobody can see."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, HIDDEN)
        return UNSEEN.sub(" ", text).strip()
