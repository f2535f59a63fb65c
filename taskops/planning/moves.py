"""Tasks that seem to have got another name, and what that costs if nobody says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskops.model.change import Create, Start
from taskops.model.values import Code

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from taskops.model.change import Change
    from taskops.model.record import Record
    from taskops.model.resource import Address


def with_moves(
    changes: Sequence[Change],
    prior: Mapping[Address, Record],
    declared: Collection[Address],
) -> list[Change]:
    """The changes, with a note on each that makes again what another name has."""
    vanished: dict[str, Record] = {}
    remade: dict[str, Record] = {}
    for change in changes:
        record = prior.get(change.address)
        if record is None or not (same := _sameness(record)):
            continue
        if change.address not in declared:
            vanished[same] = record
        elif isinstance(change, Start) and _is_made(record):
            remade[same] = record
    return [_with_note(change, prior, vanished, remade) for change in changes]


def _with_note(
    change: Change,
    prior: Mapping[Address, Record],
    vanished: Mapping[str, Record],
    remade: Mapping[str, Record],
) -> Change:
    if isinstance(change, Create) and change.after.code is not None:
        same, what = change.after.code.sha256, "code"
    elif isinstance(change, Start) and change.after.kind == "generated":
        same, what = change.after.digest, "prompt and inputs"
    elif isinstance(change, Start) and change.after.kind == "agent":
        return _with_run(change, vanished.get(change.after.digest))
    else:
        return change
    here = change.address in prior
    if (old := vanished.get(same)) is not None and not here:
        name = old.address.name
        note = (
            f"has the same {what} as `{name}`, which is no longer declared; "
            f"to rename it, add `moved_from: {name}`"
        )
        return replace(change, note=note)
    old = old or remade.get(same)
    if old is None or isinstance(change, Create) or old.address == change.address:
        return change
    return replace(change, note=_paid_again(change, old.address.name, here=here))


def _with_run(change: Start, old: Record | None) -> Start:
    """A run belongs to the name that it was started for."""
    if old is None or old.address.provider != change.address.provider:
        return change
    name = old.address.name
    note = (
        f"asks the same as `{name}`, which is no longer declared; a run cannot be "
        "renamed, so this pays for it again"
    )
    return replace(change, note=note)


def _paid_again(change: Start, old: str, *, here: bool) -> str:
    """A name that is taken cannot be moved to, nor one that is still declared from."""
    name = change.address.name
    paid = f"`{old}` was made from the same prompt and inputs; this pays for it again"
    if here:
        return (
            f"{paid}, as `moved_from` leads to no name that has a task already; "
            f"to pay nothing, first move what is `{name}` now to a third name"
        )
    return (
        f"{paid}; to pay nothing, first apply `moved_from: {old}` alone, "
        f"and declare another `{old}` afterwards"
    )


def _is_made(record: Record) -> bool:
    """Whether what was generated from it is there to be moved."""
    job = record.job
    return record.kind == "generated" and job is not None and job.status == "ready"


def _sameness(record: Record) -> str:
    """What a renamed task still has: its code, or what it was started with."""
    if record.kind != "code":
        return record.job.digest if record.job is not None else ""
    code = record.spec.get("code")
    return code.sha256 if isinstance(code, Code) else ""
