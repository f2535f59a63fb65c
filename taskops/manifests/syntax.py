"""The syntax tree of task code: what stands where, whatever the text looks like."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node, Parser

FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
    }
)
_WRAPPED: Final = frozenset(
    {"parenthesized_expression", "as_expression", "satisfies_expression"}
    | {"non_null_expression", "type_assertion"}
)
# Which field of a node is what its other field is named by.
_NAMED: Final = {
    "variable_declarator": ("name", "value"),
    "pair": ("key", "value"),
    "assignment_expression": ("left", "right"),
    "assignment_pattern": ("left", "right"),
    "object_assignment_pattern": ("left", "right"),
    "public_field_definition": ("name", "value"),
    "required_parameter": ("pattern", "value"),
}


def tree(content: bytes, *, jsx: bool) -> Node:
    """The root of the tree; what the parser does not know is a node `ERROR`."""
    return _parser(jsx).parse(content).root_node


# Loaded only where code is looked at: the grammar takes 13 ms.
@cache
def _parser(jsx: bool) -> Parser:
    import tree_sitter_typescript as grammars  # noqa: PLC0415
    from tree_sitter import Language, Parser  # noqa: PLC0415

    grammar = grammars.language_tsx() if jsx else grammars.language_typescript()
    return Parser(Language(grammar))


def text(node: Node | None) -> str:
    """The text of a node."""
    return (node.text or b"").decode("utf-8", "replace") if node else ""


def string(node: Node | None) -> str | None:
    """What is between the quotes, unless the node is no plain text in quotes."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    if any(child.type == "template_substitution" for child in node.children):
        return None
    return text(node)[1:-1]


def bare(node: Node | None) -> Node | None:
    """The expression inside parentheses and casts."""
    while node is not None and node.type in _WRAPPED and node.named_children:
        last = node.type == "type_assertion"
        node = node.named_children[-1 if last else 0]
    return node


def at(root: Node, start: int, length: int) -> Node | None:
    """The smallest node around these bytes."""
    return root.named_descendant_for_byte_range(start, start + length - 1)


def value_of(name: Node) -> Node | None:
    """What the thing of that name is set to: `name = value`, `{name: value}`, …."""
    parent = name.parent
    if parent is not None and parent.type in ("string", "member_expression"):
        name, parent = parent, parent.parent
    if parent is None or parent.type not in _NAMED:
        return None
    field, value = _NAMED[parent.type]
    if parent.child_by_field_name(field) != name:
        return None
    return bare(parent.child_by_field_name(value))


def arguments(call: Node | None) -> Sequence[Node]:
    """What a call is given."""
    given = call.child_by_field_name("arguments") if call else None
    return given.named_children if given else ()


def method(call: Node | None) -> str:
    """The name after the last dot of what is called; empty for anything else."""
    called = call.child_by_field_name("function") if call else None
    if called is None or called.type != "member_expression":
        return ""
    return text(called.child_by_field_name("property"))


def is_async(function: Node) -> bool:
    """Whether a function says `async`."""
    return any(child.type == "async" for child in function.children)


def waits(node: Node) -> bool:
    """Whether an `await` runs with the node itself, not in a function inside it."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if inner.type == "await_expression":
            return True
        if inner.type not in FUNCTIONS:
            waiting += inner.named_children
    return False


def declared(root: Node) -> Iterator[tuple[str, Node]]:
    """Functions, classes and variables of the file itself, by name."""
    for statement in root.named_children:
        inner = statement.child_by_field_name("declaration") or statement
        for part in (inner, *inner.named_children):
            name = part.child_by_field_name("name")
            if part.type == "variable_declarator":
                value = bare(part.child_by_field_name("value"))
                if value is not None:
                    yield text(name), value
            elif name is not None and part == inner:
                yield text(name), part
