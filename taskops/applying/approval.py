"""Who approved what: a person, a digest, or `--yes` alone."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

from taskops.applying.keeping import ways_to_keep
from taskops.errors import NotApproved
from taskops.model.change import Create, Delete, Start, Update, verb
from taskops.model.dataclass import dataclass

if TYPE_CHECKING:
    from taskops.model.plan import Plan

SHORTEST = 32
"""Hex digits that a digest must have to approve: eight collide in a second."""


Writes: TypeAlias = Create | Update | Start | Delete
"""A change that has an origin, because it writes."""


@dataclass(frozen=True, slots=True)
class Approval:
    """
    What was approved.

    `everything` is a person at the prompt who saw the plan; `yes` approves what
    git changed; `digest`, 32 hex digits or more of a plan's, approves exactly the
    changes it stands for.
    """

    everything: bool = False
    yes: bool = False
    digest: str = ""


def moved_by_service(plan: Plan) -> tuple[Writes, ...]:
    """The changes that would undo something neither git nor taskops wrote."""
    return tuple(
        change
        for change in plan.changes
        if isinstance(change, Writes) and change.origin in ("drift", "conflict")
    )


def require_approval(plan: Plan, approval: Approval) -> None:
    """Raise NotApproved unless exactly this plan was approved."""
    if approval.everything:
        return
    if approval.digest:
        _require_digest(plan, approval.digest.lower())
        return
    if not approval.yes:
        raise NotApproved(
            "nobody approved these changes; nothing was written",
            hint="review the plan, then run `taskops apply --expect-digest "
            f"{plan.digest[:SHORTEST]}`, or `taskops apply --yes` to apply "
            "what git changed",
        )
    if moved := moved_by_service(plan):
        raise NotApproved(
            "the service was changed outside git; nothing was written",
            "; ".join(f"`{c.address}`: {verb(c)}, {c.origin}" for c in moved),
            f"{', '.join(ways_to_keep(moved).words())}, or undo it with "
            f"`taskops apply --expect-digest {plan.digest[:SHORTEST]}`",
        )


def _require_digest(plan: Plan, given: str) -> None:
    if len(given) < SHORTEST:
        raise NotApproved(
            f"a digest that approves needs at least {SHORTEST} digits; "
            "nothing was written",
            f"`{given}` has {len(given)}",
            "copy the whole digest from `taskops plan --format json`",
        )
    if not plan.digest.startswith(given):
        # As many digits as tell the two apart.
        alike = (a == b for a, b in zip(given, plan.digest, strict=False))
        shown = max(12, sum(takewhile(bool, alike)) + 1)
        raise NotApproved(
            "the plan is not the one that was approved; nothing was written",
            f"approved {given[:shown]}…, now {plan.digest[:shown]}…",
            "read the new plan with `taskops plan` and approve its digest",
        )
