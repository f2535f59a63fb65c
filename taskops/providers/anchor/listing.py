"""The whole account, page by page, and whether it is provably whole."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from taskops.errors import ReadFailed
from taskops.providers.anchor.convert import row_of
from taskops.providers.http.alone import Alone
from taskops.providers.http.answers import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    from taskops.model.ports import Batch, Lanes
    from taskops.model.resource import Observed
    from taskops.providers.http.door import Answer, Door

PAGE = 100
DOCUMENTED_PAGE = 10

AT_ONCE = 256
"""Pages that are asked for before a wrong `total` must have shown itself."""

BREATH = 0.1
"""Seconds that are waited at once, so that a signal gets through."""

ROOM = 12 * 1024 * 1024
"""
Bytes of pages that may be on their way at once, by what the first one weighed.

Pages of an account with large code have megabytes, and the C library keeps the room
of one, several times over, for each thread that ever held one.
"""

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
    size: int = PAGE
    """Rows on a page, as far as its first page tells."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one page told."""

    rows: tuple[Row, ...]
    total: int
    size: int
    """Rows to a page."""
    weight: int = 0
    """Bytes that it came in."""


Page: TypeAlias = "tuple[int, int]"
"""Which page is asked for: its number, and rows to a page."""

Asking: TypeAlias = "Generator[list[Page], list[Part], Listed]"
"""Asks for pages and is told them in any order; ReadFailed may be thrown into it."""


def asking() -> Asking:
    """
    Every task, each once; read again where the pages do not add up.

    Offset paging can skip and repeat while others write, so only a count that
    equals `total` proves the listing whole.
    """
    why, rows, size = "", dict[str, Row](), PAGE
    for _ in range(TRIES):
        first = yield from _first_page()
        size = first.size
        pages = [first, *(yield from _other_pages(first))]
        rows = {row.task.id: row for page in pages for row in page.rows}
        totals = {page.total for page in pages}
        if totals == {len(rows)}:
            why = ""
            break
        said = " or ".join(str(total) for total in sorted(totals))
        why = f"the service speaks of {said} tasks and listed {len(rows)}"
    kept = tuple(row for row in rows.values() if not row.deleted)
    teams = {row.team for row in kept if row.team}
    return Listed(kept, min(teams, default=""), why, size)


def _first_page() -> Generator[list[Page], list[Part], Part]:
    try:
        return (yield [(1, PAGE)])[0]
    except ReadFailed as error:
        # What a limit over the cap does is not documented: a service may refuse.
        if error.status != 400:
            raise
        return (yield [(1, DOCUMENTED_PAGE)])[0]


def _other_pages(
    first: Part,
) -> Generator[list[Page], list[Part], list[Part]]:
    """
    All that `total` promises, or until nothing new comes: it may promise too much.

    A service that ignores `page` has rows on every page, and always the same.
    """
    found: list[Part] = []
    seen = {row.task.id for row in first.rows}
    last = -(-first.total // first.size)
    for start in range(2, last + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, last + 1))
        some = yield [(number, first.size) for number in numbers]
        found += some
        new = {row.task.id for page in some for row in page.rows} - seen
        if not new or not all(page.rows for page in some):
            break
        seen |= new
    return found


class Listing:
    """A listing on its way: its pages are looked at in turns."""

    def __init__(self, ask: Callable[[Page], Part], lanes: Lanes) -> None:
        self._ask = ask
        self._lanes = lanes
        self._asking = asking()
        self._listed: Listed | None = None
        self._came: list[Part] = []
        self._step(partial(next, self._asking))

    def turn(self, seconds: float) -> Listed | None:
        """
        All of it once it is there; waits so many seconds for a page, with 0 for none.

        The lanes also watch over an answer that never ends.
        """
        if self._listed is not None:
            return self._listed
        readers = self._readers
        for _, came in readers.wait(seconds) if seconds else readers.ended():
            if isinstance(came, Exception):
                self._waiting.clear()
                self._step(partial(self._asking.throw, came))
                return self._listed
            self._came += came
        if not readers.pending:
            self._step(partial(self._asking.send, self._came))
        return self._listed

    def _step(self, go_on: Callable[[], list[Page]]) -> None:
        try:
            wanted = go_on()
        except StopIteration as end:
            self._listed = end.value
            return
        heaviest = max((part.weight for part in self._came), default=0)
        self._came = []
        self._waiting = deque(wanted)
        self._readers: Batch[int, list[Part]] = self._lanes.batch()
        for number in range(min(len(wanted), max(1, ROOM // max(1, heaviest)))):
            self._readers.submit(number, partial(self._read, self._waiting))

    def _read(self, waiting: deque[Page]) -> list[Part]:
        """One page after the other, for as long as there are some."""
        read: list[Part] = []
        while True:
            try:
                one = waiting.popleft()
            except IndexError:
                break
            read.append(self._ask(one))
        return read


def list_tasks(door: Door, lanes: Lanes | None) -> Listed:
    """The whole account, now."""
    listing = Listing(partial(page, door), Alone() if lanes is None else lanes)
    while (listed := listing.turn(BREATH)) is None:
        pass
    return listed


def list_part(
    door: Door, size: int, showing: Collection[str], part: int, parts: int
) -> Listed:
    """
    Every `parts`-th page from `part` on, and of it the rows of some objects.

    Each keeps the version that it shows. Nothing proves that all are found: who
    misses one asks for it by its id.
    """
    found: list[Row] = []
    seen: set[str] = set()
    team, number, last = "", part, 0
    while not last or number <= last:
        told = page(door, (number, size), showing)
        new = {row.task.id for row in told.rows} - seen
        if not new:
            break
        seen |= new
        found += [row for row in told.rows if row.task.shown and row.task.id in new]
        team = team or next((row.team for row in told.rows if row.team), "")
        # How long a page is cannot be told from the last one.
        last = last or -(-told.total // (told.size if number == 1 else size))
        number += parts
    kept = tuple(row for row in found if not row.deleted)
    return Listed(kept, team, "a part of it", size)


def _is_page(answer: Answer) -> bool:
    data = unwrap(answer)
    return isinstance(data.get("tasks"), list) and isinstance(data.get("total"), int)


def page(door: Door, wanted: Page, showing: Collection[str] = ()) -> Part:
    """One page; the rows of some objects with the version that they show."""
    number, size = wanted
    params = {"page": str(number), "limit": str(size)}
    into = partial(_rows_of, size, showing)
    return door.take("/v1/task", _is_page, into, **params)


def _rows_of(size: int, showing: Collection[str], answer: Answer, weight: int) -> Part:
    data = unwrap(answer)
    tasks, total = data.get("tasks"), data.get("total")
    assert isinstance(tasks, list)  # noqa: S101  # that is its shape
    assert isinstance(total, int)  # noqa: S101  # that is its shape
    rows = tuple(
        list_row(row, shown=row["id"] in showing)
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
    return Part(rows, total, capped, weight)


def list_row(row: Mapping[str, object], *, shown: bool = False) -> Row:
    """What is kept of it; the version that it shows only where that is of use."""
    return Row(
        row_of(row, shown=shown),
        text_of(row, "description"),
        str(row.get("teamId") or ""),
        bool(row.get("deleted")),
    )


def unwrap(answer: Answer) -> Answer:
    """The inside of `{"data": …}`; some answers come without it."""
    data = answer.get("data")
    return data if isinstance(data, Mapping) else answer
