"""What the ledger shall hold after a change."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.applying.proof import stands_for_live
from taskops.model.record import Job, Record, Residual, Seen, Source
from taskops.model.values import EMPTY, Tree, put

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.resource import Observed, Resource, Version


def record_of(
    after: Resource,
    seen: Observed,
    prior: Record | None,
    residual: Mapping[str, Residual],
    *,
    ours: frozenset[str],
    commit: str,
) -> Record:
    """
    The record of an object as it was read back.

    `ours` are the digests of the versions that we wrote: another version that
    somebody else wrote meanwhile must never be taken for ours.
    """
    managed = seen.latest if after.publish else seen.draft
    base = _same_object(after, seen.id, prior)
    return replace(
        base,
        address=after.address,
        id=seen.id,
        name=seen.name,
        draft=_mine(seen.draft, ours, base.draft),
        live=_mine(seen.latest, ours, base.live),
        version=seen.version,
        spec=_spec(managed, after),
        residual=residual,
        seen=None,
        protected=after.protected,
        job=None,
        source=Source(after.manifest, commit),
    )


def _same_object(after: Resource, object_id: str, prior: Record | None) -> Record:
    """What was known of this object; of another one that is gone, nothing is."""
    if prior is not None and object_id in ("", prior.id):
        return prior
    return Record(after.address, after.kind, object_id, after.name)


def _mine(
    version: Version | None, ours: frozenset[str], before: str | None
) -> str | None:
    if version is not None and version.digest in ours:
        return version.digest
    return before


def _spec(managed: Version | None, after: Resource) -> Tree:
    """The managed values; code from here, so that its bytes need not be kept."""
    if managed is None or managed.content is None:
        return EMPTY if managed is None else after.content
    if after.code is not None and managed.content.get("code") == after.code:
        return put(managed.content, ("code",), after.code)
    return managed.content


def record_of_generated(
    after: Resource, seen: Observed, prior: Record | None, commit: str
) -> Record:
    """
    The record of a generated task that is there already.

    One that is taken over counts as generated from what is wanted now: its
    prompt is nowhere to be read.
    """
    base = _same_object(after, seen.id, prior)
    return replace(
        base,
        address=after.address,
        id=seen.id,
        name=seen.name,
        version=seen.version,
        draft=base.draft or (seen.draft.digest if seen.draft else None),
        live=base.live or (seen.latest.digest if seen.latest else None),
        spec=base.spec or after.content,
        seen=None,
        protected=after.protected,
        job=base.job or Job(after.digest, "ready", "", seen.id),
        source=Source(after.manifest, commit),
    )


def record_of_run(after: Resource, before: Observed, commit: str) -> Record:
    """The record of a run that the service itself says is of this revision."""
    ids = MappingProxyType({"id": before.id})
    job = Job(after.digest, "ready", before.version, before.id, ids)
    return Record(
        after.address,
        after.kind,
        before.id,
        after.name,
        protected=after.protected,
        job=job,
        source=Source(after.manifest, commit),
    )


def half_written(
    after: Resource, object_id: str, prior: Record | None, *, intent: str
) -> Record:
    """
    The record of a change that did not get to its end.

    What we sent may be there or not: the next plan must know it for ours either
    way, so it is kept as an unknown job beside what was known before.
    """
    base = _same_object(after, object_id, prior)
    return replace(
        base,
        address=after.address,
        id=object_id or base.id,
        seen=None,
        job=Job(after.digest, "unknown", intent),
    )


def vouch(
    record: Record, seen: Observed, row: Observed, *, live_alone: bool = False
) -> Record:
    """
    The record with the listing row that stands for what was just read back.

    Only when the row says the same moment as the look: whoever writes between
    the two changes the row's time, and is read again by the next plan. Of what
    was seen in that row itself, nothing else can be said.
    """
    if live_alone:
        known = stands_for_live(seen, row)
    else:
        known = (row.updated_at, row.name) == (seen.updated_at, seen.name)
    if not row.row or not (known or seen.row == row.row):
        return record
    return replace(record, seen=versions_seen(seen, row.row, whole=not live_alone))


def versions_seen(seen: Observed, row: str, *, whole: bool = True) -> Seen:
    """The versions that a listing row stands for."""
    return Seen(
        row,
        None if seen.draft is None else seen.draft.digest,
        None if seen.latest is None else seen.latest.digest,
        whole,
    )
