"""The shape of a task: one async function exported, nothing that runs before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from taskops.manifests import syntax
from taskops.manifests.odd import Odd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_HARMLESS: Final = frozenset(
    {
        *("comment", "empty_statement", "hash_bang_line", "import_statement"),
        *("import_alias", "export_statement", "ERROR"),
        *("function_declaration", "generator_function_declaration"),
        *("function_signature", "class_declaration", "abstract_class_declaration"),
        *("interface_declaration", "type_alias_declaration", "enum_declaration"),
        *("ambient_declaration", "module", "internal_module"),
    }
)
_DECLARATIONS: Final = ("lexical_declaration", "variable_declaration")
_RUNNABLE: Final = "write `export default async function run() { … }`"


def not_exported(root: Node) -> Iterator[Odd]:
    """A file that gives the service nothing to call."""
    words = "no async function is exported as default, so there is nothing to run"
    for statement in root.named_children:
        if statement.type != "export_statement":
            continue
        names = [text for c in statement.named_children for text in _exported_as(c)]
        if "default" in names:
            return
        if any(child.type == "default" for child in statement.children):
            if _cannot_run(statement, root):
                yield Odd(statement.start_byte, words, _RUNNABLE)
            return
    if not root.has_error:
        yield Odd(0, words, _RUNNABLE)


def _exported_as(clause: Node) -> Iterator[str]:
    if clause.type == "export_clause":
        for one in clause.named_children:
            name = one.child_by_field_name("alias") or one.child_by_field_name("name")
            yield syntax.text(name)


def _cannot_run(statement: Node, root: Node) -> bool:
    """Whether what is exported surely is no async function."""
    field = statement.child_by_field_name
    value = syntax.bare(field("value") or field("declaration"))
    if value is not None and value.type == "identifier":
        value = dict(syntax.declared(root)).get(syntax.text(value))
    if value is None or value.has_error:
        return False
    if value.type in syntax.FUNCTIONS:
        return not syntax.is_async(value)
    data = ("object", "array", "string", "template_string", "number", "true", "false")
    return value.type in (*data, "null", "class", "class_declaration")


_RUNS: Final = "this runs when the file is loaded, before the task's function is called"


def side_effects(root: Node) -> Iterator[Odd]:
    """The first statement that runs by itself."""
    for statement in root.named_children:
        if statement.has_error or statement.type in _HARMLESS:
            continue
        if statement.type in _DECLARATIONS:
            runs = syntax.waits(statement)
        elif statement.type == "expression_statement":
            runs = not _is_quiet(statement.named_children)
        else:
            runs = True
        if runs:
            yield Odd(
                statement.start_byte, _RUNS, "move it into the function", once=True
            )


def _is_quiet(expression: list[Node]) -> bool:
    """Whether it is a directive, a namespace, or the older way to export."""
    if not expression:
        return True
    first = expression[0]
    if first.type == "assignment_expression":
        left = syntax.text(first.child_by_field_name("left"))
        return left.startswith(("module.exports", "exports."))
    return first.type in ("string", "internal_module")
