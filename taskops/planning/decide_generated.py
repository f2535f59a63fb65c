"""What to do about a task that the service writes: started once, then waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.comparing.diff import differing_paths
from taskops.model.change import Difference, Keep, Start, Update, Wait, worst
from taskops.model.renamed import by_hand
from taskops.model.values import at
from taskops.planning.context import Context, problem
from taskops.planning.decide import (
    Decision,
    ambiguous,
    kind_changed,
    name_taken,
    refuse_foreign,
)
from taskops.planning.decide_jobs import failed, outcome_unknown
from taskops.planning.identify import Ambiguous, Mine, Stranger, identify
from taskops.planning.origin import name_origin

if TYPE_CHECKING:
    from taskops.model.change import Origin
    from taskops.model.problem import Problem
    from taskops.model.record import Job, Record
    from taskops.model.resource import Observed, Resource
    from taskops.planning.identify import Identified

CHANGED = "its prompt or inputs changed"

UNWANTED = "the manifest went back: what was started meanwhile is removed"


def decide_generated(
    resource: Resource, record: Record | None, context: Context
) -> Decision:
    """The first row that matches; what it replaces may have been renamed by hand."""
    decision = _row(resource, record, context)
    if isinstance(decision, Start) and record is not None:
        return _with_its_name(decision, record)
    return decision


def _with_its_name(start: Start, record: Record) -> Start:
    """Whoever replaces what a hand renamed undoes it, and must be asked."""
    before, name = start.before, start.after.name
    if before is None or not by_hand(before.name, before.id, (record.name, name)):
        return start
    renamed = Difference(("name",), before.name, name, "drift")
    return replace(
        start,
        origin=worst([start.origin, "drift"]),
        differences=(renamed, *start.differences),
    )


def _row(resource: Resource, record: Record | None, context: Context) -> Decision:
    if record is not None and record.kind != resource.kind:
        return kind_changed(resource, record)
    found = identify(record, resource.name, context.listing, None)
    before = found.observed if isinstance(found, Mine) else None
    job = None if record is None else record.job
    if record is not None and record.next is not None:
        return _replacing(resource, record, record.next, before, context)
    if job is not None and job.status == "running":
        return _flying(resource, job, before, context)
    if isinstance(found, Ambiguous):
        return ambiguous(resource, found.ids)
    if (refusal := _owned_elsewhere(resource, found, context)) is not None:
        return refusal
    if record is None or job is None:
        return _unrecorded(resource, found, context)
    if job.status == "unknown":
        return _unknown(resource, job, before, context)
    if isinstance(found, Stranger):
        return _foreign(resource, found.observed, "replaced by somebody", context)
    if job.status == "failed":
        return failed(resource, job, before, context)
    return _ready(resource, record, job, before, context)


def _owned_elsewhere(
    resource: Resource, found: Identified, context: Context
) -> Problem | None:
    if not isinstance(found, Mine | Stranger):
        return None
    if isinstance(found, Stranger):
        held = context.held(resource, found.observed.id)
        if held is not None:
            return held
    return context.foreign(resource, found.observed.id)


def _unrecorded(resource: Resource, found: Identified, context: Context) -> Decision:
    if not isinstance(found, Mine | Stranger):
        return Start(resource.address, resource, "new")
    why = "exists; not generated from here"
    return _foreign(resource, found.observed, why, context)


def _foreign(
    resource: Resource, there: Observed, why: str, context: Context
) -> Decision:
    """What somebody else made counts as generated from here only if that is said."""
    if context.adopts(resource):
        return Keep(resource.address, "adopted", "", there, resource, records=True)
    note = f"{why}; `adopt: true` takes it over as it is"
    return Keep(resource.address, "unowned", note)


def _replacing(
    resource: Resource,
    record: Record,
    job: Job,
    before: Observed | None,
    context: Context,
) -> Decision:
    """A new one was started beside the old one, and did not take its place yet."""
    current = record.job
    if (
        before is not None
        and current is not None
        and (current.status, current.digest) == ("ready", resource.digest)
    ):
        return _back(resource, job, before, context)
    match job.status:
        case "unknown":
            return _unknown(resource, job, before, context)
        case "failed":
            return failed(resource, job, before, context)
        case "ready" if job.digest != resource.digest:
            return _regenerate(resource, record, before)
        case "ready" | "running":
            return _flying(resource, job, before, context)


def _back(
    resource: Resource, job: Job, before: Observed, context: Context
) -> Wait | Problem:
    """What is there is wanted again, the new one is not; nothing is billed."""
    if job.status == "unknown":
        named = context.listing.named(job.name)
        if len(named) == 1:
            job = job.found(named[0].id)
        elif not context.retries(resource):
            return outcome_unknown(resource, job)
    return Wait(resource.address, job, resource, before, UNWANTED)


def _flying(
    resource: Resource, job: Job, before: Observed | None, context: Context
) -> Decision:
    """A start of ours is in flight, or a replacement is half done."""
    if job.digest == resource.digest:
        return Wait(resource.address, job, resource, before)
    mine = before or context.listing.by_id.get(job.made)
    taken = name_taken(resource, mine, context, job.made) if mine else None
    if taken is not None:
        # What replaces it could not take the name: said before it is paid for.
        return taken
    why = "the manifest changed while the last start is still in flight"
    return Start(resource.address, resource, "pending", before, job, why)


def _unknown(
    resource: Resource, job: Job, before: Observed | None, context: Context
) -> Decision:
    named = context.listing.named(job.name or resource.name)
    if len(named) == 1:
        if named[0].id == job.poll_id:
            told = _no_generation(resource, named[0], context)
            if told is not None:
                return told
        return _flying(resource, job.found(named[0].id), before, context)
    if context.retries(resource):
        return Start(resource.address, resource, "pending", before, why="--retry")
    return outcome_unknown(resource, job)


def _no_generation(
    resource: Resource, there: Observed, context: Context
) -> Decision | None:
    """
    What has the name was waited for in vain: a hand may have made it meanwhile.

    Only a person can tell, and says what it is: ours with --adopt, somebody else's
    with --retry, which must not make a second one of that name. None: wait again.
    """
    address = resource.address
    if context.adopts(resource) and there.name == resource.name:
        return Keep(address, "adopted", "", there, resource, records=True)
    if not context.retries(resource):
        return None
    return problem(
        resource,
        f"the name `{there.name}` is taken by another object",
        f"id {there.id}; the service knows no generation of it",
        f"take it as it is with `--adopt {address.name}`, or rename or delete it on "
        f"the service and run `taskops apply --retry {address.name}` again",
    )


def _ready(
    resource: Resource,
    record: Record,
    job: Job,
    before: Observed | None,
    context: Context,
) -> Decision:
    changed = job.digest != resource.digest
    if before is None:
        origin: Origin = "conflict" if changed else "drift"
        why = "it was deleted on the service"
        return Start(resource.address, resource, origin, why=why)
    moves = before.name != resource.name
    taken = refuse_foreign(resource, before, context) if moves or changed else None
    if taken is not None:
        # What replaces it could not take the name: said before it is paid for.
        return taken
    if changed:
        return _regenerate(resource, record, before)
    if moves:
        return _rename(resource, record, before)
    healed = record.draft and before.draft and before.draft.digest != record.draft
    note = "the service changed the draft; generated code is not managed"
    # One that was ready when an apply died is known by its id alone.
    stale = record.protected != resource.protected or not record.spec
    return Keep(
        resource.address,
        "same",
        note if healed else "",
        before,
        resource,
        records=stale,
    )


def _regenerate(resource: Resource, record: Record, before: Observed | None) -> Start:
    """Made anew beside the old one; shown is what it was made from, and will be."""
    was, wanted = record.spec, resource.content
    paths = differing_paths(was, wanted) if was else []
    return Start(
        resource.address,
        resource,
        "pending",
        before,
        why=CHANGED,
        differences=tuple(
            Difference(path, at(was, path), at(wanted, path), "pending")
            for path in paths
        ),
    )


def _rename(resource: Resource, record: Record, before: Observed) -> Update:
    """A changed prefix, a `moved_from`, or a hand that renamed it on the service."""
    origin = name_origin(record, before, resource.name)
    return Update(
        address=resource.address,
        before=before,
        after=resource,
        differences=(Difference(("name",), before.name, resource.name, origin),),
        put=False,
        publish=False,
        rename=True,
        adopts=False,
        loses_draft=False,
        origin=origin,
    )
