"""The ledger changed by a command that is no apply: opened, written and given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.cli.boundary import tell
from taskops.cli.repository import who
from taskops.model.record import Closing, Opening
from taskops.render.clean import line
from taskops.render.report import UNRECORDED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskops.cli.wiring import Session
    from taskops.model.record import LedgerState, Record
    from taskops.model.resource import Address

SECONDS = 60.0
"""How long the ledger is held for it, at the most."""


def write_down(
    opened: Session,
    state: LedgerState,
    records: Mapping[Address, Record | None],
    message: str,
    *,
    apply: str,
) -> bool:
    """
    Write these records, None for one that goes; `state` is what they were read from.

    Whether it is done; if not, where they are kept was told. Raises Locked or
    LedgerMoved.
    """
    person, now = who(opened.home, opened.environ), opened.clock.wall()
    whose = (person.actor, person.host, person.run)
    opening = Opening(apply, "", *whose, started=now, expires=now + SECONDS)
    opened.ledger.open(opening, state.revision)
    trailers = {"Taskops-Apply": apply, "Taskops-Run": person.run}
    kept = opened.ledger.close(Closing(records, state.targets, message, trailers))
    if kept:
        tell(f"{UNRECORDED} {line(kept)}")
    return not kept
