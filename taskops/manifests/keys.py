"""What keys and passwords look like: by their form, by the name that they are given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from taskops.manifests.odd import occurrences

if TYPE_CHECKING:
    from collections.abc import Iterator

# Compiled when the word before is found, which is seldom.
_FORMS: Final = {
    b"sk-": rb"sk-[A-Za-z0-9_-]{20,}",
    b"k_live_": rb"k_live_[A-Za-z0-9]{16,}",
    b"sb_live_": rb"sb_live_[A-Za-z0-9_]{8,}",
    b"bu_": rb"bu_[A-Za-z0-9_-]{20,}",
    b"AKIA": rb"AKIA[0-9A-Z]{16}\b",
    b"gh": rb"gh[pousr]_[A-Za-z0-9]{30,}",
    b"xox": rb"xox[abprs]-[A-Za-z0-9-]{10,}",
    b"AIza": rb"AIza[0-9A-Za-z_-]{35}",
    b"-----BEGIN": rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----",
}
NAMES: Final = (b"api_key", b"apikey", b"api-key", b"password", b"secret", b"token")

# What is set as a key or token, and what is set or typed as a password, which is
# guessed only where no selector or label looks the same.
_SET: Final = r"(?=.*\d)[\w+/=.~-]{16,}"
_TYPED: Final = r"(?![#.])(?=.*[\d!@$%^&*?])[^\s\[\]<>{}]{8,}"
_MADE_UP: Final = r"(?i)your|example|placeholder|dummy|change.?me|x{4}|\*{4}|://"


def keys_by_form(content: bytes) -> Iterator[int]:
    """Where something has the form of a vendor's key, comments included."""
    for word, form in _FORMS.items():
        for at in occurrences(content, word):
            before = content[at - 1 : at] if at else b""
            if re.compile(form).match(content, at) and not re.match(rb"[\w-]", before):
                yield at


def looks_secret(words: str, *, is_password: bool) -> bool:
    """Whether a text could be a key, or a password."""
    if not 8 <= len(words) <= 4096:
        return False
    if not re.fullmatch(_TYPED if is_password else _SET, words):
        return False
    return not re.search(_MADE_UP, words)
