"""What an apply leaves in the ledger when it gives it back."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.applying.records import versions_seen, vouch
from taskops.errors import TaskopsError
from taskops.model.change import Keep
from taskops.model.record import Closing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taskops.applying.execute import Executor
    from taskops.applying.intents import Who
    from taskops.model.plan import Outcome, Plan
    from taskops.model.ports import Provider
    from taskops.model.record import Record
    from taskops.model.resource import Address, Observed, Target

PAGE = 100
"""Objects that one listing request answers."""

WORDS = {
    "create": "created",
    "update": "updated",
    "start": "started",
    "wait": "waited for",
    "delete": "deleted",
    "keep": "noted",
}


def vouch_for(
    plan: Plan, executor: Executor, providers: Mapping[str, Provider]
) -> tuple[dict[Address, Record], dict[str, Target]]:
    """
    Records with the listing row that stands for them, and whose account it is.

    One more listing now spares the next plan two reads for each changed object;
    it is made only where it costs less than it spares. An account tells whose
    it is only once it holds something.
    """
    records: dict[Address, Record] = _looked_at(plan)
    targets = dict(plan.targets)
    for name, provider in providers.items():
        looked = {
            address: (outcome.record, carry.looked)
            for address, outcome in executor.outcomes.items()
            if address.provider == name
            and (carry := executor.carried.get(address)) is not None
            and outcome.record is not None
            and carry.looked is not None
        }
        pages = math.ceil((len(plan.listed) + len(looked)) / PAGE)
        if not looked or pages > len(looked) or executor.stop:
            continue
        try:
            reading = provider.read((), {})
        except TaskopsError:
            # Only a saving is lost.
            continue
        if reading.target.team:
            targets[name] = reading.target
        rows = {row.id: row for row in reading.objects}
        for address, (record, seen) in looked.items():
            if (row := rows.get(seen.id)) is not None:
                records[address] = vouch(record, seen, row)
    return records, targets


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
