"""A plan and the report of carrying it out: values that every format renders."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from taskops.errors import Exit
from taskops.model.change import Create, Delete, Keep, Start, Update, Wait, verb
from taskops.model.dataclass import dataclass, field
from taskops.model.values import empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.change import Change
    from taskops.model.problem import Problem
    from taskops.model.record import Opening, Record
    from taskops.model.resource import Address, Target
    from taskops.model.values import Tree

Status: TypeAlias = Literal[
    "applied",
    "already_satisfied",
    "in_progress",
    "failed",
    "unknown",
    "skipped",
    "not_started",
]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    An immutable set of changes with the pre-images they were computed from.

    Kept addresses are among the changes, so that their counts and notes can be
    shown; only Create, Update, Start and Delete enter the digest.
    """

    project: str
    environment: str
    targets: Mapping[str, Target]
    """By provider."""
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    digest: str
    """Over the digests of the changes that write, and where they would be made."""
    digests: Mapping[Address, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of each change that writes."""
    against: Literal["service", "ledger"] = "service"
    commit: str = ""
    repository: str = ""
    emulated: bool = False
    ledger: str = ""
    """What the ledger is, or what is unknown without one, in a few words."""
    unmanaged: int = 0
    excluded: int = 0
    """How many addresses --select and --exclude left out."""
    revision: str = ""
    """Of the ledger that the plan was computed from."""
    held: Opening | None = None
    """Who held the ledger when it was read; alive or dead, nobody knows yet."""
    unresolved: Mapping[Address, Record] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """What that one was about to write and this plan does not speak of."""
    listed: frozenset[tuple[str, str]] = frozenset()
    """(provider, id) of every object that the listings had."""
    prior: Mapping[Address, Record] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """The records that the changes start from; a moved one has its old address."""
    reading_incomplete: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By provider, why its listing is not provably whole."""

    @property
    def effective(self) -> tuple[Change, ...]:
        """The changes that write or wait."""
        return tuple(c for c in self.changes if not isinstance(c, Keep))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop an apply."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def verdict(self) -> Exit:
        """What its problems mean: whoever must look first is told so."""
        if any(problem.unknown for problem in self.errors):
            return Exit.UNKNOWN
        return Exit.GUARDED if self.errors else Exit.OK

    @property
    def bookkeeping(self) -> tuple[Keep, ...]:
        """The kept addresses whose record will be written or dropped."""
        return tuple(c for c in self.changes if isinstance(c, Keep) and c.records)

    def follows(self, change: Change) -> str:
        """Which start of the same content it tries again; empty for the first."""
        record = self.prior.get(change.address)
        if not isinstance(change, Start) or record is None:
            return ""
        job = record.next or record.job
        if job is None or job.digest != change.after.digest:
            return ""
        return job.intent or job.poll_id

    def counts(self) -> Counter[str]:
        """How many of each: create, update, start, wait, delete, and keeps."""
        counts: Counter[str] = Counter()
        for change in self.changes:
            match change:
                case Keep():
                    counts[change.why] += 1
                case Create() | Update() | Start() | Wait() | Delete():
                    counts[verb(change)] += 1
        return counts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change."""

    address: Address
    change: str
    """The change's word: create, update, start, wait, delete, keep."""
    status: Status
    detail: str = ""
    hint: str = ""
    wrote: bool = False
    """Whether anything was surely written for it, however it ended."""
    authentication: bool = False
    """Whether it failed because the service does not take the key."""
    stale: bool = False
    """Whether it was left alone because the object had moved."""
    overdue: bool = False
    """Whether it is still in progress though the wait for it had to end."""
    record: Record | None = None
    """What the ledger shall hold; None leaves the ledger as it is."""
    drops: tuple[Address, ...] = ()
    """Addresses whose records the ledger shall not hold any more."""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    result: Tree = field(default_factory=empty)


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes of an apply."""

    apply: str
    plan: Plan
    outcomes: tuple[Outcome, ...]
    started: float
    """Seconds since the epoch."""
    seconds: float
    interrupted: int = 0
    """Number of the signal that ended it; 0 for none."""
    unrecorded: str = ""
    """Where the records are kept when the ledger could not be closed."""

    def count(self, status: Status) -> int:
        """How many outcomes have this status."""
        return sum(outcome.status == status for outcome in self.outcomes)

    @property
    def exit(self) -> Exit:
        """The one exit code, the worst first."""
        if self.interrupted:
            return Exit(128 + self.interrupted)
        if self.count("unknown"):
            return Exit.UNKNOWN
        wrote = any(outcome.wrote for outcome in self.outcomes)
        bad = [o for o in self.outcomes if o.status in ("failed", "skipped")]
        left = self.count("not_started")
        late = any(outcome.overdue for outcome in self.outcomes)
        if self.unrecorded or late or (wrote and (bad or left)):
            return Exit.PARTIAL
        if any(outcome.authentication for outcome in bad):
            return Exit.AUTHENTICATION
        if bad and all(o.stale or o.status == "skipped" for o in bad):
            return Exit.NOT_APPROVED
        return Exit.FAILED if bad or left else Exit.OK
