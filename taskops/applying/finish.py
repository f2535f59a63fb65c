"""What an apply leaves in the ledger when it gives it back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.applying.records import versions_seen, vouch
from taskops.model.change import Keep
from taskops.model.record import Closing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.applying.execute import Executor
    from taskops.applying.intents import Who
    from taskops.model.plan import Outcome, Plan
    from taskops.model.record import Record
    from taskops.model.resource import Address, Observed, Target

WORDS = {
    "create": "created",
    "update": "updated",
    "start": "started",
    "wait": "waited for",
    "delete": "deleted",
    "keep": "noted",
}


def vouch_for(
    plan: Plan, executor: Executor
) -> tuple[dict[Address, Record], dict[str, Target]]:
    """
    Records with the listing row that stands for them, and whose account it is.

    An account tells whose it is only once it holds something.
    """
    executor.glance_at_all()
    records: dict[Address, Record] = _looked_at(plan)
    for address, outcome in executor.outcomes.items():
        carry = executor.carried.get(address)
        if carry is None or carry.looked is None or outcome.record is None:
            continue
        seen, there = carry.looked, (address.provider, carry.looked.id)
        if (row := executor.glances.rows.get(there)) is not None:
            records[address] = vouch(
                outcome.record, seen, row, live_alone=carry.live_alone
            )
    return records, {**plan.targets, **executor.glances.targets}


def _looked_at(plan: Plan) -> dict[Address, Record]:
    """Unchanged objects that the plan read whole: their row is known now."""
    records = {}
    for change in plan.changes:
        record = plan.prior.get(change.address)
        if not isinstance(change, Keep) or change.records or record is None:
            continue
        before = change.before
        if before is None or before.vouched or not before.row or record.residual:
            continue
        if change.why == "same":
            records[change.address] = _seen(record, before)
    return records


def _seen(record: Record, before: Observed) -> Record:
    return replace(record, seen=versions_seen(before, before.row))


def closing_of(
    plan: Plan,
    outcomes: Sequence[Outcome],
    vouched: Mapping[Address, Record],
    apply: str,
    who: Who,
    *,
    targets: Mapping[str, Target],
) -> Closing:
    """All that moved, and one line for whoever reads the log."""
    records: dict[Address, Record | None] = dict(vouched)
    for outcome in outcomes:
        if outcome.record is not None and outcome.address not in vouched:
            records[outcome.address] = outcome.record
        for address in outcome.drops:
            records[address] = None
    trailers = {
        "Taskops-Apply": apply,
        "Taskops-Plan": plan.digest,
        "Taskops-Commit": who.commit,
        "Taskops-Run": who.run,
    }
    return Closing(
        records,
        targets,
        _message(outcomes),
        {key: value for key, value in trailers.items() if value},
    )


def _message(outcomes: Sequence[Outcome]) -> str:
    counts = Counter(
        WORDS[o.change] for o in outcomes if o.status in ("applied", "in_progress")
    )
    bad = Counter(
        o.status.replace("_", " ")
        for o in outcomes
        if o.status in ("failed", "unknown", "skipped", "not_started")
    )
    told = [f"{number} {word}" for word, number in (counts + bad).items()]
    return "apply: " + (", ".join(told) or "nothing")
