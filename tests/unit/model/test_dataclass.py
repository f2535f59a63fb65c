"""Our `dataclass` and the original make classes that nobody can tell apart."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from taskops.model import dataclass as ours
from taskops.model.problem import Location, Problem
from taskops.model.project import Environment
from taskops.model.resource import Address, Observed, Resource, Version
from taskops.model.values import Code, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = Code("ab", 1, bytes, "a.ts")
VALUES = [
    Location("a.yaml", 1, 2, "$.name"),
    Problem("a", where=Location("a.yaml")),
    CODE,
    Version("ab", extras=frozen({"a": 1})),
    Observed("anchor", "1", "a", draft=Version("ab")),
    Environment("live", {"a": "b"}),
]


def shapes(dataclass: Any, field: Any) -> list[type]:
    """The same classes, made by one or the other."""

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        """With an order."""

        a: int
        b: str = "b"

    @dataclass(frozen=True, slots=True)
    class Fields:
        a: int
        b: int = field(compare=False)
        c: list[int] = field(default_factory=list, repr=False)
        d: str = field(default="d", init=False)
        e: tuple[int, ...] = field(default_factory=tuple, init=False)
        f: str | None = None

        def method(self) -> int:
            return self.a

    @dataclass(frozen=True, slots=True)
    class After:
        a: int
        twice: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "twice", self.a * 2)

        def __repr__(self) -> str:
            return "its own"

    @dataclass(frozen=True, slots=True)
    class Empty:
        """Nothing but its type."""

    return [Ordered, Fields, After, Empty]


PAIRS = list(
    zip(
        shapes(ours.dataclass, ours.field),
        shapes(dataclasses.dataclass, dataclasses.field),
        strict=True,
    )
)
GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((1,), {}),
    ((1, "x"), {}),
    ((1, 2, [3]), {}),
    ((1, 2), {"f": "x"}),
    ((1,), {"a": 2}),
    ((1,), {"unknown": 2}),
    ((1,), {"twice": 2}),
    ((), {"b": 1, "a": 3}),
    ((1, 2, 3, 4, 5, 6), {}),
]


def outcome(action: Callable[[], object]) -> object:
    """What comes of it: a value as text, or which error with which words."""
    try:
        return repr(action())
    except Exception as error:  # noqa: BLE001 - whatever it is, the other must do it too
        return type(error), str(error)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("given", GIVEN, ids=repr)
def test_values_are_made_and_told_alike(one: Any, other: Any, given: Any) -> None:
    words, named = given
    assert outcome(lambda: one(*words, **named)) == outcome(
        lambda: other(*words, **named)
    )


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda made: made.__name__)
@pytest.mark.parametrize(
    "action",
    [
        lambda v: v == copy.copy(v),
        lambda v: v == dataclasses.replace(v, a=2),
        lambda v: dataclasses.replace(v, a=2),
        lambda v: dataclasses.replace(v, unknown=2),
        lambda v: v == 1,
        lambda v: v < dataclasses.replace(v, a=2),
        lambda v: v >= dataclasses.replace(v, a=2),
        lambda v: v < 1,
        lambda v: hash(v) == hash(copy.copy(v)),
        lambda v: len({v, dataclasses.replace(v, a=2)}),
        dataclasses.asdict,
        lambda v: [(f.name, f.init, f.repr, f.compare) for f in dataclasses.fields(v)],
        lambda v: dataclasses.is_dataclass(type(v)),
        copy.deepcopy,
        lambda v: setattr(v, "a", 2),
        lambda v: delattr(v, "a"),
        lambda v: type(v).__match_args__,
        lambda v: type(v).__slots__,
        lambda v: type(v).__doc__ if "order" in str(type(v).__doc__) else "",
        lambda v: hasattr(v, "__dict__"),
        lambda v: type(v).__qualname__,
    ],
)
def test_values_behave_alike(one: Any, other: Any, action: Any) -> None:
    needed = {"b": 2} if one.__name__ == "Fields" else {}
    assert outcome(lambda: action(one(1, **needed))) == outcome(
        lambda: action(other(1, **needed))
    )


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_of_ours_can_be_taken_apart_and_changed(value: Any) -> None:
    fields = [f for f in dataclasses.fields(value) if f.init]

    again = type(value)(**{f.name: getattr(value, f.name) for f in fields})

    assert again == value
    assert dataclasses.replace(value) == value


def test_values_of_ours_are_carried_over() -> None:
    problem = VALUES[1]
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert copy.deepcopy(problem) == problem


def test_a_digest_is_of_the_content_whenever_it_is_asked_for() -> None:
    content = frozen({"description": "a"})
    resource = Resource(Address("anchor", "a"), "code", "a", content, content)

    changed = dataclasses.replace(resource, content=frozen({"description": "b"}))

    assert resource.digest == Version.of(content).digest
    assert changed.digest != resource.digest
    assert dataclasses.replace(resource).digest == resource.digest
