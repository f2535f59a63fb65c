"""The whole account, page by page, and whether it is provably whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from taskops.errors import ReadFailed
from taskops.providers.anchor.convert import row_of, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.ports import Lanes
    from taskops.model.resource import Observed
    from taskops.providers.http.door import Answer, Door

PAGE = 100
DOCUMENTED_PAGE = 10

AT_ONCE = 256
"""Pages that are asked for before a wrong `total` must have shown itself."""

TRIES = 3
"""How often a listing that moved while it was read is read again."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    What is kept of a listing row.

    Made while its page arrives: rows carry code, and an account of it would not
    fit into memory.
    """

    task: Observed
    description: str
    team: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows by id in the order of the service, deleted ones left out."""

    rows: tuple[Row, ...]
    team: str
    incomplete_because: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    rows: tuple[Row, ...]
    total: int
    size: int


def list_tasks(door: Door, lanes: Lanes | None) -> Listed:
    """
    Every task, each once; read again where the pages do not add up.

    Offset paging can skip and repeat while others write, so only a count that
    equals `total` proves the listing whole.
    """
    why, rows = "", dict[str, Row]()
    for _ in range(TRIES):
        first = _first_page(door, lanes)
        pages = [first, *_other_pages(door, lanes, first)]
        rows = {row.task.id: row for page in pages for row in page.rows}
        totals = {page.total for page in pages}
        if totals == {len(rows)}:
            why = ""
            break
        said = " or ".join(str(total) for total in sorted(totals))
        why = f"the service speaks of {said} tasks and listed {len(rows)}"
    kept = tuple(row for row in rows.values() if not row.deleted)
    teams = {row.team for row in kept if row.team}
    return Listed(kept, min(teams, default=""), why)


def _first_page(door: Door, lanes: Lanes | None) -> _Page:
    try:
        return _pages(door, lanes, [1], PAGE)[0]
    except ReadFailed as error:
        # What a limit over the cap does is not documented: a service may refuse.
        if error.status != 400:
            raise
        return _pages(door, lanes, [1], DOCUMENTED_PAGE)[0]


def _other_pages(door: Door, lanes: Lanes | None, first: _Page) -> list[_Page]:
    """
    All that `total` promises, or until nothing new comes: it may promise too much.

    A service that ignores `page` has rows on every page, and always the same.
    """
    found: list[_Page] = []
    seen = {row.task.id for row in first.rows}
    last = -(-first.total // first.size)
    for start in range(2, last + 1, AT_ONCE):
        some = _pages(
            door, lanes, range(start, min(start + AT_ONCE, last + 1)), first.size
        )
        found += some
        new = {row.task.id for page in some for row in page.rows} - seen
        if not new or not all(page.rows for page in some):
            break
        seen |= new
    return found


def _pages(
    door: Door, lanes: Lanes | None, numbers: Sequence[int], size: int
) -> list[_Page]:
    """Some pages at once; the lanes also watch over an answer that never ends."""
    if lanes is None:
        return [_page(door, number, size) for number in numbers]
    found: list[_Page] = []
    for _, page in lanes.map(lambda number: _page(door, number, size), numbers):
        if isinstance(page, Exception):
            raise page
        found.append(page)
    return found


def _is_page(answer: Answer) -> bool:
    data = unwrap(answer)
    return isinstance(data.get("tasks"), list) and isinstance(data.get("total"), int)


def _page(door: Door, number: int, size: int) -> _Page:
    params = {"page": str(number), "limit": str(size)}
    into = partial(_rows_of, size)
    return door.take("/v1/task", _is_page, into, **params)


def _rows_of(size: int, answer: Answer) -> _Page:
    data = unwrap(answer)
    tasks, total = data.get("tasks"), data.get("total")
    assert isinstance(tasks, list)  # noqa: S101  # that is its shape
    assert isinstance(total, int)  # noqa: S101  # that is its shape
    rows = tuple(
        _row(row)
        for row in tasks
        if isinstance(row, Mapping) and isinstance(row.get("id"), str)
    )
    if len(rows) != len(tasks):
        raise ReadFailed("Anchor's listing has a row without an id")
    told = data.get("limit")
    capped = told if isinstance(told, int) and 0 < told < size else size
    if 0 < len(rows) < min(capped, total):
        # A service may cap the page and still repeat the limit it was asked for.
        capped = len(rows)
    return _Page(rows, total, capped)


def _row(row: Mapping[str, object]) -> Row:
    return Row(
        row_of(row),
        text_of(row.get("description")),
        str(row.get("teamId") or ""),
        bool(row.get("deleted")),
    )


def unwrap(answer: Answer) -> Answer:
    """The inside of `{"data": …}`; some answers come without it."""
    data = answer.get("data")
    return data if isinstance(data, Mapping) else answer
