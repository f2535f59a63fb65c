"""When a listing is read for those who wait for a row of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from taskops.applying.asks import Glance
from taskops.applying.glances import PATIENCE, WORTH, Glances
from taskops.model.resource import Address, Identity, Observed, Reading, Target

if TYPE_CHECKING:
    from taskops.model.ports import Provider

ANY = type("Any", (), {"glance": print})()
PROVIDERS = cast("dict[str, Provider]", {"anchor": ANY})


def glances(objects: int) -> Glances[int]:
    return Glances(PROVIDERS, lambda provider: objects)


def wait(those: Glances[int], count: int, since: float = 0.0) -> None:
    for number in range(count):
        at = Identity(Address("anchor", f"t{number}"), f"id{number}", f"t{number}")
        those.park(number, Glance(at), since)


def row(number: int) -> Observed:
    return Observed("anchor", f"id{number}", f"t{number}", row="f" * 64)


def test_a_listing_waits_until_nothing_else_is_left_to_do() -> None:
    those = glances(100)
    wait(those, 3)

    assert those.due(PATIENCE + 1, idle=False) == []
    assert those.due(0.0, idle=True) == ["anchor"]


def test_enough_that_have_waited_are_not_kept_waiting_for_the_rest() -> None:
    those = glances(200)
    wait(those, 2 * WORTH - 1)
    assert those.due(PATIENCE + 1, idle=False) == []

    wait(those, 1)

    assert those.due(PATIENCE - 1, idle=False) == []
    assert those.due(PATIENCE + 1, idle=False) == ["anchor"]


def test_a_listing_that_costs_more_than_looks_is_not_read() -> None:
    those = glances(301)
    wait(those, 3)

    assert those.begin("anchor", 16) == ([], [0, 1, 2])
    assert those.parked == 0


def test_who_is_in_no_part_goes_on_with_the_last_one() -> None:
    those = glances(200)
    wait(those, 3)
    works, _ = those.begin("anchor", 16)
    one, two = (part for part, _ in works)

    assert those.take(two, Reading(Target(""), (row(1),))) == [(1, row(1))]
    assert those.parked == 2
    assert those.take(one, OSError("no route")) == [(0, None), (2, None)]
    assert those.parked == 0


def test_the_rest_is_listed_only_where_that_spares_more_than_it_costs() -> None:
    those = glances(200)
    those.beside(row(1))
    assert those.rest(16) == []

    those.beside(row(2))

    assert len(those.rest(16)) == 2
