"""What will be done to one address: six small types, each with only its own ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from taskops.model.dataclass import dataclass

if TYPE_CHECKING:
    from taskops.model.record import Job
    from taskops.model.resource import Address, Observed, Resource
    from taskops.model.values import Path, Value

Origin: TypeAlias = Literal["new", "pending", "adopt", "drift", "conflict"]
"""Why something differs; in order, the later ones are worse."""

ORIGINS: tuple[Origin, ...] = ("new", "pending", "adopt", "drift", "conflict")

KeepReason: TypeAlias = Literal[
    "same",  # nothing differs
    "adopted",  # identical object of that name, now in the ledger
    "unowned",  # exists, and was not generated from here
    "failed",  # generation or run failed; only --retry starts it again
    "undeclared",  # in the ledger, not in git, and pruning is off
    "forgotten",  # in the ledger, not in git, gone: the record is dropped
]


@dataclass(frozen=True, slots=True)
class CodeDifference:
    """A line diff: unified hunks without a file header, cut where too long."""

    added: int
    removed: int
    hunks: tuple[str, ...] = ()
    cut: int = 0
    """How many lines of the hunks are not here."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; None stands for absent, a secret shows no value."""

    path: Path
    before: Value
    after: Value
    origin: Origin
    code: CodeDifference | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing is written; `note` is worth a line, no note is only counted."""

    address: Address
    why: KeepReason
    note: str = ""
    before: Observed | None = None
    after: Resource | None = None
    records: bool = False
    """Whether the ledger must be written for it, though the service is not."""


@dataclass(frozen=True, slots=True)
class Create:
    """The object is asserted absent and will be made."""

    address: Address
    after: Resource
    publish: bool
    origin: Origin
    note: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """The object exists and will be renamed, written, published, or taken over."""

    address: Address
    before: Observed
    after: Resource
    differences: tuple[Difference, ...]
    put: bool
    publish: bool
    rename: bool
    adopts: bool
    loses_draft: bool
    """Whether a draft that neither git nor taskops wrote is overwritten."""
    origin: Origin
    note: str = ""
    resend: bool = False
    """Whether it is written though nothing differs, for the sake of a secret."""


@dataclass(frozen=True, slots=True)
class Start:
    """Something billable is started: a generation or an agent's run."""

    address: Address
    after: Resource
    origin: Origin
    before: Observed | None = None
    """The object that the new one replaces."""
    awaits: Job | None = None
    """An older start of ours that must end first."""
    why: str = ""
    differences: tuple[Difference, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """A start of ours is still in flight, or a replacement is half done."""

    address: Address
    job: Job
    after: Resource
    before: Observed | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """The object is ours, no longer declared, and will be removed."""

    address: Address
    before: Observed
    origin: Origin
    note: str = ""


Change: TypeAlias = Keep | Create | Update | Start | Wait | Delete


def verb(change: Change) -> str:
    """The one word of a change, as it stands in plans, reports and the ledger."""
    return type(change).__name__.lower()


def worst(origins: list[Origin]) -> Origin:
    """The worst of several origins."""
    return max(origins, key=ORIGINS.index, default="pending")
