"""The one walk over a plan that every format shares."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from taskops.model.change import Create, Delete, Keep, Start, Update, Wait
from taskops.model.values import thaw
from taskops.render import risks
from taskops.render.sheet import Field, Note, Row, Sheet, There
from taskops.render.words import ADOPTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from taskops.model.change import Change, Difference
    from taskops.model.plan import Plan
    from taskops.model.resource import Observed

STARTS = MappingProxyType({"generated": "generate", "agent": "run", "code": "start"})


def sheet_of(plan: Plan, options: Mapping[str, object] | None = None) -> Sheet:
    """What the plan shows; `options` are the flags that shaped it."""
    rows = tuple(
        row for change in plan.changes if (row := _row(change, plan)) is not None
    )
    return Sheet(
        project=plan.project,
        environment=plan.environment,
        targets={name: (t.origin, t.team) for name, t in plan.targets.items()},
        rows=rows,
        notes=_notes(plan.changes),
        problems=plan.problems,
        counts=_counts(plan, rows),
        digest=plan.digest,
        against=plan.against,
        commit=plan.commit,
        repository=plan.repository,
        emulated=plan.emulated,
        ledger=plan.ledger,
        unmanaged=plan.unmanaged,
        excluded=plan.excluded,
        bookkeeping=len(plan.bookkeeping),
        incomplete=plan.reading_incomplete,
        options=options or {},
    )


def _notes(changes: Iterable[Change]) -> tuple[Note, ...]:
    return tuple(
        Note(str(keep.address), text)
        for keep in changes
        if isinstance(keep, Keep)
        and (text := ADOPTED if keep.why == "adopted" else keep.note)
    )


def _counts(plan: Plan, rows: Iterable[Row]) -> dict[str, int]:
    """As the plan counts, but starts by what they start."""
    counts = dict(plan.counts())
    counts.pop("start", None)
    for row in rows:
        if row.verb == "start":
            word = STARTS[row.kind]
            counts[word] = counts.get(word, 0) + 1
    return counts


def _row(change: Change, plan: Plan) -> Row | None:
    digest = plan.digests.get(change.address, "")
    match change:
        case Keep():
            return None
        case Create():
            return _create(change, digest)
        case Update():
            return _update(change, digest)
        case Start():
            return replace(_start(change, digest), follows=plan.follows(change))
        case Wait():
            return _wait(change)
        case Delete():
            return _delete(change, digest)


def _create(change: Create, digest: str) -> Row:
    after = change.after
    return Row(
        str(change.address),
        "create",
        after.kind,
        "create, publish" if change.publish else "create as a draft",
        change.origin,
        change.note,
        digest=digest,
        to=after.digest,
        manifest=after.manifest,
        risks=(*risks.of_origin(change.origin), *risks.of_given(after.spec)),
    )


def _update(change: Update, digest: str) -> Row:
    fields = tuple(_field(d) for d in change.differences)
    return Row(
        str(change.address),
        "update",
        change.after.kind,
        _update_words(change),
        change.origin,
        change.note,
        fields,
        digest,
        change.after.digest,
        change.before.id,
        change.after.manifest,
        risks.of_update(change, fields),
        _there(change.before),
    )


def _update_words(change: Update) -> str:
    told = [
        word
        for word, meant in (
            ("adopt", change.adopts),
            ("rename", change.rename),
            ("resend", change.resend),
            # Publishing goes without saying where an update does it, so that must
            # be told from one that leaves what is live as it is.
            (_updated(change), change.put and not change.resend),
            ("publish", change.publish and not change.put),
        )
        if meant
    ]
    return ", ".join(told) or "update"


def _updated(change: Update) -> str:
    drafted = change.after.kind == "code" and not change.after.publish
    return "update the draft" if drafted else "update"


def _start(change: Start, digest: str) -> Row:
    word = STARTS[change.after.kind]
    again = change.before is not None and word == "generate"
    words = "regenerate" if again else word
    if change.awaits is not None:
        words += ", after the one in flight has ended"
    if change.why:
        words += f" ({change.why})"
    return Row(
        str(change.address),
        "start",
        change.after.kind,
        words,
        change.origin,
        change.note,
        tuple(_field(d) for d in change.differences),
        digest,
        change.after.digest,
        "" if change.before is None else change.before.id,
        change.after.manifest,
        (
            *risks.of_origin(change.origin),
            *((_replaced(change.before),) if again else ()),
            *risks.of_given(change.after.spec),
        ),
        None if change.before is None else _there(change.before),
    )


def _replaced(before: Observed | None) -> str:
    """A start that failed is listed too, and was never live."""
    failed = before is not None and before.row and before.latest is None
    return "replaces one that never got ready" if failed else "replaces the live task"


def _wait(change: Wait) -> Row:
    running = change.job.status == "running"
    return Row(
        str(change.address),
        "wait",
        change.after.kind,
        "wait for the one in flight" if running else "finish what was started",
        "",
        change.note,
        manifest=change.after.manifest,
    )


def _delete(change: Delete, digest: str) -> Row:
    return Row(
        str(change.address),
        "delete",
        "code" if change.before.language == "typescript" else "generated",
        "delete",
        change.origin,
        change.note,
        digest=digest,
        id=change.before.id,
        risks=("deletes it on the service", *risks.of_origin(change.origin)),
        there=_there(change.before),
    )


def _there(before: Observed) -> There:
    return There(
        before.name,
        before.version,
        "" if before.draft is None else before.draft.digest,
        "" if before.latest is None else before.latest.digest,
    )


def _field(difference: Difference) -> Field:
    return Field(
        tuple(str(key) for key in difference.path),
        thaw(difference.before),
        thaw(difference.after),
        difference.origin,
        difference.code,
    )
