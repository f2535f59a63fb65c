"""What to do about a record that no manifest declares any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskops.model.change import Delete, Keep, Origin
from taskops.model.problem import Problem
from taskops.planning.origin import ours

if TYPE_CHECKING:
    from taskops.model.record import Record
    from taskops.model.resource import Observed
    from taskops.planning.context import Context
    from taskops.planning.decide import Decision


def decide_undeclared(record: Record, context: Context) -> Decision:
    """The first row that matches."""
    observed = context.listing.by_id.get(record.id or _made(record))
    if record.kind == "agent":
        return Keep(record.address, "forgotten", records=True)
    if not context.prune:
        return Keep(record.address, "undeclared", before=observed)
    if _in_flight(record, context):
        note = "in flight and no longer declared; it can be deleted once it has ended"
        return Keep(record.address, "undeclared", note, before=observed)
    if _unknown(record):
        note = "whether it was started is not known, so the ledger keeps it in mind"
        return Keep(record.address, "undeclared", note, before=observed)
    listed = observed is not None and observed.row
    if record.kind == "generated" and not listed and _is_there(record, observed):
        note = "the service does not list it, so it is never deleted from here"
        return Keep(record.address, "undeclared", note, before=observed)
    if (refusal := _refuse(record, context)) is not None:
        return refusal
    if observed is None:
        return Keep(record.address, "forgotten", records=True)
    return Delete(record.address, observed, _origin(record, observed, context))


def _in_flight(record: Record, context: Context) -> bool:
    """Nobody waits for it any more, so only the service knows that it has ended."""
    return any(
        job is not None and job.status == "running" and job.poll_id not in context.ended
        for job in (record.job, record.next)
    )


def _made(record: Record) -> str:
    """The object of a start that nobody waited for to the end."""
    job = record.job
    if job is None or job.status != "running":
        return ""
    return job.made


def _is_there(record: Record, observed: Observed | None) -> bool:
    """Whether the service speaks of it, be it by its generation's status alone."""
    return observed is not None or bool(not record.id and _made(record))


def _unknown(record: Record) -> bool:
    """A start whose answer was lost, of which nothing was ever seen."""
    job = record.job
    generated = record.kind == "generated" and not record.id
    return generated and job is not None and job.status == "unknown"


def _refuse(record: Record, context: Context) -> Problem | None:
    address = record.address
    if record.protected:
        return _problem(
            record,
            f"`{address}` is protected and no longer declared",
            "it was last applied with `protected: true`",
            f"declare it again, or run `taskops forget {address.name}`",
        )
    if not context.complete:
        return _problem(
            record,
            f"`{address}` cannot be deleted: the listing may not be whole",
            context.incomplete_because,
            "run the same command again; nothing is deleted from half a listing",
        )
    if owner := context.owner(address.provider, record.id):
        return _problem(
            record,
            f"`{address}` belongs to environment `{owner}` too",
            f"id {record.id} is in both ledgers",
            f"run `taskops forget {address.name}` here",
        )
    return None


def _problem(record: Record, summary: str, detail: str, hint: str) -> Problem:
    return Problem(summary, detail, None, hint, address=str(record.address))


def _origin(record: Record, observed: Observed, context: Context) -> Origin:
    mine = ours(record, context.intents.get(record.address), None)
    versions = [v for v in (observed.draft, observed.latest) if v is not None]
    if record.kind == "generated" or all(v.digest in mine for v in versions):
        return "pending"
    return "conflict"
