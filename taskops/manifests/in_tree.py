"""
What is odd about code as its syntax tree shows it.

A search for words finds where to look, which is fast; the tree says what stands
there, so that comments and texts are not taken for code. Where the parser does not
understand the code, nothing is said about its shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.manifests import syntax
from taskops.manifests.odd import keys_at
from taskops.manifests.sandbox import imports, inputs
from taskops.manifests.shape import not_exported, side_effects
from taskops.manifests.strays import keys_by_name, keys_typed

if TYPE_CHECKING:
    from taskops.manifests.odd import Odd


def odd_in_tree(content: bytes, *, jsx: bool) -> list[Odd]:
    """Everything that is odd about the code, in no order."""
    root = syntax.tree(content, jsx=jsx)
    return [
        *inputs(content, root),
        *imports(content, root),
        *keys_at(keys_by_name(content, root)),
        *keys_at(keys_typed(content, root)),
        *not_exported(root),
        *side_effects(root),
    ]
