"""What a task has been through on the service: its versions and its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskops.errors import NotFound
from taskops.providers.anchor.listing import unwrap
from taskops.providers.anchor.paths import generation_path, task_path
from taskops.providers.http.answers import text_of

if TYPE_CHECKING:
    from taskops.providers.http.door import Door

NEWEST = 3
"""Runs that are told of."""


@dataclass(frozen=True, slots=True)
class History:
    """The numbers of all versions, the state of a generation, the newest runs."""

    versions: tuple[str, ...] = ()
    draft: bool = False
    generation: str = ""
    runs: tuple[str, ...] = ()


def history_of(door: Door, object_id: str, poll_id: str = "") -> History | None:
    """All of it, now; None where the object is not there."""
    path = task_path(object_id)
    try:
        answer = unwrap(door.read(f"{path}/versions"))
    except NotFound:
        return None
    numbers = [text_of(row, "version") for row in _rows(answer, "versions")]
    return History(
        versions=tuple(number for number in numbers if number != "draft"),
        draft="draft" in numbers,
        generation=_generation(door, poll_id) if poll_id else "",
        runs=_runs(door, path),
    )


def _runs(door: Door, path: str) -> tuple[str, ...]:
    try:
        answer = unwrap(door.read(f"{path}/executions", page="1", limit="100"))
    except NotFound:
        return ()
    rows = sorted(_rows(answer, "results"), key=lambda row: text_of(row, "startTime"))
    return tuple(_run(row) for row in rows[-NEWEST:][::-1])


def _run(row: Mapping[str, object]) -> str:
    """When, what became of it, of which version, and how long it took."""
    when = text_of(row, "startTime")[:19].replace("T", " ")
    told = [text_of(row, "status"), f"version {row.get('version')}"]
    took = row.get("executionTime")
    if isinstance(took, int | float):
        told.append(f"{took / 1000:.1f} s")
    if why := text_of(row, "errorMessage"):
        told.append(why)
    return f"{when}  {', '.join(told)}"


def _generation(door: Door, poll_id: str) -> str:
    try:
        return text_of(door.read(generation_path(poll_id)), "status")
    except NotFound:
        return "not known any more"


def _rows(answer: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    rows = answer.get(key)
    return [r for r in rows if isinstance(r, Mapping)] if isinstance(rows, list) else []
