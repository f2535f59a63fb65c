"""What is known of one change by now, whenever it is interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from taskops.model.change import verb
from taskops.model.plan import Outcome, Status

if TYPE_CHECKING:
    from taskops.applying.surroundings import Surroundings
    from taskops.model.change import Change
    from taskops.model.record import Record
    from taskops.model.resource import Address, Observed

Change_co = TypeVar("Change_co", bound="Change", covariant=True)


class Progress(Generic[Change_co]):
    """
    One change in progress.

    `wrote` and `record` are true at every moment, so that whatever interrupts
    the course, the ledger gets what is known.
    """

    def __init__(
        self, change: Change_co, prior: Record | None, around: Surroundings
    ) -> None:
        self.change = change
        self.prior = prior
        self.around = around
        self.wrote = False
        self.record: Record | None = None
        self.looked: Observed | None = None
        self.live_alone = False
        """Whether of what was looked at only the live version was read."""
        self.notes: tuple[str, ...] = ()

    def outcome(self, status: Status, detail: str = "", hint: str = "") -> Outcome:
        """What became of it so far."""
        return Outcome(
            self.change.address,
            verb(self.change),
            status,
            detail,
            hint,
            wrote=self.wrote,
            record=self.record,
            drops=self.drops(),
            notes=self.notes,
        )

    def drops(self) -> tuple[Address, ...]:
        """The address that the record had before; only once it has the new one."""
        now, before = self.change.address, self.prior
        moved = self.record is not None and self.record.address == now
        return (before.address,) if moved and before and before.address != now else ()
