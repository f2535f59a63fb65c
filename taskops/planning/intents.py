"""What an apply that never ended was about to do, and what it may have done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.model.change import Keep
from taskops.model.record import Intent, Job, LedgerState, Record
from taskops.planning.origin import TAKEN_BACK

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from taskops.model.change import Change
    from taskops.model.resource import Address


def open_intents(state: LedgerState) -> dict[Address, Intent]:
    """What an apply that never ended, or a write whose answer was lost, was about."""
    intents = {
        address: Intent(
            address,
            TAKEN_BACK if record.job.status == "failed" else "write",
            record.job.digest,
            record.job.intent,
        )
        for address, record in state.records.items()
        if record.kind == "code" and record.job is not None
    }
    if state.open is not None:
        intents |= {intent.address: intent for intent in state.open.intents}
    return intents


def unresolved(
    state: LedgerState, changes: Sequence[Change], moved: Collection[Address] = ()
) -> dict[Address, Record]:
    """
    Records of what an apply that died may have written, and nobody here looks at.

    Its intents go with the ledger that is taken over; left out by --select, they
    must still make ours what it wrote. What `moved` has its record elsewhere.
    """
    decided = {
        change.address
        for change in changes
        if not (isinstance(change, Keep) and change.why == "undeclared")
    }
    held = () if state.open is None else state.open.intents
    return {
        intent.address: _half_written(intent, state.records.get(intent.address))
        for intent in held
        # A start has its record before it is sent, a delete needs none.
        if intent.change in ("create", "update")
        and intent.address not in decided
        and intent.address not in moved
    }


def _half_written(intent: Intent, record: Record | None) -> Record:
    known = record or Record(intent.address, "code", "", intent.address.name)
    return replace(known, seen=None, job=Job(intent.to, "unknown", intent.intent))
