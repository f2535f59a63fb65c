"""What an apply is about to do, said in the ledger before the first write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.change import Create, Delete, Keep, Start, Update, Wait, verb
from taskops.model.dataclass import dataclass
from taskops.model.record import Intent, Opening

if TYPE_CHECKING:
    from taskops.model.change import Change
    from taskops.model.plan import Plan

MARGIN = 300.0
"""Seconds after an apply's own deadline until another may take its ledger."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who applies: for the ledger, so that others know whom to ask."""

    actor: str = ""
    host: str = ""
    run: str = ""
    """URL of the CI run."""
    commit: str = ""


def opening_of(
    plan: Plan, apply: str, started: float, deadline: float, who: Who
) -> Opening:
    """The claim of one apply, with an intent for every change that writes."""
    return Opening(
        apply=apply,
        plan=plan.digest,
        actor=who.actor,
        host=who.host,
        run=who.run,
        started=started,
        expires=started + deadline + MARGIN,
        intents=tuple(
            _intent(change, apply)
            for change in plan.changes
            if not isinstance(change, Keep | Wait)
        ),
    )


def _intent(change: Change, apply: str) -> Intent:
    to = ""
    match change:
        case Create() | Update() | Start():
            to = change.after.digest
        case Keep() | Wait() | Delete():
            pass
    return Intent(change.address, verb(change), to, apply)
