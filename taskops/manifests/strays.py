"""Keys and passwords that stray into code: by their form, their name, their use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from taskops.manifests import syntax
from taskops.manifests.odd import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_FORMS: Final = {
    b"sk-": re.compile(rb"sk-[A-Za-z0-9_-]{20,}"),
    b"k_live_": re.compile(rb"k_live_[A-Za-z0-9]{16,}"),
    b"sb_live_": re.compile(rb"sb_live_[A-Za-z0-9_]{8,}"),
    b"bu_": re.compile(rb"bu_[A-Za-z0-9_-]{20,}"),
    b"AKIA": re.compile(rb"AKIA[0-9A-Z]{16}\b"),
    b"gh": re.compile(rb"gh[pousr]_[A-Za-z0-9]{30,}"),
    b"xox": re.compile(rb"xox[abprs]-[A-Za-z0-9-]{10,}"),
    b"AIza": re.compile(rb"AIza[0-9A-Za-z_-]{35}"),
    b"-----BEGIN": re.compile(rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"),
}
_NAMES: Final = (b"api_key", b"apikey", b"api-key", b"password", b"secret", b"token")
_TYPING: Final = ("fill", "type", "pressSequentially")

_KEY = re.compile(r"(?=.*\d)[\w+/=.~-]{16,}")
# A password is guessed only where no selector or label looks the same.
_PASSWORD = re.compile(r"(?![#.])(?=.*[\d!@$%^&*?])[^\s\[\]<>{}]{8,}")
_MADE_UP = re.compile(r"(?i)your|example|placeholder|dummy|change.?me|x{4}|\*{4}|://")


def keys_by_form(content: bytes) -> Iterator[int]:
    """Where something has the form of a vendor's key, comments included."""
    for word, form in _FORMS.items():
        for at in places(content, word):
            before = content[at - 1 : at] if at else b""
            if form.match(content, at) and not re.match(rb"[\w-]", before):
                yield at


def keys_by_name(content: bytes, root: Node) -> Iterator[int]:
    """Where something that is named as a key or password is set to a text."""
    lower = content.lower()
    for word in _NAMES:
        for at in places(lower, word):
            node = syntax.at(root, at, len(word))
            if node is None or not _ends_with(node, word):
                continue
            value = syntax.value_of(node)
            if value is not None and value.type == "binary_expression":
                value = syntax.bare(value.child_by_field_name("right"))
            if value is not None and _gives_away(value, word == b"password"):
                yield at


def keys_typed(content: bytes, root: Node) -> Iterator[int]:
    """Where a text is typed into a field for passwords."""
    for at in places(content.lower(), b"password"):
        node = syntax.at(root, at, len(b"password"))
        while node is not None and node.type in ("string_fragment", "string"):
            node = node.parent
        call = node.parent if node is not None and node.type == "arguments" else None
        given = syntax.arguments(call)
        if syntax.method(call) in _TYPING:
            given = given[1:]
        else:
            outer = call.parent.parent if call and call.parent else None
            given = syntax.arguments(outer) if syntax.method(outer) in _TYPING else ()
        if given and _gives_away(given[0], True):
            yield given[0].start_byte


def _ends_with(node: Node, word: bytes) -> bool:
    name = syntax.text(node).lower().rstrip("_0123456789")
    return len(name) < 60 and name.endswith(word.decode())


def _gives_away(value: Node, is_password: bool) -> bool:
    words = syntax.string(value)
    if words is None or len(words) > 4096 or _MADE_UP.search(words):
        return False
    return (_PASSWORD if is_password else _KEY).fullmatch(words) is not None
