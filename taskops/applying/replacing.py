"""A generated task in the place of another: each step once, whatever interrupts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from taskops.applying.asks import Ask, Look, Perform
from taskops.errors import NameTaken, Refused
from taskops.model.resource import Identity, Observed
from taskops.model.step import Remove, Rename

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskops.model.record import Job
    from taskops.model.resource import Address


@dataclass(frozen=True, slots=True)
class Move:
    """The new object takes the name, and the old one goes; both by their ids."""

    address: Address
    name: str
    old: str
    new: str
    made_as: str
    """The name that the new one was made under."""


def put_in_place(move: Move) -> Generator[Ask, object, bool]:
    """
    Rename the old away and the new into place, delete the old.

    What is done already is skipped, so that it can be resumed after any step.
    Raises Refused when a name is refused; then the old one is where it was.
    """
    wrote = False
    old = yield from look(move.address, move.old)
    mine = old is not None and _is_named(old.name, move.name)
    if old is not None and old.name == move.name:
        yield from _rename_away(move)
        wrote = True
    new = yield from look(move.address, move.new)
    if new is not None and new.name != move.name:
        try:
            yield Perform(Rename(move.address, move.new, move.name))
        except Refused:
            if mine:
                yield Perform(Rename(move.address, move.old, move.name))
            raise
        wrote = True
    if old is not None:
        yield Perform(Remove(move.address, move.old, old.name))
        wrote = True
    return wrote


def _is_named(name: str, wanted: str) -> bool:
    """Whether it has the name, or was renamed away from it."""
    return name == wanted or name.startswith(f"{wanted}--")


def _rename_away(move: Move) -> Generator[Ask, object, None]:
    away = f"{move.name}--old"
    try:
        yield Perform(Rename(move.address, move.old, away))
    except NameTaken:
        # A service may keep the names of deleted tasks: this one had it before.
        own = hashlib.sha256(move.old.encode()).hexdigest()[:8]
        yield Perform(Rename(move.address, move.old, f"{move.name}--{own}"))


def discard(address: Address, job: Job) -> Generator[Ask, object, bool]:
    """
    Delete what was started beside the old one and is not wanted any more.

    One that has another name by now was taken by somebody, and is left alone.
    """
    made = object_of(job)
    there = (yield from look(address, made)) if made else None
    if there is None or there.name != job.name:
        return False
    yield Perform(Remove(address, made, job.name))
    return True


def put_back(
    address: Address, name: str, old: str, job: Job
) -> Generator[Ask, object, bool]:
    """
    Undo a replacement that is not wanted any more, wherever it stopped.

    The new one goes, even if it has taken the name; the old one has it again.
    """
    made = object_of(job)
    new = (yield from look(address, made)) if made else None
    wrote = False
    if new is not None and new.name in (job.name, name):
        yield Perform(Remove(address, made, new.name))
        wrote = True
    there = yield from look(address, old)
    if there is not None and there.name != name and _is_named(there.name, name):
        yield Perform(Rename(address, old, name))
        wrote = True
    return wrote


def object_of(job: Job) -> str:
    """The id of the task that a start makes; empty where no answer told it."""
    return job.ids.get("taskId") or job.poll_id


def look(address: Address, object_id: str) -> Generator[Ask, object, Observed | None]:
    """The object now."""
    return cast("Observed | None", (yield Look(Identity(address, object_id, ""))))
