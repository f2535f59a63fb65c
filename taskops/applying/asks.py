"""What a change in progress may ask of the executor; it does no I/O itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from taskops.model.dataclass import dataclass
from taskops.model.resource import Identity

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskops.errors import OutcomeUnknown
    from taskops.model.plan import Outcome
    from taskops.model.record import Job, Record
    from taskops.model.resource import Address, Observed, Resource
    from taskops.model.step import Step


@dataclass(frozen=True, slots=True)
class Perform:
    """One write; answered with Done."""

    step: Step


@dataclass(frozen=True, slots=True)
class Look:
    """One object, now; answered with Observed or None."""

    at: Identity


@dataclass(frozen=True, slots=True)
class Live:
    """The live version of one object, now; answered with Version or None."""

    at: Identity


@dataclass(frozen=True, slots=True)
class Glance:
    """
    One object's row in the listing, which is read once for many that wait.

    Answered with Observed, or None where reading it would cost more than looks.
    """

    at: Identity


@dataclass(frozen=True, slots=True)
class Poll:
    """One question about a job, after a pause; answered with JobState."""

    address: Address
    job: Job
    after: float
    why: str


@dataclass(frozen=True, slots=True)
class Recover:
    """What became of a start whose answer was lost; answered with Job or None."""

    job: Job
    after: Resource


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing, for so many seconds, without holding a lane."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Flush:
    """The record in the ledger, durable, before anything else is asked."""

    record: Record
    drops: tuple[Address, ...] = ()
    """Addresses that the record was under before, if it was moved."""


Ask: TypeAlias = Perform | Look | Live | Glance | Poll | Recover | Pause | Flush


Course: TypeAlias = "Generator[Ask, object, Outcome]"
"""A change on its way: it asks, is told, and ends with its outcome."""


class Stopped(Exception):
    """Thrown into a change in progress when nothing new may start."""


def resolve(unknown: OutcomeUnknown, ask: Ask) -> Generator[Ask, object, object]:
    """Ask what became of a write; without an answer it stays unknown."""
    try:
        return (yield ask)
    except Exception as error:  # whatever it was, nothing is known
        raise unknown from error


def look(
    address: Address,
    object_id: str,
    name: str = "",
    unknown: OutcomeUnknown | None = None,
) -> Generator[Ask, object, Observed | None]:
    """The object now; `unknown` is the write that stays unknown if nobody answers."""
    ask = Look(Identity(address, object_id, name))
    if unknown is None:
        return cast("Observed | None", (yield ask))
    return cast("Observed | None", (yield from resolve(unknown, ask)))
