"""Carry out what was approved; plan again where another apply ended meanwhile."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from taskops.applying.approval import Approval
from taskops.applying.execute import Pace
from taskops.cli.boundary import Terminated, tell
from taskops.cli.next_command import place_words
from taskops.cli.stopping import obey_signals
from taskops.cli.world import world_of
from taskops.errors import LedgerMoved, NotApproved, Stale, TaskopsError
from taskops.workflow import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from taskops.cli.watching import Watch
    from taskops.cli.wiring import Session
    from taskops.model.plan import Plan, Report

TRIES = 5
"""Times that the ledger may move between a plan and its opening."""


def carry(
    given: dict[str, Any],
    opened: Session,
    watch: Watch,
    plan: Plan,
    approval: Approval,
    *,
    again: Callable[[Plan], Plan],
) -> Report:
    """Do it; `again` makes and shows the plan anew. Raises as `carry_out` does."""
    obey_signals(opened.stop, watch)
    pace = Pace(
        given["parallelism"], given["fail_fast"], deadline=given["deadline"] * 60
    )
    world = world_of(opened, pace, wait=not given["no_wait"])
    try:
        for left in reversed(range(TRIES)):
            watch.live.expect([*plan.bookkeeping, *plan.effective])
            try:
                return carry_out(plan, world, approval)
            except LedgerMoved:
                if not left or opened.stop:
                    raise
                tell("another apply ended in the meantime: planning again")
                fresh = again(plan)
                approval = _renewed(given, approval, plan, fresh)
                plan = fresh
    except NotApproved as refused:
        # The commands in the hint must be those that work here.
        there = f" --force{place_words(given, shape=False, at=False)}`"
        refused.hint = refused.hint.replace(" --force`", there)
        here = f"taskops apply{place_words(given)} "
        refused.hint = refused.hint.replace("taskops apply ", here)
        raise
    except TaskopsError as error:
        # Nothing was written, and that is because somebody wanted an end.
        if opened.stop.signum == signal.SIGINT:
            raise KeyboardInterrupt from error
        if opened.stop:
            raise Terminated from error
        raise
    raise AssertionError


def _renewed(
    given: dict[str, Any], approval: Approval, before: Plan, plan: Plan
) -> Approval:
    """What the approval of the plan before is worth for this one; raises Stale."""
    if given.get("plan_file") or not plan.effective:
        # Of a file, only what it approved is left; and nothing needs no approval.
        return Approval(digest=plan.digest)
    if approval.everything and plan.digest != before.digest:
        raise Stale(
            "the plan is not the one that was approved; nothing was written",
            "another apply ended in the meantime",
            "read the new plan with `taskops plan` and approve that one",
        )
    return approval
