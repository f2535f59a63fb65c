"""Finding runs of ours: by the labels that they carry, in a bounded listing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taskops.errors import NotFound, ReadFailed
from taskops.model.record import SINCE
from taskops.providers.browser_use.convert import observed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.model.record import Job
    from taskops.model.resource import Observed
    from taskops.providers.http.door import Answer, Door

PAGE = 100

MOST_PAGES = 20
"""Listing pages that a search for runs of ours may cost."""

MARGIN = 300.0
"""Seconds that clocks may differ when a start is searched by its time."""


def search(
    door: Door, names: Mapping[str, str], jobs: Sequence[Job | None]
) -> tuple[list[Observed], str]:
    """Ours among the newest, the oldest first, and why not all were seen."""
    found: dict[str, Observed] = {}
    seen: set[str] = set()
    total, window = 0, _window(jobs)
    for number in range(1, MOST_PAGES + 1):
        answer = _page(door, number, window)
        items, total = _items(answer)
        for item in items:
            # Pages shift while new runs arrive, so some come twice.
            seen.add(str(item.get("id", "")))
            if (run := observed(item, names)) is not None:
                found[run.id] = run
        if len(items) < PAGE or len(seen) >= total:
            break
    runs = sorted(found.values(), key=lambda run: (run.updated_at, run.id))
    if len(seen) < total:
        return runs, f"{total} runs are there, {len(seen)} were searched"
    return runs, ""


def _page(door: Door, number: int, window: Mapping[str, str]) -> Answer:
    try:
        return door.read("/tasks", pageSize=str(PAGE), pageNumber=str(number), **window)
    except NotFound as error:
        raise ReadFailed(
            "Browser Use has no list of runs at that address",
            error.summary,
            "check BROWSER_USE_BASE_URL, which ends in /api/v2",
            status=404,
        ) from error


def _items(answer: Answer) -> tuple[list[Mapping[str, object]], int]:
    items, total = answer.get("items"), answer.get("totalItems")
    if not isinstance(items, list) or not isinstance(total, int):
        raise ReadFailed(
            "Browser Use's listing is not in the documented form",
            "it has no `items` or no `totalItems`",
            "run the same command again",
        )
    return [item for item in items if isinstance(item, Mapping)], total


def _window(jobs: Sequence[Job | None]) -> dict[str, str]:
    """From when on to search; from the beginning unless every start has its time."""
    starts = [job.ids.get(SINCE, "") if job is not None else "" for job in jobs]
    try:
        first = min(float(start) for start in starts)
    except ValueError:
        return {}
    after = datetime.fromtimestamp(first - MARGIN, UTC)
    return {"after": after.isoformat(timespec="seconds").replace("+00:00", "Z")}
