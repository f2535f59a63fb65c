"""Which object on the service is meant."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from taskops.model.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskops.model.record import Intent, Record
    from taskops.model.resource import Observed


@dataclass(frozen=True, slots=True)
class Mine:
    """The object that the ledger's record means, under whatever name."""

    observed: Observed


@dataclass(frozen=True, slots=True)
class Stranger:
    """An object that has the name and is not the record's."""

    observed: Observed


@dataclass(frozen=True, slots=True)
class Gone:
    """The record's object is not there any more, and nobody has the name."""


@dataclass(frozen=True, slots=True)
class Absent:
    """No record, and nobody has the name."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several objects have the name and no id decides."""

    ids: tuple[str, ...]


Identified: TypeAlias = Mine | Stranger | Gone | Absent | Ambiguous


class Listing:
    """The objects of one service, found by id and by name."""

    def __init__(self, objects: Iterable[Observed]) -> None:
        self.by_id = {observed.id: observed for observed in objects}
        self.by_name: dict[str, list[Observed]] = defaultdict(list)
        for observed in self.by_id.values():
            self.by_name[observed.name].append(observed)

    def named(self, name: str) -> list[Observed]:
        """All objects of that exact name."""
        return self.by_name.get(name, [])

    def holders(self, name: str, but: str) -> list[Observed]:
        """The objects of that name whose id is another."""
        return [observed for observed in self.named(name) if observed.id != but]


def identify(
    record: Record | None, name: str, listing: Listing, intent: Intent | None
) -> Identified:
    """Find the object; an open intent makes our own lost create ours again."""
    if record is not None and record.id in listing.by_id:
        return Mine(listing.by_id[record.id])
    named = listing.named(name)
    if len(named) > 1:
        return Ambiguous(tuple(observed.id for observed in named))
    if not named:
        return Absent() if record is None or not record.id else Gone()
    if intent is not None and _wrote(intent, named[0]):
        return Mine(named[0])
    return Stranger(named[0])


def _wrote(intent: Intent, observed: Observed) -> bool:
    versions = (observed.draft, observed.latest)
    return any(v is not None and v.digest == intent.to for v in versions)
