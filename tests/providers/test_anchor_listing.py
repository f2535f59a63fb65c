"""A listing is whole only when its pages add up."""

from __future__ import annotations

import threading
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from providers.pages import Pages, Row, row

from taskops.applying.lanes import Lanes
from taskops.errors import ReadFailed
from taskops.providers.anchor.listing import (
    AT_ONCE,
    BREATH,
    ROOM,
    Listing,
    Page,
    Part,
    list_row,
    list_tasks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    lanes = Lanes(4)
    yield lanes
    lanes.close()


def ids(pages: Pages, lanes: Lanes | None = None) -> tuple[set[str], str]:
    listed = list_tasks(pages.door(), lanes)
    return {one.task.id for one in listed.rows}, listed.incomplete_because


def test_every_page_is_read_and_numbers_travel_as_text(lanes: Lanes) -> None:
    pages = Pages([row(n) for n in range(250)])

    found, why = ids(pages, lanes)

    assert len(found) == 250
    assert why == ""
    assert sorted(q["page"] for q in pages.asked) == ["1", "2", "3"]
    assert {q["limit"] for q in pages.asked} == {"100"}


def test_an_empty_account_is_whole() -> None:
    pages = Pages([])

    assert ids(pages) == (set(), "")
    assert len(pages.asked) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"cap": 40},
        {"cap": 40, "told": 100},
        {"cap": 40, "refuses_over_cap": True},
        {"cap": 1},
    ],
)
def test_a_service_with_smaller_pages_is_listed_whole(settings: dict[str, Any]) -> None:
    pages = Pages([row(n) for n in range(90)], **settings)

    found, why = ids(pages)

    assert len(found) == 90
    assert why == ""


def test_a_row_that_two_pages_have_counts_once() -> None:
    rows = [row(n) for n in range(150)]
    # Somebody makes a task after the first page: everything moves down by one.
    pages = Pages(rows, moves=lambda rows: _insert_once(rows, after=1, pages=pages))

    found, why = ids(pages)

    assert why == ""
    assert len(found) == 151


def _insert_once(rows: list[Row], after: int, pages: Pages) -> None:
    if len(pages.asked) == after + 1:
        rows.insert(0, row(9999))


def test_a_row_that_no_page_has_makes_the_listing_incomplete() -> None:
    pages = Pages([row(n) for n in range(5)], total=6)

    found, why = ids(pages)

    assert len(found) == 5
    assert "speaks of 6" in why
    assert "listed 5" in why


def test_a_total_that_moves_for_ever_makes_the_listing_incomplete() -> None:
    number = iter(range(1000, 2000))
    rows = [row(n) for n in range(150)]
    pages = Pages(rows, moves=lambda rows: rows.insert(0, row(next(number))))

    _, why = ids(pages)

    assert why != ""


def test_a_total_that_promises_the_moon_is_not_followed() -> None:
    pages = Pages([row(n) for n in range(150)], total=10**9)

    found, why = ids(pages)

    assert len(found) == 150
    assert why != ""
    assert len(pages.asked) <= 3 * (AT_ONCE + 1)


def test_a_service_that_ignores_the_page_is_not_asked_for_ever(
    lanes: Lanes,
) -> None:
    same = {"tasks": [row(1)], "total": 10**30}
    pages = Pages([], answer={"data": same})

    found, why = ids(pages, lanes)

    assert len(found) == 1
    assert f"the service speaks of {10**30} tasks and listed 1" in why
    assert len(pages.asked) <= 3 * (AT_ONCE + 1)


def test_deleted_rows_are_not_there() -> None:
    pages = Pages([row(1), row(2, deleted=True)])

    assert ids(pages) == ({"id-0001"}, "")


def test_an_answer_without_its_wrapper_is_understood() -> None:
    pages = Pages([], answer={"tasks": [row(1)], "total": 1, "page": 1, "limit": 100})

    assert ids(pages) == ({"id-0001"}, "")


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"tasks": []}},
        {"data": {"total": 0}},
        {"data": {"tasks": {}, "total": 0}},
        {"data": {"tasks": [], "total": "0"}},
        {"data": {"tasks": ["x"], "total": 1}},
        {"data": {"tasks": [{"name": "no id"}], "total": 1}},
        {"ok": True},
    ],
)
def test_another_form_is_a_failed_read_and_never_an_empty_account(
    answer: dict[str, Any],
) -> None:
    with pytest.raises(ReadFailed):
        ids(Pages([], answer=answer))


def test_a_listing_does_not_hold_the_code_of_the_account() -> None:
    pages = Pages([row(n, code="x" * 20_000 + str(n)) for n in range(300)])
    door = pages.door()

    tracemalloc.start()
    listed = list_tasks(door, None)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(listed.rows) == 300
    assert held < 1_500_000


def test_the_code_of_a_row_is_part_of_its_fingerprint() -> None:
    one, other = (
        list_tasks(Pages([row(1, code=code)]).door(), None).rows[0].task.row
        for code in ("x", "y")
    )

    assert one != other


@pytest.mark.parametrize(("weight", "most"), [(1000, 4), (ROOM // 2, 2), (ROOM * 2, 1)])
def test_heavy_pages_are_read_by_few_lanes(
    lanes: Lanes, weight: int, most: int
) -> None:
    readers: set[int] = set()

    def ask(wanted: Page) -> Part:
        number, _ = wanted
        if number > 1:
            readers.add(threading.get_ident())
            time.sleep(0.005)
        one = list_row(row(number))
        return Part((one,), total=40, size=1, weight=weight)

    listing = Listing(ask, lanes)
    while (listed := listing.turn(BREATH)) is None:
        pass

    assert len(listed.rows) == 40
    assert len(readers) <= most
