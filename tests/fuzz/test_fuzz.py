from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.targets import SEEDS, TARGETS
from taskops.providers.http import door

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = settings(
    max_examples=150,
    deadline=10_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SCALARS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 10**30, 1.5, "", "a", "\x1b[31m", "\ud800", "x/y", [], {}, [[]]]
)
VALUES = SCALARS | st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2), max_leaves=4
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ATTEMPTS", 1)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


@st.composite
def mangled(draw: st.DrawFn, name: str) -> bytes:
    """What would be right, with something else in one or two places."""
    value: Any = {"": copy.deepcopy(draw(st.sampled_from(SEEDS[name])))}
    for _ in range(draw(st.integers(1, 2))):
        *above, last = draw(st.sampled_from([p for p in places(value) if p]))
        inside = value
        for key in above:
            inside = inside[key]
        if isinstance(inside, dict) and draw(st.booleans()):
            del inside[last]
            if not value:
                return b""
        else:
            # A value of its own: what is drawn is the same object each time, and
            # the next change may be made inside it.
            inside[last] = copy.deepcopy(draw(VALUES))
    return json.dumps(value[""]).encode() if "" in value else b""


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_whatever_stands_in_a_field_it_ends_well_or_with_words(name: str) -> None:
    @SETTINGS
    @given(st.data())
    def feed(data: st.DataObject) -> None:
        first = bytes([data.draw(st.integers(0, 5))]) if name == "answers" else b""
        TARGETS[name](first + data.draw(mangled(name)))

    feed()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_whatever_bytes_come_it_ends_well_or_with_words(name: str) -> None:
    @SETTINGS
    @given(st.binary(max_size=300))
    def feed(data: bytes) -> None:
        TARGETS[name](data)

    feed()
