"""Thousands of tasks say the same of timeouts and recordings; it is kept once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskops.model.values import Secret, at, frozen

if TYPE_CHECKING:
    from taskops.model.values import Value


def test_what_many_say_is_kept_once() -> None:
    one = frozen({"timeout": {"idle_timeout": 3}, "description": "one"})
    other = frozen({"timeout": {"idle_timeout": 3}, "description": "other"})

    assert one["timeout"] is other["timeout"]


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), (1, 1.0), (None, False), ("1", 1)]
)
def test_what_is_kept_once_keeps_its_types(one: Value, other: Value) -> None:
    trees = [frozen({"a": {"b": value}}) for value in (one, other)]

    assert [type(at(tree, ("a", "b"))) for tree in trees] == [type(one), type(other)]


def test_secrets_are_never_taken_for_each_other() -> None:
    trees = [frozen({"proxy": {"password": Secret(text)}}) for text in ("one", "two")]

    first, second = (at(tree, ("proxy", "password")) for tree in trees)
    assert isinstance(first, Secret)
    assert isinstance(second, Secret)
    assert first.differs(second)


def test_a_tree_does_not_change_with_what_it_was_made_of() -> None:
    inner = {"changes": "with-its-source"}
    tree = frozen({"a": inner})
    inner["changes"] = "now"

    assert at(tree, ("a", "changes")) == "with-its-source"
    assert at(frozen({"a": inner}), ("a", "changes")) == "now"
