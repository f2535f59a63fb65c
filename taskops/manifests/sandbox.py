"""Inputs and imports that the sandbox does not give to code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.manifests import syntax
from taskops.manifests.odd import Odd, occurrences
from taskops.manifests.packages import is_relative, lacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node


def inputs(content: bytes, root: Node) -> Iterator[Odd]:
    """Inputs that never arrive, each once."""
    for at in occurrences(content, b"process.env"):
        node = syntax.at(root, at, len(b"process.env"))
        if node is None or node.type != "member_expression" or node.start_byte != at:
            continue
        for name in map(syntax.text, _read_from(node)):
            if name and not name.startswith("ANCHOR_"):
                words = f"the input `{name}` never arrives: inputs begin with `ANCHOR_`"
                yield Odd(at, words, f"use `process.env.ANCHOR_{name}`", once=True)


def _read_from(env: Node) -> Iterator[Node]:
    """The names that are read: `env.NAME`, `env["NAME"]`, `{ NAME } = env`."""
    parent = env.parent
    if syntax.text(env) != "process.env" or parent is None:
        return
    field = parent.child_by_field_name
    outer = parent.parent
    is_set = outer is not None and outer.type == "assignment_expression"
    if outer is not None and is_set and outer.child_by_field_name("left") == parent:
        return
    if parent.type == "member_expression" and (name := field("property")):
        yield name
    index = field("index") if parent.type == "subscript_expression" else None
    if index is not None and index.type == "string":
        yield from index.named_children
    pattern = field("name") if parent.type == "variable_declarator" else None
    for part in pattern.named_children if pattern is not None else ():
        if part.type == "shorthand_property_identifier_pattern":
            yield part
        else:
            key, left = map(part.child_by_field_name, ("key", "left"))
            yield from (name for name in (key or left,) if name)


def imports(content: bytes, root: Node) -> Iterator[Odd]:
    """Imports of what the sandbox does not have, or is not known to have."""
    for word in (b"import", b"require", b"export"):
        for at in occurrences(content, word):
            node = root.descendant_for_byte_range(at, at + len(word) - 1)
            if node is None or node.type not in ("import", "export", "identifier"):
                continue
            source = _source(node)
            name = syntax.string(source)
            if source is None or not name:
                continue
            if is_relative(name):
                words = "a relative import cannot work: only this file is uploaded"
                yield Odd(source.start_byte, words, "put the code into this file")
            elif lacks(name):
                words = f"the sandbox is not known to have the package `{name}`"
                hint = "use anchorbrowser, playwright, zod or a module of Node itself"
                yield Odd(source.start_byte, words, hint)


def _source(word: Node) -> Node | None:
    """The text that names what is imported; none where only types are."""
    if word.parent is not None and word.parent.type == "import":
        word = word.parent
    whole = word.parent
    if whole is None:
        return None
    if whole.type in ("import_statement", "export_statement"):
        if any(child.type == "type" for child in whole.children):
            return None
        clauses = [c for c in whole.children if c.type == "import_require_clause"]
        return (clauses[0] if clauses else whole).child_by_field_name("source")
    if whole.type == "call_expression" and syntax.text(word) in ("import", "require"):
        given = syntax.arguments(whole)
        is_called = whole.child_by_field_name("function") == word
        return given[0] if given and is_called else None
    return None
