"""Keys and passwords that stray into code: by their name, and by their use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from taskops.manifests import syntax
from taskops.manifests.keys import NAMES, looks_secret
from taskops.manifests.odd import occurrences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_TYPING: Final = ("fill", "type", "pressSequentially")


def keys_by_name(content: bytes, root: Node) -> Iterator[int]:
    """Where something that is named as a key or password is set to a text."""
    lower = content.lower()
    for word in NAMES:
        for at in occurrences(lower, word):
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
    for at in occurrences(content.lower(), b"password"):
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
    return words is not None and looks_secret(words, is_password=is_password)
