"""What the ledger holds: what taskops itself last applied."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from taskops.model.dataclass import dataclass, field
from taskops.model.values import Tree, empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.resource import Address, Kind, Target

SINCE = "since"
"""Among a job's ids: seconds since the epoch, by the service, before it was sent."""

BESIDES = "besides"
"""Among a job's ids: starts of the same address that are known to be others."""

IN_PATHS = ("id", "taskId", "sessionId")
"""Among a job's ids: those that become a part of a request's path."""

IDENTIFIER = re.compile(r"(?!\.+\Z)[^\x00-\x20\x7f/\\?#%]*")
"""What such an id may be: whoever may push could have written it into the ledger."""

JobStatus: TypeAlias = Literal["running", "ready", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Job:
    """
    A generation or a run that was started here.

    `poll_id` is what the service wants to be asked about; `ids` are all the ids
    it gave, by its own words for them. `error` is at most 200 characters and
    `result` a sha256: results themselves never enter the ledger.
    """

    digest: str
    status: JobStatus
    intent: str
    poll_id: str = ""
    ids: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attempt: int = 1
    error: str = ""
    result: str = ""
    name: str = ""
    """The name it was started under, where a replacement has its own."""

    @property
    def made(self) -> str:
        """The id of the task that it makes; empty where no answer told it."""
        return self.ids.get("taskId") or self.poll_id

    @property
    def clues(self) -> dict[str, str]:
        """What tells it from other starts, whatever ids were answered."""
        return {key: self.ids[key] for key in (SINCE, BESIDES) if key in self.ids}

    def found(self, there: str) -> Job:
        """
        The same start, found under this id; the ids that led nowhere are dropped.

        The id counts as `taskId` too: whoever asks about a task may be answered with
        the id of its generation alone.
        """
        ids = MappingProxyType({**self.clues, "taskId": there})
        return replace(self, status="running", poll_id=there, ids=ids)


@dataclass(frozen=True, slots=True)
class Residual:
    """A field that the service would not take: what we asked, what it answered."""

    wanted: str
    answered: str


@dataclass(frozen=True, slots=True)
class Seen:
    """
    The listing row at the last look, and the versions it stood for.

    Not `whole` where only the live version was looked at: the draft is what was
    written there, and a row that stands for it as well takes another look.
    """

    row: str
    draft: str | None
    live: str | None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """Where the applied state came from."""

    path: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """
    One entry of the ledger.

    `draft` and `live` are content digests of the two versions as read back
    after we wrote them; None while we never did. `spec` holds the values of the
    managed version, secrets as their places only.
    """

    address: Address
    kind: Kind
    id: str
    name: str
    draft: str | None = None
    live: str | None = None
    version: str = ""
    spec: Tree = field(default_factory=empty)
    residual: Mapping[str, Residual] = field(
        default_factory=lambda: MappingProxyType({})
    )
    seen: Seen | None = None
    protected: bool = False
    job: Job | None = None
    next: Job | None = None
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class Intent:
    """What an apply is about to do to one address; `to` is the content's digest."""

    address: Address
    change: str
    to: str
    intent: str


@dataclass(frozen=True, slots=True)
class Opening:
    """
    An apply that holds the ledger.

    `started` and `expires` are seconds since the epoch by the service's own
    `Date` header, so that two machines with different clocks agree.
    """

    apply: str
    plan: str
    actor: str
    host: str
    run: str
    started: float
    expires: float
    intents: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerState:
    """Everything a ledger says at one moment."""

    exists: bool = False
    records: Mapping[Address, Record] = field(
        default_factory=lambda: MappingProxyType({})
    )
    targets: Mapping[str, Target] = field(default_factory=lambda: MappingProxyType({}))
    """By provider."""
    open: Opening | None = None
    revision: str = ""
    """Opaque; what the next open is compared and swapped against."""
    owned_elsewhere: Mapping[tuple[str, str], str] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """(provider, id) to the environment whose ledger owns it, same target only."""

    def known_to(self, provider: str) -> dict[Address, Record]:
        """The records of one service."""
        return {a: r for a, r in self.records.items() if a.provider == provider}


@dataclass(frozen=True, slots=True)
class Closing:
    """What an apply leaves behind when it gives the ledger back."""

    records: Mapping[Address, Record | None]
    """Only what moved; None drops the record."""
    targets: Mapping[str, Target]
    message: str
    trailers: Mapping[str, str]
