"""Values and lists of texts are compared without deepdiff, and as it would."""

from __future__ import annotations

import sys
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskops.comparing import diff
from taskops.comparing.diff import differing_paths
from taskops.model.values import Code, Secret, Tree, Value, frozen, put

LEAVES = st.sampled_from(
    [
        *("", "a", "b", 0, 1, 1.0, 30, 30.0, True, False, None),
        *((), (1,), (True,), (1.0,), ("a",), ("a", 1), (1, "a"), ("a", "a")),
        *(((1,),), ({"a": 1},), Secret("a"), Secret(None)),
    ]
)
KEYS = st.sampled_from(["a", "b", "c"])
CODES = st.sampled_from([Code("1" * 64, 3, bytes), Code("2" * 64, 3, bytes)])


def trees(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Tree]:
    return st.dictionaries(KEYS, inner, max_size=3).map(frozen)


@st.composite
def contents(draw: st.DrawFn) -> Tree:
    tree = draw(trees(LEAVES | trees(LEAVES | trees(LEAVES))))
    return put(tree, ("code",), draw(CODES)) if draw(st.booleans()) else tree


@given(contents(), contents())
@settings(max_examples=800, deadline=None)
def test_both_ways_find_the_same_paths(before: Tree, after: Tree) -> None:
    try:
        plainly = set(diff._plainly(before, after, ()))
    except diff._NotPlainError:
        return

    assert plainly == diff._deeply(before, after)


@pytest.mark.parametrize(("old", "new"), [(True, 1), (30, 30.0), ("1", 1), (None, 0)])
def test_types_count(old: Value, new: Value) -> None:
    assert differing_paths(frozen({"a": old}), frozen({"a": new})) == [("a",)]


def test_a_changed_number_beside_a_list_needs_no_deepdiff() -> None:
    there = {"tags": ["shop", "page-1"], "timeout": {"idle_timeout": 3}}
    before = frozen({"browserConfiguration": there})
    after = frozen({"browserConfiguration": there | {"timeout": {"idle_timeout": 4}}})

    with mock.patch.dict(sys.modules, {"deepdiff": None}):
        found = differing_paths(before, after)

    assert found == [("browserConfiguration", "timeout", "idle_timeout")]
