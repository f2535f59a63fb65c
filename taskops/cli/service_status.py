"""`status --live`: what the service says of the tasks that are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from taskops.errors import TaskopsError
from taskops.providers.anchor.history import History, history_of
from taskops.render import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskops.cli.wiring import Session
    from taskops.model.record import Record
    from taskops.model.resource import Address
    from taskops.providers.anchor.provider import Anchor


def service_status(
    opened: Session, records: Sequence[Record]
) -> dict[Address, list[str]]:
    """Lines for each task of Anchor's, by address; raises TaskopsError."""
    mine = [r for r in records if r.address.provider == "anchor" and r.id]
    if not mine:
        return {}
    anchor = cast("Anchor", opened.provider("anchor", writable=False))

    def ask(record: Record) -> History | None:
        job = record.job
        return history_of(anchor.door, record.id, job.poll_id if job else "")

    told: dict[Address, list[str]] = {}
    for record, found in opened.lanes.map(ask, mine):
        if isinstance(found, TaskopsError):
            raise found
        if isinstance(found, Exception):
            raise TaskopsError("the service could not be asked") from found
        told[record.address] = list(map(clean.line, _lines(found)))
    return told


def _lines(found: History | None) -> list[str]:
    if found is None:
        return ["not on the service any more"]
    versions = ", ".join(found.versions[-5:]) or "none"
    lines = [f"published versions: {versions}{'; a draft' if found.draft else ''}"]
    if found.generation:
        lines.append(f"generation: {found.generation}")
    if not found.runs:
        # Runs of generated tasks may be in no list: that is not documented.
        return [*lines, "no runs are listed"]
    return [*lines, *(f"run {run}" for run in found.runs)]
