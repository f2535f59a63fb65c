"""What to do about a task with code: one row of the table for every case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from taskops.comparing.content import (
    DRAFT,
    compared,
    publishes_at_once,
    respect_ignored,
    same,
    settled,
)
from taskops.model.change import Change, Create, Keep, Origin, Update, worst
from taskops.model.problem import Problem
from taskops.model.values import dotted, from_pointer
from taskops.planning.context import Context, problem
from taskops.planning.differences import differences
from taskops.planning.identify import (
    Absent,
    Ambiguous,
    Gone,
    Mine,
    Stranger,
    identify,
)
from taskops.planning.origin import (
    content_origin,
    kept_by_ignoring,
    name_origin,
    ours,
)

if TYPE_CHECKING:
    from taskops.model.record import Record
    from taskops.model.resource import Observed, Resource

Decision: TypeAlias = Change | Problem


def decide_code(
    resource: Resource, record: Record | None, context: Context
) -> Decision:
    """The first row that matches."""
    if record is not None and record.kind != resource.kind:
        return kind_changed(resource, record)
    intent = context.intents.get(resource.address)
    found = identify(record, resource.name, context.listing, intent)
    match found:
        case Absent():
            return Create(resource.address, resource, resource.publish, "new")
        case Gone():
            note = "deleted on the service"
            return Create(resource.address, resource, resource.publish, "drift", note)
        case Ambiguous(ids):
            return ambiguous(resource, ids)
        case Mine(observed) | Stranger(observed):
            refusal = refuse_foreign(resource, observed, context)
            # An intent makes ours what has the name, but not what a record has.
            if refusal is None and (record is None or record.id != observed.id):
                refusal = context.held(resource, observed.id)
            if refusal is not None:
                return refusal
            return _existing(
                resource, observed, record, context, isinstance(found, Mine)
            )


def kind_changed(resource: Resource, record: Record) -> Problem:
    """One address cannot be first this and then that."""
    words = {"code": "`code`", "generated": "`generate`", "agent": "an AgentTask"}
    return problem(
        resource,
        f"`{resource.address}` changed its kind",
        f"it was applied with {words[record.kind]} "
        f"and is now declared with {words[resource.kind]}",
        f"give it another name, or run `taskops forget {resource.address.name}` first",
    )


def ambiguous(resource: Resource, ids: tuple[str, ...]) -> Problem:
    """The name alone does not say which object is meant."""
    return problem(
        resource,
        f"several objects on the service are named `{resource.name}`",
        "ids " + ", ".join(ids),
        "delete or rename all but one of them on the service",
    )


def refuse_foreign(
    resource: Resource, observed: Observed, context: Context
) -> Problem | None:
    """What must never be overwritten by code from here."""
    if resource.kind == "code" and observed.language != "typescript":
        return problem(
            resource,
            f"`{resource.name}` on the service is not a code task",
            f"its language is `{observed.language}` (id {observed.id})",
            "give the manifest another name",
        )
    owned_elsewhere = context.foreign(resource, observed.id)
    return owned_elsewhere or name_taken(resource, observed, context)


def name_taken(
    resource: Resource, mine: Observed, context: Context, besides: str = ""
) -> Problem | None:
    """Somebody else's object has the name; `besides` is the id of another of ours."""
    holders = context.listing.holders(resource.name, mine.id)
    others = [holder.id for holder in holders if holder.id != besides]
    if not others:
        return None
    return problem(
        resource,
        f"the name `{resource.name}` is taken by another object",
        f"id {others[0]}; ours is {mine.id}, named `{mine.name}`",
        "rename or delete the other object on the service, "
        "or give the manifest another name",
    )


def _existing(
    resource: Resource,
    observed: Observed,
    record: Record | None,
    context: Context,
    mine: bool,
) -> Decision:
    known = record if mine else None
    managed = observed.latest if resource.publish else observed.draft
    after = respect_ignored(resource, managed)
    seen = settled(observed, known, after.content)
    found = compared(after, seen, known)
    resend = context.resends(after)
    if same(after, found) and seen.name == after.name and not resend:
        if not mine:
            return Keep(after.address, "adopted", "", observed, after, records=True)
        return _keep(after, observed, seen, known, context)
    if mine:
        update = _update(after, observed, seen, known, context)
        # A declared adoption that was cut short is still an adoption.
        if context.adopts(after) and not _finished(known, observed):
            return replace(update, adopts=True, origin="adopt")
        return update
    if context.adopts(after):
        return _adopt(after, seen)
    return _refused(after, seen, record)


def _finished(record: Record | None, observed: Observed) -> bool:
    """Whether an apply of ours ever got to its end with this object."""
    if record is None or record.id != observed.id:
        return False
    return bool(record.draft or record.live)


def _keep(
    after: Resource,
    observed: Observed,
    seen: Observed,
    record: Record | None,
    context: Context,
) -> Keep:
    notes = []
    draft, latest = seen.draft, seen.latest
    edited = draft is not None and latest is not None and draft.digest != latest.digest
    if after.publish and edited:
        notes.append("draft has unpublished edits")
    if record is not None and (fields := sorted({*record.residual} - {DRAFT})):
        names = ", ".join(f"`{dotted(from_pointer(field))}`" for field in fields)
        notes.append(f"the service does not take {names}")
    if record is not None and record.live and not after.publish and latest:
        notes.append("a published version stays live")
    stale = (
        # What an apply that died wrote is not in the record yet, which may even
        # name another object.
        after.address in context.intents
        or record is None
        or record.id != seen.id
        or record.protected != after.protected
    )
    if not stale and _edited_there(after, observed, seen, record):
        notes.append("git now has what was edited on the service; apply notes it down")
        stale = True
    return Keep(after.address, "same", "; ".join(notes), observed, after, records=stale)


def _edited_there(
    after: Resource, observed: Observed, seen: Observed, record: Record | None
) -> bool:
    """Whether what git and the service agree on was never written by us."""
    live = compared(after, seen, record) is seen.latest
    there = observed.latest if live else observed.draft
    mine = ours(record, None, None)
    return (
        there is not None
        and there.digest not in mine
        and not kept_by_ignoring(there, after, record, mine)
    )


def _refused(after: Resource, seen: Observed, record: Record | None) -> Problem:
    found = differences(after, seen, None, origin="adopt")
    names = dict.fromkeys(str(difference.path[0]) for difference in found)
    other = f"; ours was {record.id}" if record is not None and record.id else ""
    return problem(
        after,
        f"`{after.name}` exists on the service and is not ours",
        f"id {seen.id}{other}; it differs in {', '.join(names)}",
        f"add `adopt: true` to the manifest to take it over, run "
        f"`taskops pull {after.address.name} --force` to keep what is there, "
        "or choose another name",
    )


def _update(
    after: Resource,
    observed: Observed,
    seen: Observed,
    record: Record | None,
    context: Context,
) -> Update:
    """`seen` is what was observed, with what the service never takes laid over."""
    resend = context.resends(after)
    differs = resend or not same(after, compared(after, seen, record))
    put = differs and (resend or not same(after, seen.draft))
    publish = after.publish and (resend or not same(after, seen.latest))
    intent = context.intents.get(after.address)
    lost_draft = content_origin(after, record, intent, [observed.draft] if put else [])
    overwrites_live = publish or (put and publishes_at_once(record))
    lost_live = content_origin(
        after, record, intent, [observed.latest] if overwrites_live else []
    )
    origins: list[Origin] = [lost_draft, lost_live]
    if seen.name != after.name:
        origins.append(name_origin(record, seen, after.name))
    return Update(
        address=after.address,
        before=observed,
        after=after,
        differences=differences(
            after,
            seen,
            record,
            untouched=(lost_live if after.publish else lost_draft) == "pending",
            resend=resend,
        ),
        put=put,
        publish=publish,
        rename=seen.name != after.name,
        adopts=False,
        loses_draft=lost_draft != "pending",
        origin=worst(origins),
        resend=resend,
    )


def _adopt(after: Resource, seen: Observed) -> Update:
    put = not same(after, seen.draft)
    return Update(
        address=after.address,
        before=seen,
        after=after,
        differences=differences(after, seen, None, origin="adopt"),
        put=put,
        publish=after.publish and not same(after, seen.latest),
        rename=False,
        adopts=True,
        loses_draft=False,
        origin="adopt",
    )
