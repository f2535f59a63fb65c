"""What the inside asks of the outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from taskops.model.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from taskops.model.problem import Problem
    from taskops.model.record import Closing, Job, LedgerState, Opening, Record
    from taskops.model.resource import (
        Address,
        Identity,
        Kind,
        Observed,
        Reading,
        Resource,
        Version,
    )
    from taskops.model.step import Done, JobState, Step
    from taskops.model.values import Tree

Judge: TypeAlias = "Callable[[Resource, Tree], tuple[Tree, str]]"
"""The result as the schema of its manifest reads it, and what is wrong with it."""

T = TypeVar("T")
R = TypeVar("R")
K = TypeVar("K")


def satisfied(after: Resource, result: Tree) -> tuple[Tree, str]:
    """Any result will do."""
    del after
    return result, ""


class Begun(Protocol):
    """A reading that goes on while it is found out what is wanted."""

    # one more resource is known, and what has come back may be looked at
    def met(self, resource: Resource) -> None: ...

    # what `read` returns for all that is wanted, and raises
    def read(self, wanted: Sequence[Resource]) -> Reading: ...

    # nobody wants it any more: nothing more is asked
    def drop(self) -> None: ...


class Provider(Protocol):
    """
    One service.

    Reads raise ReadFailed or AuthenticationFailed; `perform` raises Refused
    (surely not written), AuthenticationFailed, or OutcomeUnknown.
    """

    @property
    def name(self) -> str:
        """The word that manifests use."""
        ...

    # a spec in canonical form: documented defaults pruned, empty values dropped
    def canonical(self, kind: Kind, spec: Tree) -> Tree: ...

    # what this service cannot hold, before anything is planned
    def check(self, wanted: Iterable[Resource]) -> list[Problem]: ...

    # objects, team, and whether the listing is provably complete; a row whose
    # fingerprint the ledger knows is not read further unless `refresh`
    def read(
        self,
        wanted: Sequence[Resource],
        known: Mapping[Address, Record],
        *,
        refresh: bool = False,
    ) -> Reading: ...

    # the same reading, begun before it is known what is wanted; None where nothing
    # can be asked before that
    def begin(
        self, known: Mapping[Address, Record], *, refresh: bool = False
    ) -> Begun | None: ...

    # one object, now: for pre-images, and to resolve an unknown
    def look(self, at: Identity) -> Observed | None: ...

    # the version that is live, alone
    def live(self, at: Identity) -> Version | None: ...

    # the listing again, one part of so many (from 1), all of which are asked for at
    # once: the rows of these objects, each with the version that it shows
    def glance(self, ids: Collection[str], part: int, parts: int) -> Reading: ...

    # one write
    def perform(self, step: Step) -> Done: ...

    # one poll
    def poll(self, job: Job) -> JobState: ...

    # what became of a start whose answer was lost; None when it cannot be told
    def recover(self, job: Job, after: Resource) -> Job | None: ...

    # seconds since the epoch by the service's last Date header; None before any
    def date(self) -> float | None: ...


class Ledger(Protocol):
    """Where records live, held by one apply at a time."""

    # everything, at this moment; a failed read raises, it is never "no ledger"
    def read(self) -> LedgerState: ...

    # take it, on the revision that the plan was made from; raises Locked, or
    # LedgerMoved where another apply has ended meanwhile
    def open(self, opening: Opening, revision: str) -> None: ...

    # write records while it is open: right after each billable start
    def flush(self, records: Mapping[Address, Record | None]) -> None: ...

    # give it back; returns where the records were kept if that did not work
    def close(self, closing: Closing) -> str: ...

    # what it is, in a few words, for the header of a plan
    def describe(self) -> str: ...


class Clock(Protocol):
    """Time and chance, so that tests can own them."""

    # seconds, monotonic
    def monotonic(self) -> float: ...

    # seconds since the epoch
    def wall(self) -> float: ...

    # a fresh unguessable id
    def uuid(self) -> str: ...


class Batch(Protocol[K, R]):
    """Jobs of one caller, by key."""

    # how many have not come back
    @property
    def pending(self) -> int: ...

    # hand a job to the next free lane
    def submit(self, key: K, work: Callable[[], R]) -> None: ...

    # whatever came back, or was raised or given up, within so many seconds
    def wait(self, seconds: float) -> list[tuple[K, R | Exception]]: ...

    # the same without waiting
    def ended(self) -> list[tuple[K, R | Exception]]: ...


class Lanes(Protocol):
    """Threads that may be abandoned; the caller's thread watches the deadlines."""

    # jobs whose results are asked for while other things are done
    def batch(self) -> Batch[K, R]: ...

    # every result, or what was raised, in the order in which they end
    def map(
        self, work: Callable[[T], R], items: Iterable[T]
    ) -> Iterator[tuple[T, R | Exception]]: ...

    # whether the caller is on a lane, and somebody else watches its deadline
    def inside(self) -> bool: ...

    # called on a lane before each attempt: this one may take so many seconds
    def renew(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth telling a person or a log while work goes on."""

    type: Literal[
        "read",  # done of total things were read from a service
        "start",  # a change begins
        "progress",  # a change waits, for the reason in text
        "end",  # a change has its outcome: status in text, the reason in detail
        "note",  # something worth a line
    ]
    text: str = ""
    address: Address | None = None
    detail: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0


class Listener(Protocol):
    """Whoever wants to know what is going on."""

    def __call__(self, event: Event, /) -> None:
        """Hear of it; must not raise, and must not take long."""
        ...


def deaf(event: Event, /) -> None:
    """The listener where nobody wants to know."""
