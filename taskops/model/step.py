"""One HTTP write: what the executor performs, and what comes back."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from taskops.model.dataclass import dataclass, field
from taskops.model.values import empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.model.resource import Address, Observed, Resource, Version
    from taskops.model.values import Tree


@dataclass(frozen=True, slots=True)
class Upsert:
    """
    Write by name.

    `before` is the version that is overwritten, `beside` the task's other one: a
    service may lay what is sent over either. What one of them has and `spec` has not
    is sent as its documented default, so that merging services converge too.
    """

    address: Address
    name: str
    spec: Tree
    before: Version | None = None
    beside: Version | None = None


@dataclass(frozen=True, slots=True)
class Publish:
    """Make the wanted content live; the request itself carries that content."""

    address: Address
    id: str
    spec: Tree
    wanted: str
    """Content digest; when the live version already has it, nothing is sent."""
    before: Version | None = None
    beside: Version | None = None
    unlive: bool = False
    """Whether something else is known to be live: nothing is asked first."""


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the object another name."""

    address: Address
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Start something billable, once, under an intent that is already durable."""

    address: Address
    after: Resource
    name: str
    intent: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the object; one that is already gone is done."""

    address: Address
    id: str
    name: str


Step: TypeAlias = Upsert | Publish | Rename | Begin | Remove


@dataclass(frozen=True, slots=True)
class Done:
    """What a step answered: the object it wrote, and the ids of what it started."""

    id: str = ""
    name: str = ""
    already: bool = False
    """Whether nothing had to be sent."""
    poll_id: str = ""
    ids: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    note: str = ""
    answer: Observed | None = None
    """The object as the answer shows it, in one row; None where it shows nothing."""


@dataclass(frozen=True, slots=True)
class JobState:
    """
    One answer about a job.

    `result` is what the service returned, for people and files, never for the
    ledger; `detail` is its own word for the state, or its error.
    """

    status: Literal["running", "ready", "failed"]
    detail: str = ""
    id: str = ""
    """The object's id, where the service told it only now."""
    missing: bool = False
    """Whether the service does not know it: not yet, or not any more."""
    result: Tree = field(default_factory=empty)
