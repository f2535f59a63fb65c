"""Which objects of an account anybody speaks of, and which need no second look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.resource import Address, Observed, Version
from taskops.model.values import knows_a_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.model.record import Record
    from taskops.model.resource import Resource
    from taskops.providers.anchor.listing import Listed


class Account:
    """The rows of a listing, by id and by name, with their own descriptions."""

    def __init__(self, listed: Listed) -> None:
        self.rows: dict[str, Observed] = {}
        self.descriptions: dict[str, str] = {}
        self._named: dict[str, list[str]] = {}
        for row in listed.rows:
            self.add(row.task, row.description)

    def add(self, row: Observed, description: str) -> None:
        """One more."""
        self.rows[row.id] = row
        self.descriptions[row.id] = description
        self._named.setdefault(row.name, []).append(row.id)

    def meant(self, resource: Resource, record: Record | None) -> Sequence[str]:
        """The ids that a resource may mean: its record's, else all of its name."""
        if record is not None and record.id in self.rows:
            return (record.id,)
        return self._named.get(resource.name, ())

    def asked(
        self, wanted: Sequence[Resource], known: Mapping[Address, Record]
    ) -> dict[str, tuple[Resource | None, Record | None]]:
        """The objects that anybody speaks of, with the resource and the record."""
        asked: dict[str, tuple[Resource | None, Record | None]] = {}
        for record in known.values():
            made = record.job.made if record.job is not None else ""
            if (object_id := record.id or made) in self.rows:
                asked[object_id] = (None, record)
        for resource in wanted:
            own = record_of(resource, known)
            for object_id in self.meant(resource, own):
                asked[object_id] = (resource, own)
        return asked


def record_of(resource: Resource, known: Mapping[Address, Record]) -> Record | None:
    """What is known of it, be it under the name that it is moved from."""
    record = known.get(resource.address)
    if record is not None or resource.moved_from is None:
        return record
    return known.get(Address(resource.address.provider, resource.moved_from))


def vouched(
    row: Observed, resource: Resource | None, record: Record | None
) -> Observed | None:
    """The row with the versions that the ledger vouches for, where that is enough."""
    if (
        record is None
        or record.seen is None
        or not row.row
        or record.seen.row != row.row
    ):
        return None
    seen = record.seen
    if not seen.whole and (
        resource is None or not resource.publish or resource.name != row.name
    ):
        # Only what is live was looked at, and here the draft counts too.
        return None
    if resource is not None and resource.kind == "code":
        live = seen.live if resource.publish or seen.draft is None else seen.draft
        # What differs will be shown, and needs its values.
        if live != resource.digest:
            return None
        # No digest holds a secret: only the service can say which one it has.
        if knows_a_secret(resource.content):
            return None
    draft, latest = (
        None if told is None else Version(told) for told in (seen.draft, seen.live)
    )
    return Observed(
        row.provider,
        row.id,
        row.name,
        row.language,
        draft,
        latest,
        record.version,
        row.updated_at,
        row.row,
        vouched=True,
        status=row.status,
    )
