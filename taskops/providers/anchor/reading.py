"""
An account as a plan needs it: the listing, then what the ledger does not vouch for.

It may begin before all that is wanted is known: the listing is the same whatever that
is, and each resource that is met then says whether its object must be looked at. So
the service is waited for while manifests are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from taskops.errors import TaskopsError
from taskops.model.ports import Event
from taskops.model.resource import Observed, Reading, Target
from taskops.providers.anchor.generate import left_alone
from taskops.providers.anchor.listing import BREATH, PAGE, Listing, page
from taskops.providers.anchor.objects import metadata, whole_of_row
from taskops.providers.anchor.vouching import Account, record_of, vouched
from taskops.providers.http.alone import Alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from taskops.model.ports import Batch, Lanes, Listener
    from taskops.model.record import Record
    from taskops.model.resource import Address, Resource
    from taskops.providers.anchor.generate import Generation
    from taskops.providers.anchor.listing import Page, Part
    from taskops.providers.http.door import Door

T = TypeVar("T")
R = TypeVar("R")

EVERY = 16
"""Resources between two looks at what has come back; each costs a little."""

Look: TypeAlias = "tuple[str, str]"
"""Which object, and the digest of the code whose bytes are at hand elsewhere."""


class DroppedError(Exception):
    """Nobody waits for it any more."""


class AccountReading:
    """One reading of one account; made for one plan."""

    def __init__(
        self,
        door: Door,
        lanes: Lanes | None,
        listener: Listener | None,
        generation: Generation,
        known: Mapping[Address, Record],
        *,
        refresh: bool = False,
    ) -> None:
        self._door = door
        self._lanes: Lanes = Alone() if lanes is None else lanes
        self._listener = listener
        self._generation = generation
        self._known = known
        self._refresh = refresh
        self._dropped = False
        self.size = PAGE
        """Rows on a page of the listing."""
        # What says that a generation has ended must not be younger than the listing.
        early = not left_alone((), known)
        self._listing = Listing(self._page, self._lanes) if early else None
        self._account: Account | None = None
        self._vouched: dict[str, tuple[Resource | None, Observed | None]] = {}
        self._met: list[Resource] = []
        self._turns = 0
        self._failure: TaskopsError | None = None
        self._looks: Batch[Look, Observed] = self._lanes.batch()
        self._asked: set[Look] = set()
        self._came: dict[Look, Observed | Exception] = {}

    def met(self, resource: Resource) -> None:
        """Look at its object already, if the listing says that it will be wanted."""
        self._met.append(resource)
        self._turns += 1
        if self._turns % EVERY == 0 and self._failure is None:
            try:
                self._go_on()
            except TaskopsError as error:
                # What is wrong with the manifests is told first.
                self._failure = error

    def drop(self) -> None:
        """Nobody wants it any more: what has not been sent yet is not sent."""
        self._dropped = True

    def read(self, wanted: Sequence[Resource]) -> Reading:
        """All that is asked for; raises ReadFailed or AuthenticationFailed."""
        if self._failure is not None:
            raise self._failure
        jobs = left_alone(wanted, self._known)
        ended = frozenset(self._each(self._generation.ended, jobs))
        listing = self._listing or Listing(self._page, self._lanes)
        while (listed := listing.turn(BREATH)) is None:
            pass
        self.size = listed.size
        account = self._account or Account(listed)
        self._tell(len(account.rows), len(account.rows), "tasks listed")
        for observed, description in self._not_listed_yet(account):
            account.add(observed, description)
        found = dict(account.rows)
        unread = []
        for object_id, (resource, record) in account.asked(wanted, self._known).items():
            row = account.rows[object_id]
            told = self._told(row, resource, record)
            if told is None:
                unread.append(self._look(row, resource, account))
            else:
                found[object_id] = told
        for observed in self._looked_at(unread):
            found[observed.id] = observed
        return Reading(
            Target(self._door.origin, listed.team),
            tuple(found.values()),
            complete=not listed.incomplete_because,
            incomplete_because=listed.incomplete_because,
            ended=ended,
        )

    def _go_on(self) -> None:
        """Whatever can be done without waiting."""
        if self._account is None:
            listed = None if self._listing is None else self._listing.turn(0)
            if listed is None:
                return
            self._account = Account(listed)
        account, known = self._account, self._known
        for resource in self._met:
            record = record_of(resource, known)
            if record is not None and record.id not in account.rows:
                continue
            for object_id in account.meant(resource, record):
                row = account.rows[object_id]
                if self._told(row, resource, record) is None:
                    self._look(row, resource, account)
        self._met.clear()
        self._came.update(self._looks.ended())

    def _told(
        self, row: Observed, resource: Resource | None, record: Record | None
    ) -> Observed | None:
        """The row with what the ledger vouches for; None where it must be read."""
        if self._refresh:
            return None
        before = self._vouched.get(row.id)
        if before is None or before[0] is not resource:
            before = (resource, vouched(row, resource, record))
            self._vouched[row.id] = before
        return before[1]

    def _look(self, row: Observed, resource: Resource | None, account: Account) -> Look:
        """Have both versions read, once."""
        code = resource.code if resource is not None else None
        look = (row.id, code.sha256 if code is not None else "")
        if look not in self._asked:
            self._asked.add(look)
            description = account.descriptions.get(row.id, "")
            self._looks.submit(look, lambda: self._whole(row, description, look[1]))
        return look

    def _looked_at(self, wanted: Sequence[Look]) -> Iterator[Observed]:
        """Each of them once it is there."""
        waiting = set(wanted)
        done = 0
        while waiting:
            for look in waiting & self._came.keys():
                waiting.remove(look)
                came = self._came.pop(look)
                if isinstance(came, Exception):
                    raise came
                done += 1
                self._tell(done, len(wanted), "tasks read")
                yield came
            if waiting:
                self._came.update(self._looks.wait(BREATH))

    def _page(self, wanted: Page) -> Part:
        self._require_anybody()
        return page(self._door, wanted)

    def _whole(self, row: Observed, description: str, keep: str) -> Observed:
        self._require_anybody()
        return whole_of_row(self._door, row, description, keep)

    def _require_anybody(self) -> None:
        if self._dropped:
            raise DroppedError

    def _not_listed_yet(self, account: Account) -> Iterator[tuple[Observed, str]]:
        """What we made may be there before the listing shows it, or never be listed."""
        missing = [r for r in self._known.values() if r.id and r.id not in account.rows]
        for there in self._each(self._ours, missing):
            if there is not None:
                yield there

    def _each(self, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        for _, result in self._lanes.map(work, items):
            if isinstance(result, Exception):
                raise result
            yield result

    def _ours(self, record: Record) -> tuple[Observed, str] | None:
        there = metadata(self._door, record.id)
        if there is None and record.kind == "generated":
            return self._unlisted(record)
        return there

    def _unlisted(self, record: Record) -> tuple[Observed, str] | None:
        """A generated task that only its own status speaks of, now and before."""
        job = record.job
        if job is None or not job.poll_id or record.live:
            return None
        if not self._generation.exists(job):
            return None
        return Observed("anchor", record.id, record.name, "workflow"), ""

    def _tell(self, done: int, total: int, what: str) -> None:
        if self._listener is not None:
            self._listener(Event("read", what, done=done, total=total))
