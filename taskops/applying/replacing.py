"""A generated task in the place of another: each step once, whatever interrupts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.applying.asks import Ask, Perform, look
from taskops.errors import NameTaken, Refused
from taskops.model.dataclass import dataclass
from taskops.model.renamed import away, by_hand
from taskops.model.step import Remove, Rename

if TYPE_CHECKING:
    from collections.abc import Generator

    from taskops.applying.progress import Progress
    from taskops.model.change import Start, Wait
    from taskops.model.record import Job
    from taskops.model.resource import Address, Observed


@dataclass(frozen=True, slots=True)
class Move:
    """The new object takes the name, and the old one goes; both by their ids."""

    address: Address
    name: str
    old: str
    new: str
    made_as: str
    """The name that the new one was made under."""
    known: tuple[str, ...] = ()
    """What else the old one is called: in the ledger, or when it was approved."""


class Placing:
    """A move on its way, and what came of it by now."""

    def __init__(self, move: Move) -> None:
        self.move = move
        self.wrote = False
        self.placed = False
        """Whether the new one has the name, and only the old one is left to go."""
        self.left = ""
        """The name of an old one that a hand renamed, and that is left alone."""

    def course(self) -> Generator[Ask, object, bool]:
        """
        Rename the old away and the new into place, delete the old.

        What is done already is skipped, so that it can be resumed after any step.
        What a hand renamed meanwhile keeps its name, and an old one with it is left
        alone. False when the new one is gone: then the old one is where it was.
        Raises Refused when a name is refused; the old one is where it was then, too.
        So it does once it is `placed`, when the old one may not be deleted.
        """
        move = self.move
        old = yield from look(move.address, move.old)
        new = yield from look(move.address, move.new)
        if old is not None and new is None:
            return False
        if old is not None and by_hand(old.name, move.old, (move.name, *move.known)):
            self.left = old.name
            old = None
        if old is not None and old.name == move.name:
            yield from _rename_away(move)
            self.wrote = True
        if new is not None:
            yield from self._into_place(new, back=old is not None)
        self.placed = True
        if old is not None:
            yield Perform(Remove(move.address, move.old, old.name))
            self.wrote = True
        return True

    def _into_place(self, new: Observed, *, back: bool) -> Generator[Ask, object, None]:
        move = self.move
        if new.name == move.name:
            return
        if move.made_as and new.name != move.made_as:
            # A hand's name, which the next plan shows as drift.
            return
        try:
            yield Perform(Rename(move.address, move.new, move.name))
        except Refused:
            if back:
                yield Perform(Rename(move.address, move.old, move.name))
            raise
        self.wrote = True


def _rename_away(move: Move) -> Generator[Ask, object, None]:
    first, own = away(move.name, move.old)
    try:
        yield Perform(Rename(move.address, move.old, first))
    except NameTaken:
        yield Perform(Rename(move.address, move.old, own))


def discard(
    address: Address, job: Job, placed: str = ""
) -> Generator[Ask, object, bool]:
    """
    Delete what was started beside the old one and is not wanted any more.

    One that has another name by now was taken by somebody, and is left alone;
    `placed` is the name that it may have been given from here.
    """
    made = job.made
    there = (yield from look(address, made)) if made else None
    if there is None or there.name not in {job.name, placed or job.name}:
        return False
    yield Perform(Remove(address, made, there.name))
    return True


def put_back(
    progress: Progress[Start | Wait], name: str, old: str, job: Job
) -> Generator[Ask, object, None]:
    """
    Undo a replacement that is not wanted any more, wherever it stopped.

    The new one goes, even if it has taken the name; the old one has it again.
    """
    address, made = progress.change.address, job.made
    new = (yield from look(address, made)) if made else None
    if new is not None and new.name in (job.name, name):
        yield Perform(Remove(address, made, new.name))
        progress.wrote = True
    there = yield from look(address, old)
    if there is not None and there.name in away(name, old):
        yield Perform(Rename(address, old, name))
        progress.wrote = True


def renamed(object_id: str, name: str) -> str:
    """What a hand did, as a report says it."""
    return f"id {object_id} was renamed to `{name}` on the service meanwhile"
