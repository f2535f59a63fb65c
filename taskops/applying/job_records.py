"""What the ledger shall hold of a start, from its intent to what it made."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.record import BESIDES, SINCE, Job, Record, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.resource import Address, Observed, Resource


def noted(
    known: Record, after: Resource, job: Job, *, replaces: bool, commit: str
) -> Record:
    """The record with this start: beside what it replaces, or in its place."""
    base = replace(
        known,
        address=after.address,
        seen=None,
        protected=after.protected,
        source=Source(after.manifest, commit),
    )
    return replace(base, next=job) if replaces else replace(base, job=job)


def owning(record: Record, made: str) -> Record:
    """What a start left behind is ours from then on, no stranger of that name."""
    if record.id or record.kind != "generated":
        return record
    return replace(record, id=made)


def placed(
    record: Record, after: Resource, job: Job, made: str, there: Observed | None
) -> Record:
    """The record of what was generated and has its place now, as far as it is seen."""
    draft = None if there is None or there.draft is None else there.draft.digest
    live = None if there is None or there.latest is None else there.latest.digest
    return replace(
        record,
        id=made if there is None else there.id,
        name=after.name,
        job=replace(job, name=""),
        next=None,
        spec=after.content,
        draft=draft,
        live=live,
        version="" if there is None else there.version,
    )


def in_doubt(record: Record, job: Job, address: Address) -> Record:
    """The id that was answered leads nowhere: nobody knows whether it was started."""
    record, lost = replace(record, address=address), replace(job, status="unknown")
    if record.next is not None:
        return replace(record, next=lost)
    return replace(record, job=lost)


def clues(record: Record | None, started: float) -> Mapping[str, str]:
    """What tells a start from others, should its answer be lost."""
    last = record.job if record is not None else None
    others = {last.poll_id, *last.ids.get(BESIDES, "").split(",")} if last else ()
    ids = {
        SINCE: f"{started:.0f}" if started else "",
        BESIDES: ",".join(sorted(filter(None, others))),
    }
    return MappingProxyType({key: value for key, value in ids.items() if value})


def with_clues(ids: Mapping[str, str], job: Job) -> Mapping[str, str]:
    """The ids that were answered; the clues stay, should these lead nowhere."""
    return MappingProxyType({**ids, **job.clues})
